import assert from "node:assert/strict";
import { test } from "node:test";
import { decide, type Standing } from "../../src/journal/decide.ts";
import type { Entry, EntryState, StateName } from "../../src/journal/entry.ts";
import { someEntry, WALL } from "./some-entry.ts";

const SAME = "a".repeat(32);
const OTHER = "b".repeat(32);

const STATES = {
  queued: { kind: "queued", until: null },
  sending: { kind: "sending" },
  unsent: { kind: "unsent", why: "no way" },
  "in-doubt": { kind: "in-doubt", cause: "crash", why: "it ended" },
  held: { kind: "held", why: "no plan", until: WALL },
  accepted: { kind: "accepted", how: "answered", reference: null },
  "rejected for now": { kind: "rejected", until: WALL + 1 },
  "rejected till now": { kind: "rejected", until: WALL },
  released: { kind: "released", why: "by hand" },
  expired: { kind: "expired", why: "by hand" },
} as const satisfies Record<string, EntryState>;

/** What a try is told, and of which revision: of the newest one (2), of the old no (1), or of the one that it opens (3). */
type Wanted = `${"take" | "replay" | "wait" | "told" | "conflict"} ${1 | 2}` | "open 3" | "open 3, closes 2";

interface Row {
  readonly newest: keyof typeof STATES;
  readonly same: Wanted;
  readonly other: Wanted;
  /** The try has the content of the first revision, whose no holds still, or does not any more. */
  readonly oldNo: Wanted;
  readonly spentNo: Wanted;
}

const rows: readonly Row[] = [
  { newest: "queued", same: "told 2", other: "conflict 2", oldNo: "replay 1", spentNo: "replay 1" },
  { newest: "sending", same: "wait 2", other: "conflict 2", oldNo: "replay 1", spentNo: "replay 1" },
  { newest: "unsent", same: "take 2", other: "open 3, closes 2", oldNo: "replay 1", spentNo: "open 3, closes 2" },
  { newest: "in-doubt", same: "wait 2", other: "conflict 2", oldNo: "replay 1", spentNo: "replay 1" },
  { newest: "held", same: "told 2", other: "conflict 2", oldNo: "replay 1", spentNo: "replay 1" },
  { newest: "accepted", same: "replay 2", other: "conflict 2", oldNo: "replay 1", spentNo: "replay 1" },
  { newest: "rejected for now", same: "replay 2", other: "open 3", oldNo: "replay 1", spentNo: "open 3" },
  { newest: "rejected till now", same: "open 3", other: "open 3", oldNo: "replay 1", spentNo: "open 3" },
  { newest: "released", same: "open 3", other: "open 3", oldNo: "replay 1", spentNo: "open 3" },
  { newest: "expired", same: "told 2", other: "conflict 2", oldNo: "replay 1", spentNo: "replay 1" },
];

for (const { newest, same, other, oldNo, spentNo } of rows) {
  const of = (fingerprint: string): Entry => someEntry({ revision: 2, fingerprint, state: STATES[newest] });
  const old = (state: EntryState): Entry => someEntry({ revision: 1, fingerprint: SAME, state });
  const stray = old(STATES.released);
  test(`a try of the same content as one that is ${newest} gives '${same}'`, () => assert.equal(said(decide([stray, of(SAME)], SAME, WALL)), same));
  test(`a try of other content than one that is ${newest} gives '${other}'`, () => assert.equal(said(decide([stray, of(OTHER)], SAME, WALL)), other));
  test(`uncorrected content, its no still standing, behind one that is ${newest} gives '${oldNo}'`, () => assert.equal(said(decide([old(STATES["rejected for now"]), of(OTHER)], SAME, WALL)), oldNo));
  test(`uncorrected content, its no run out, behind one that is ${newest} gives '${spentNo}'`, () => assert.equal(said(decide([old(STATES["rejected till now"]), of(OTHER)], SAME, WALL)), spentNo));
}

test("the table has a row for every state", () => {
  const seen = new Set<StateName>(rows.map(({ newest }) => STATES[newest].kind));
  assert.deepEqual([...seen].toSorted(), ["accepted", "expired", "held", "in-doubt", "queued", "rejected", "released", "sending", "unsent"]);
});

test("the newest of several old noes counts", () => {
  const entries = [1, 2].map((revision) => someEntry({ revision, fingerprint: SAME, state: STATES["rejected till now"] }));
  assert.equal(said(decide([...entries, someEntry({ revision: 3, fingerprint: OTHER, state: STATES.accepted })], SAME, WALL)), "replay 2");
});

test("only a no is given again of an older revision: one that was accepted and released says nothing any more", () => {
  const first = someEntry({ revision: 1, fingerprint: SAME, state: STATES.accepted });
  assert.equal(said(decide([first, someEntry({ revision: 2, fingerprint: OTHER, state: STATES.sending })], SAME, WALL)), "conflict 2");
});

test("a single revision that was refused opens the second for a corrected content, and not before it is refused", () => {
  const first = (state: EntryState): Entry => someEntry({ revision: 1, fingerprint: OTHER, state });
  assert.equal(said(decide([first(STATES["rejected for now"])], SAME, WALL)), "open 2");
  assert.equal(said(decide([first(STATES["in-doubt"])], SAME, WALL)), "conflict 1");
});

function said(standing: Standing): string {
  if (standing.kind !== "open") return `${standing.kind} ${standing.entry.revision}`;
  return `open ${standing.revision}${standing.closes === null ? "" : `, closes ${standing.closes.revision}`}`;
}
