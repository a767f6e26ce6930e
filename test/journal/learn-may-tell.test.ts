import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { mayTell, type Asker } from "../../src/journal/verdicts/may-tell.ts";

const CHANGING = new Set(["authorization", "address"]);
const asker = (given: Partial<Asker>): Asker => ({ principal: "authorization:1", taxpayer: null, changing: CHANGING, entitled: null, ...given });

/** What counts: everything; only a yes in an answer that names the submission; nothing. */
type Counts = "all" | "named yes" | "nothing";

const CASES: readonly (readonly [name: string, entry: { readonly principal: string | null; readonly taxpayer: string | null }, asker: Asker, wanted: Counts])[] = [
  ["the one that sent it", { principal: "authorization:1", taxpayer: null }, asker({}), "all"],
  ["the one that sent it, for the same taxpayer", { principal: "authorization:1", taxpayer: "91" }, asker({ taxpayer: "91" }), "all"],
  ["the one that sent it, for another taxpayer", { principal: "authorization:1", taxpayer: "91" }, asker({ taxpayer: "92" }), "nothing"],
  ["a newer token of nobody that is known", { principal: "authorization:1", taxpayer: null }, asker({ principal: "authorization:2" }), "named yes"],
  ["a newer token, its taxpayer not known", { principal: "authorization:1", taxpayer: "91" }, asker({ principal: "authorization:2" }), "named yes"],
  ["a newer token of the same taxpayer", { principal: "authorization:1", taxpayer: "91" }, asker({ principal: "authorization:2", taxpayer: "91" }), "all"],
  ["a token of another taxpayer", { principal: "authorization:1", taxpayer: "91" }, asker({ principal: "authorization:2", taxpayer: "92" }), "nothing"],
  ["another certificate", { principal: "certificate:a", taxpayer: "91" }, asker({ principal: "certificate:b", taxpayer: "91" }), "nothing"],
  ["another kind of caller", { principal: "certificate:a", taxpayer: null }, asker({}), "nothing"],
  ["one that sent it without a name", { principal: null, taxpayer: null }, asker({}), "named yes"],
  ["nobody on either side", { principal: null, taxpayer: null }, asker({ principal: null }), "all"],
  ["nobody, whose taxpayer is not known", { principal: null, taxpayer: "91" }, asker({ principal: null }), "named yes"],
  ["nobody, of the same taxpayer", { principal: null, taxpayer: "91" }, asker({ principal: null, taxpayer: "91" }), "all"],
  ["one that the site entitles", { principal: "certificate:a", taxpayer: "91" }, asker({ principal: "certificate:b", entitled: (taxpayer) => taxpayer === "91" }), "all"],
  ["one that the site does not entitle, though it sent it", { principal: "authorization:1", taxpayer: "91" }, asker({ entitled: () => false }), "nothing"],
  ["one that the site entitles, asking for another", { principal: "certificate:a", taxpayer: "91" }, asker({ principal: "certificate:b", taxpayer: "92", entitled: () => true }), "nothing"],
];

describe("an answer counts about an entry where it was asked by", () => {
  for (const [name, entry, one, wanted] of CASES) {
    test(`${name}: ${wanted}`, () => {
      const counts = (named: boolean, verdict: "accepted" | "rejected" | "unsent"): boolean => mayTell(entry, one, { named, verdict });
      const all = [counts(false, "accepted"), counts(false, "rejected"), counts(true, "rejected"), counts(true, "unsent"), counts(true, "accepted")];
      assert.deepEqual(all, { all: [true, true, true, true, true], "named yes": [false, false, false, false, true], nothing: [false, false, false, false, false] }[wanted]);
    });
  }
});
