import assert from "node:assert/strict";
import { test } from "node:test";
import { leftText } from "../../../src/certs/expiry/left-text.ts";
import { isAlarm, nextChange, rankOf, stageOf, STAGES, type Stage, type Term } from "../../../src/certs/expiry/stage.ts";
import { METRICS } from "../../../src/observe/metric-table.ts";
import { WATCHED_KINDS } from "../../../src/certs/expiry/watched.ts";

const DAY = 86_400_000;
const HOUR = 3_600_000;
const END = Date.UTC(2027, 0, 1);

/** A thing that lives so many ms and ends at END. */
const term = (life: number, more: Partial<Term> = {}): Term => ({ notBefore: END - life, notAfter: END, renewedAhead: null, remind: null, ...more });

const year = term(365 * DAY);
const ordered = term(90 * DAY, { renewedAhead: 30 * DAY });
const minute = term(60_000, { renewedAhead: 30_000 });

const cases: readonly (readonly [string, Term, number, Stage])[] = [
  ["a certificate of a year, 31 days left", year, 31 * DAY, "fine"],
  ["30 days left", year, 30 * DAY, "30d"],
  ["a moment more than 14 days left", year, 14 * DAY + 1, "30d"],
  ["14 days left", year, 14 * DAY, "14d"],
  ["7 days left", year, 7 * DAY, "7d"],
  ["a moment more than 48 hours left", year, 2 * DAY + 1, "7d"],
  ["48 hours left", year, 2 * DAY, "2d"],
  ["its last instant", year, 0, "2d"],
  ["after its end", year, -1, "expired"],
  ["before its beginning", year, 365 * DAY + 1, "not-yet"],
  ["its first instant", year, 365 * DAY, "fine"],

  ["one of 90 days that is renewed here with 30 left, in ordinary life", ordered, 30 * DAY, "fine"],
  ["late, but not long", ordered, 22.5 * DAY + 1, "fine"],
  ["long late", ordered, 22.5 * DAY, "30d"],
  ["with 48 hours left", ordered, 2 * DAY, "2d"],
  ["one of 90 days that renews in an emergency alone", term(90 * DAY, { renewedAhead: 7.5 * DAY }), 6 * DAY, "fine"],
  ["one of 60 seconds at its renewal", minute, 30_000, "fine"],
  ["one of 60 seconds, late", minute, 20_000, "30d"],
  ["one of 60 seconds, its last one and a bit", minute, 1_333, "2d"],
  ["one that its authority wants back at once", term(90 * DAY, { renewedAhead: 80 * DAY }), 40 * DAY, "fine"],

  ["a platform's of 90 days, which some program renews with 30 left", term(90 * DAY), 30 * DAY, "fine"],
  ["the same, which that program forgot", term(90 * DAY), 22 * DAY, "30d"],
  ["one of 6 days, in ordinary life", term(6 * DAY), 2 * DAY, "fine"],
  ["one of 6 days, the last hours", term(6 * DAY), 3 * HOUR, "2d"],
  ["one of half a year, whose steps are whole", term(180 * DAY), 30 * DAY, "30d"],

  ["a credential, before its reminder", term(0, { notBefore: null, remind: 60 * DAY }), 60 * DAY + 1, "fine"],
  ["a credential, from its reminder on", term(0, { notBefore: null, remind: 60 * DAY }), 60 * DAY, "remind"],
  ["a credential at 30 days", term(0, { notBefore: null, remind: 60 * DAY }), 30 * DAY, "30d"],
  ["a credential that wants to be heard of late", term(0, { notBefore: null, remind: 5 * DAY }), 6 * DAY, "fine"],
  ["the same, then", term(0, { notBefore: null, remind: 5 * DAY }), 5 * DAY, "7d"],
];

for (const [name, one, left, stage] of cases) {
  test(`${name}: ${stage}`, () => assert.equal(stageOf(one, END - left), stage));
}

test("whoever looks at the next change alone misses no stage", () => {
  for (const one of [year, ordered, minute, term(90 * DAY), term(6 * DAY), term(0, { notBefore: null, remind: 60 * DAY })]) {
    const seen: Stage[] = [];
    let at: number | null = one.notBefore === null ? END - 100 * DAY : one.notBefore - HOUR;
    for (let turns = 0; at !== null; turns++, at = nextChange(one, at)) {
      assert.ok(turns < 20, "it ends");
      const stage = stageOf(one, at);
      if (seen.at(-1) !== stage) seen.push(stage);
    }
    // The same by looking at every thousandth of its life and after it.
    const all: Stage[] = [];
    const life = one.notBefore === null ? 100 * DAY : END - one.notBefore;
    for (let step = 0; step <= 2000; step++) {
      const stage = stageOf(one, (one.notBefore ?? END - life) + (life * step) / 2000 + (step === 2000 ? 1 : 0));
      if (all.at(-1) !== stage) all.push(stage);
    }
    assert.deepEqual(seen.filter((stage) => stage !== "not-yet"), all);
  }
});

test("ranks rise toward the end, and alarms are the last two", () => {
  assert.deepEqual(STAGES.map((stage) => [stage, rankOf(stage), isAlarm(stage)]), [["fine", 0, false], ["remind", 1, false], ["30d", 1, false], ["14d", 2, false], ["7d", 3, false], ["2d", 4, true], ["expired", 5, true], ["not-yet", 5, true]]);
});

test("the metrics' kinds are those that are watched", () => {
  const kinds = METRICS.filter(({ name }) => name === "taxgate_certificate_stage").flatMap(({ labels }) => labels.filter(({ name }) => name === "kind").map(({ values }) => values));
  assert.deepEqual(kinds, [[...WATCHED_KINDS]]);
});

for (const [ms, text] of [[46 * HOUR, "46 h"], [71 * HOUR, "71 h"], [72 * HOUR, "3 d"], [-3 * DAY, "3 d"], [90_000, "90 s"], [0, "0 s"], [179 * 60_000, "179 min"], [3650 * DAY, "3650 d"]] as const) {
  test(`${ms} ms are ${text}`, () => assert.equal(leftText(ms), text));
}
