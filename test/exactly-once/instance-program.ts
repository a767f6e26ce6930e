import { hash } from "node:crypto";
import { systemClock } from "../../src/base/clock.ts";
import { openSqliteStore } from "../../src/journal/sqlite/store.ts";
import type { Insertion, NewEntry, Store } from "../../src/journal/store.ts";
import { orderOf, submit } from "./caller.ts";
import type { Asked, Told } from "./instance.ts";

/*
 * One of several instances on one store, as a process of its own: `instance-program.ts DIRECTORY PLATFORM`. Takes orders by
 * IPC, sends those whose claim is its own to the platform, and tells what it did.
 */

const AT_ONCE = 4;

const [directory = "", platform = ""] = process.argv.slice(2);
const store = await openSqliteStore({
  directory, clock: systemClock, sealKeys: [], exclusive: false, reserve: 0, witness: null,
  events: { committed: () => undefined, failed: () => undefined },
});

process.on("message", (asked: Asked) => void answer(asked).then((told) => process.send?.(told)));
process.once("disconnect", () => process.exit(0));
process.send?.({ what: "ready", orderNos: [] } satisfies Told);

/** A few at a time: all at once would be one commit, and the first instance would get them all. */
async function answer({ what, orderNos }: Asked): Promise<Told> {
  const waiting = [...orderNos];
  const done: string[] = [];
  const worker = async (): Promise<void> => {
    for (let orderNo = waiting.shift(); orderNo !== undefined; orderNo = waiting.shift()) if (await act(what, orderNo)) done.push(orderNo);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return { what, orderNos: orderNos.filter((orderNo) => done.includes(orderNo)) };
}

async function act(what: Asked["what"], orderNo: string): Promise<boolean> {
  switch (what) {
    case "claim":
      return (await insert(store, orderNo)).kind === "inserted";
    case "submit":
      return (await insert(store, orderNo)).kind === "inserted" && (await send(orderNo));
    case "take":
      return change(orderNo, true);
    case "settle":
      return change(orderNo, false);
    case "foreign":
      return isForeign(orderNo);
  }
}

function insert(into: Store, orderNo: string): Promise<Insertion> {
  const entry: NewEntry = {
    id: idOf(orderNo), revision: 1, site: "default", route: "issue", key: [orderNo], scope: [], taxpayer: null, region: "home", principal: null,
    lane: null, fingerprint: idOf(orderNo), profile: "0000000000000000", state: { kind: "sending" }, request: null,
  };
  return into.insert(entry);
}

async function send(orderNo: string): Promise<boolean> {
  const { status } = await submit(Number(platform), orderOf(orderNo));
  return status === 200 && (await change(orderNo, false));
}

/** Remembers the fence under which it had an order: that of its claim, or of its taking over. */
const fences = new Map<string, number>();

async function change(orderNo: string, take: boolean): Promise<boolean> {
  const [entry] = await store.read(idOf(orderNo));
  const fence = take ? (entry?.fence ?? 0) : (fences.get(orderNo) ?? 1);
  const state = take ? ({ kind: "sending" } as const) : ({ kind: "accepted", how: "answered", reference: null } as const);
  const changed = await store.update({ id: idOf(orderNo), revision: 1, fence, state, take });
  if (changed !== null) fences.set(orderNo, changed.fence);
  return changed !== null;
}

/** Whether somebody else who is alive has it. */
async function isForeign(orderNo: string): Promise<boolean> {
  const [entry] = await store.read(idOf(orderNo));
  return entry !== undefined && entry.owner !== store.owner && store.isOwned(entry);
}

function idOf(orderNo: string): string {
  return hash("sha256", orderNo).slice(0, 32);
}
