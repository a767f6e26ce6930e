import { randomBytes } from "node:crypto";
import type { StoredAnswer } from "../../src/journal/entry.ts";
import type { Change, NewEntry } from "../../src/journal/store.ts";

/** Text of the profile that the entries were claimed under. */
export const PROFILE = "0123456789abcdef";

const SELLER = "91310000MA1FL0000X";
/** Bodies are of 1.5 to 2.5 kB: how many fit on a page of 4 KiB must not hang on one size. */
const BODY = { least: 1500, most: 2500 };
const BYTES = randomBytes(BODY.most);
const ANSWER: StoredAnswer = { status: 200, headers: ["content-type", "application/json"], body: Buffer.from('{"code":0,"data":{"invoiceNo":"24312000000012345678","issued":"2026-11-22"}}') };
const DRAWN = 32;
const POOL = 1024 * DRAWN;
let pool = Buffer.alloc(0);
let used = 0;

/** A claim of an order that nobody claimed before, with a request of about 2 kB or without any. */
export function newClaim(withRequest = true): NewEntry {
  const random = draw();
  const [id, fingerprint] = [random.slice(0, DRAWN), random.slice(DRAWN)];
  const headers = ["content-type", "application/json", "authorization", `Bearer ${random}`, "user-agent", "billing/1"];
  return {
    id, revision: 1, site: "china", route: "issue", key: [id.slice(0, 16)], scope: [SELLER], taxpayer: SELLER,
    region: "beijing", principal: "cn=billing", lane: null, fingerprint, profile: PROFILE, state: { kind: "sending" },
    request: withRequest ? { method: "POST", target: "/api/invoices", headers, body: BYTES.subarray(0, sizeFor(random)) } : null,
  };
}

/** The outcome of such a claim: accepted, with the platform's number and answer. */
export function acceptance(id: string): Change {
  const state = { kind: "accepted", how: "answered", reference: "24312000000012345678" } as const;
  return { id, revision: 1, fence: 1, state, answer: ANSWER, attempts: 1, endpoint: "https://bj.tax.example", dropHeaders: true };
}

function sizeFor(random: string): number {
  return BODY.least + (Number.parseInt(random.slice(0, 4), 16) % (BODY.most - BODY.least + 1));
}

/** Random bytes in hexadecimal; drawn in large pieces, because a call costs more than the bytes. */
function draw(): string {
  if (used === pool.length) [pool, used] = [randomBytes(POOL), 0];
  return pool.toString("hex", used, (used += DRAWN));
}
