import { hash } from "node:crypto";
import { entryId } from "../../src/journal/identify.ts";
import type { NewEntry, Store } from "../../src/journal/store.ts";
import { HOME } from "./crash-plan.ts";
import { BEIJING_TAXPAYER } from "./traffic.ts";

/** The route of submissions. */
const ROUTE = "issue";
const DIGITS = 32;
/** Written at once: a group of commits. */
const AT_ONCE = 1000;

/** Writes entries of orders that were under way when their process ended: it may or may not have sent them. */
export async function fillJournal(store: Pick<Store, "insert">, entries: number): Promise<void> {
  for (let from = 0; from < entries; from += AT_ONCE) {
    const group = Array.from({ length: Math.min(AT_ONCE, entries - from) }, (_, index) => store.insert(underWay(from + index)));
    for (const { kind } of await Promise.all(group)) if (kind !== "inserted") throw new Error("filling the journal: an entry was there already");
  }
}

function underWay(index: number): NewEntry {
  const orderNo = `R-${index}`;
  const body = Buffer.from(JSON.stringify({ orderNo, sellerTaxNo: BEIJING_TAXPAYER, items: [{ name: "service", amount: index + 1 }], amount: index + 1 }));
  return {
    id: entryId(HOME, ROUTE, [BEIJING_TAXPAYER], [orderNo]), revision: 1,
    site: HOME, route: ROUTE, key: [orderNo], scope: [BEIJING_TAXPAYER], taxpayer: null, region: HOME, principal: null, lane: null,
    fingerprint: hash("sha256", body, "hex").slice(0, DIGITS),
    // Of no configuration that was ever kept: it is resolved by the one in force.
    profile: "0".repeat(16),
    state: { kind: "sending" },
    request: { method: "POST", target: "/api/invoices", headers: ["content-type", "application/json"], body },
  };
}
