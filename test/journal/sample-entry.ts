import { createHash } from "node:crypto";
import type { StoredAnswer, StoredRequest } from "../../src/journal/entry.ts";
import type { Change, NewEntry } from "../../src/journal/store.ts";

/** An id that is as random as real ones, the same for the same name. */
export function idOf(name: string): string {
  return createHash("md5").update(name).digest("hex");
}

/** A request with credentials and a body that is no text. */
export const REQUEST: StoredRequest = {
  method: "POST",
  target: "/api/invoices?kind=普通",
  headers: ["content-type", "application/json", "authorization", "Bearer secret", "x-note", "ü"],
  body: Buffer.from([0, 255, 128, 10, 13, 0]),
};

/** A submission that is being sent. */
export function newEntry(name: string): NewEntry {
  return {
    id: idOf(name), revision: 1, site: "china", route: "issue", key: [name, "2"], scope: ["91310000MA1FL0000X"], taxpayer: "91310000MA1FL0000X",
    region: "beijing", principal: "customer", lane: null, fingerprint: "a".repeat(32), profile: "b".repeat(16), state: { kind: "sending" }, request: REQUEST,
  };
}

/** An answer with a body of `size` bytes. */
export function answerOf(size: number): StoredAnswer {
  const body = Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 255);
  return { status: 201, headers: ["content-type", "application/json", "set-cookie", "a", "set-cookie", "b"], body };
}

/** The change that records an acceptance, made under the first fence. */
export function acceptance(name: string, answer?: StoredAnswer): Change {
  const state = { kind: "accepted", how: "answered", reference: "N1" } as const;
  return { id: idOf(name), revision: 1, fence: 1, state, ...(answer === undefined ? {} : { answer }) };
}
