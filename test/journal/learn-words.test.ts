import assert from "node:assert/strict";
import { test } from "node:test";
import { entryView } from "../../src/app/entry-view.ts";
import { wordsOf } from "../../src/cli/journal-text.ts";
import type { EntryState } from "../../src/journal/entry.ts";
import { someEntry, WALL } from "./some-entry.ts";

const CASES: readonly (readonly [state: EntryState, words: string])[] = [
  [{ kind: "provisional", how: "answered", reference: "T1", until: WALL }, "taken in as T1, answered, its verdict is awaited until 2026-09-21T14:13:20.000Z"],
  [{ kind: "accepted", how: "answered", reference: "T1", number: "N1", verdict: "passing" }, "number N1, taken in as T1, verdict learnt, answered"],
  [{ kind: "accepted", how: "late", reference: "T1", number: null, verdict: "assumed" }, "number T1, no verdict in time, late"],
  [{ kind: "accepted", how: "answered", reference: "N1" }, "number N1, answered"],
  [{ kind: "rejected", until: WALL, reference: "T1", verdict: "asked" }, "taken in as T1, verdict asked for, until 2026-09-21T14:13:20.000Z"],
  [{ kind: "rejected", until: WALL }, "until 2026-09-21T14:13:20.000Z"],
];
for (const [state, words] of CASES) test(`'${words}' is what ${JSON.stringify(state)} says for itself`, () => assert.equal(wordsOf(entryView(someEntry({ state }), WALL)), words));
