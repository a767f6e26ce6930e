import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { manualClock } from "../../../src/base/clock.ts";
import { longestWait, nextWait, readFailures, waitLeft, type FailureKind } from "../../../src/certs/renewal/back-off.ts";
import { chooseIssuer } from "../../../src/certs/renewal/choose-issuer.ts";
import { createFailureBook } from "../../../src/certs/renewal/failure-book.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WALL = Date.parse("2026-11-20T03:00:00Z");
const full = { next: () => 0.999_999_999 };
const least = { next: () => 0 };

describe("the wait after failures", () => {
  const usual = { kind: "validation", retryAfter: null, left: 30 * DAY, life: 90 * DAY } as const;
  const cases = [
    { what: "a minute at first", in: { ...usual, count: 1 }, longest: MINUTE },
    { what: "doubled", in: { ...usual, count: 2 }, longest: 2 * MINUTE },
    { what: "and so on", in: { ...usual, count: 7 }, longest: 64 * MINUTE },
    { what: "a day at most", in: { ...usual, count: 12 }, longest: DAY },
    { what: "a day after a thousand", in: { ...usual, count: 1000 }, longest: DAY },
    { what: "a quarter of what is left", in: { ...usual, count: 12, left: 8 * HOUR }, longest: 2 * HOUR },
    { what: "a minute when almost nothing is left", in: { ...usual, count: 12, left: 10_000 }, longest: MINUTE },
    { what: "an hour where nothing is served", in: { ...usual, count: 12, left: null }, longest: HOUR },
    { what: "a day where what comes does not prove itself, served or not", in: { ...usual, kind: "proof", count: 12, left: null }, longest: DAY },
    { what: "ten minutes while nothing can be reached", in: { ...usual, kind: "unreachable", count: 12 }, longest: 10 * MINUTE },
    { what: "ten minutes while the store cannot be written", in: { ...usual, kind: "store", count: 12 }, longest: 10 * MINUTE },
    { what: "a second for a certificate of a minute", in: { ...usual, count: 1, left: 30_000, life: MINUTE }, longest: 1000 },
    { what: "two seconds after that", in: { ...usual, count: 2, left: 28_000, life: MINUTE }, longest: 2000 },
    { what: "a quarter of its rest", in: { ...usual, count: 9, left: 20_000, life: MINUTE }, longest: 5000 },
    { what: "a second at its very end", in: { ...usual, count: 9, left: 100, life: MINUTE }, longest: 1000 },
  ] as const;
  for (const { what, in: inputs, longest } of cases) {
    test(what, () => {
      assert.equal(longestWait(inputs), longest);
      assert.equal(Math.round(nextWait(inputs, full)), longest);
      assert.equal(nextWait(inputs, least), longest / 4);
    });
  }

  const asked = [
    { what: "what the authority asks for counts", retryAfter: 3 * HOUR, left: 30 * DAY, wait: 3 * HOUR },
    { what: "less than our own counts not", retryAfter: 1000, left: 30 * DAY, wait: 15_000 },
    { what: "a year is a day", retryAfter: 365 * DAY, left: 30 * DAY, wait: DAY },
    { what: "a quarter of what is left is the end of patience", retryAfter: 10 * HOUR, left: 8 * HOUR, wait: 2 * HOUR },
    { what: "a negative one is none", retryAfter: -4_847_933, left: 30 * DAY, wait: 15_000 },
    { what: "no number is none", retryAfter: Number.NaN, left: 30 * DAY, wait: 15_000 },
    { what: "without end is a day", retryAfter: Infinity, left: 30 * DAY, wait: DAY },
  ];
  for (const { what, retryAfter, left, wait } of asked) test(what, () => assert.equal(nextWait({ kind: "rate-limited", count: 1, life: 90 * DAY, retryAfter, left }, least), wait));

  const kinds = fc.constantFrom<FailureKind>("unreachable", "rate-limited", "refused", "validation", "challenge", "server", "proof", "store", "fault");
  const number = fc.oneof(fc.double(), fc.integer({ min: -DAY, max: 100 * DAY }));
  test("it is bounded, leaves tries, and its longest never shrinks with the count", () => {
    const inputs = fc.record({ kind: kinds, count: fc.integer({ min: 1, max: 2000 }), retryAfter: fc.option(number), left: fc.option(fc.integer({ min: 1, max: 400 * DAY })), life: fc.option(fc.integer({ min: 1, max: 400 * DAY })) });
    fc.assert(
      fc.property(inputs, fc.double({ min: 0, max: 0.999, noNaN: true }), (given, chance) => {
        const wait = nextWait(given, { next: () => chance });
        assert.ok(wait >= 250 && wait <= DAY, `waits ${wait}`);
        if (given.left !== null && given.left > 4 * MINUTE) assert.ok(wait <= given.left / 4);
        assert.ok(longestWait({ ...given, count: given.count + 1 }) >= longestWait(given));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("what a store kept of failures", () => {
  const sound = { count: 3, kind: "server", since: WALL - HOUR, at: WALL - MINUTE, wait: 5 * MINUTE };
  const room = { left: 30 * DAY, life: 90 * DAY };
  const rows = [
    { what: "sound", kept: sound, wait: 4 * MINUTE, count: 3 },
    { what: "long ago", kept: { ...sound, at: WALL - DAY }, wait: 0, count: 3 },
    { what: "a wait of -4847933", kept: { ...sound, wait: -4_847_933 }, wait: 0, count: 3 },
    { what: "a wait that is no number", kept: { ...sound, wait: Number.NaN }, wait: 0, count: 3 },
    { what: "a wait of a century", kept: { ...sound, wait: 100 * 365 * DAY }, wait: DAY - MINUTE, count: 3 },
    { what: "a time of 2099", kept: { ...sound, at: Date.parse("2099-01-01") }, wait: 5 * MINUTE, count: 3 },
    { what: "a time of 1970", kept: { ...sound, at: 0, since: 0 }, wait: 0, count: 3 },
    { what: "a time that is a text", kept: { ...sound, at: "yesterday" }, wait: 0, count: 3 },
    { what: "an absurd count", kept: { ...sound, count: 1e300 }, wait: 4 * MINUTE, count: 1000 },
    { what: "a negative count", kept: { ...sound, count: -7 }, wait: 4 * MINUTE, count: 1 },
  ];
  for (const { what, kept, wait, count } of rows) {
    test(what, () => {
      const read = readFailures(kept);
      assert.ok(read !== null);
      assert.deepEqual({ count: read.count, wait: waitLeft(read, WALL, room) }, { count, wait });
    });
  }
  for (const kept of [null, 7, "x", [], {}, { ...sound, kind: "curse" }]) test(`${JSON.stringify(kept)} is none`, () => assert.equal(readFailures(kept), null));

  test("any content gives a wait between nothing and a day", () => {
    fc.assert(
      fc.property(fc.record({ count: fc.anything(), kind: fc.constant("server"), since: fc.anything(), at: fc.anything(), wait: fc.anything() }), fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (kept, wall) => {
        const read = readFailures(kept);
        assert.ok(read !== null);
        const wait = waitLeft(read, wall, room);
        assert.ok(wait >= 0 && wait <= DAY);
      }),
    );
  });
});

describe("the book of failures", () => {
  const room = { left: 30 * DAY, life: 90 * DAY };
  const failure = { kind: "server", retryAfter: null } as const;

  test("counts a row at each place, and forgets it after a success", () => {
    const clock = manualClock(WALL);
    const book = createFailureBook(clock, full);
    book.note("a", failure, room);
    book.note("a", failure, room);
    book.note("b", failure, room);
    assert.deepEqual([book.of("a")?.count, book.of("b")?.count, book.of("c")], [2, 1, null]);
    assert.equal(Math.round(book.waitFor("a")), 2 * MINUTE);
    book.forget("a");
    assert.deepEqual([book.of("a"), book.waitFor("a"), book.since()], [null, 0, WALL]);
  });

  test("setting the wall clock changes no wait", () => {
    const clock = manualClock(WALL);
    const book = createFailureBook(clock, full);
    book.note("a", failure, room);
    clock.stepWall(-10 * 365 * DAY);
    assert.equal(Math.round(book.waitFor("a")), MINUTE);
    clock.stepWall(20 * 365 * DAY);
    assert.equal(Math.round(book.waitFor("a")), MINUTE);
    clock.advance(MINUTE);
    assert.equal(book.waitFor("a"), 0);
  });

  test("goes on where it stood after a restart", () => {
    const clock = manualClock(WALL);
    const before = createFailureBook(clock, full);
    before.note("a", failure, room);
    before.note("a", failure, room);
    clock.advance(MINUTE);
    const after = createFailureBook(clock, full);
    after.load(JSON.parse(JSON.stringify(before.kept())), room);
    assert.equal(Math.round(after.waitFor("a")), MINUTE);
    after.note("a", failure, room);
    assert.deepEqual([after.of("a")?.count, after.of("a")?.since], [3, WALL]);
  });
});

describe("the next authority to ask", () => {
  const none = { failures: null, wait: 0 };
  const failed = (kind: FailureKind, count: number, wait = HOUR) => ({ failures: { kind, count, wait, at: WALL, since: WALL }, wait });
  const rows = [
    { what: "the first one", candidates: [none, none], urgent: false, index: 0, wait: 0 },
    { what: "the first one again after one failure", candidates: [failed("unreachable", 1), none], urgent: false, index: 0, wait: HOUR },
    { what: "the second after two", candidates: [failed("unreachable", 2), none], urgent: false, index: 1, wait: 0 },
    { what: "the second after one, when it is urgent", candidates: [failed("rate-limited", 1), none], urgent: true, index: 1, wait: 0 },
    { what: "the first again as soon as it may be asked", candidates: [failed("server", 5, 0), none], urgent: false, index: 0, wait: 0 },
    { what: "never another for a fault of ours", candidates: [failed("challenge", 50), none], urgent: true, index: 0, wait: HOUR },
    { what: "another only after three failures of validation", candidates: [failed("validation", 2), none], urgent: true, index: 0, wait: HOUR },
    { what: "then, yes", candidates: [failed("validation", 3), none], urgent: false, index: 1, wait: 0 },
    { what: "the third when two have failed", candidates: [failed("server", 2), failed("proof", 2), none], urgent: false, index: 2, wait: 0 },
    { what: "not the third while the second was not tried enough", candidates: [failed("server", 9, 3 * HOUR), failed("server", 1, MINUTE), none], urgent: false, index: 1, wait: MINUTE },
    { what: "whichever is free soonest when all fail", candidates: [failed("server", 9, 3 * HOUR), failed("server", 9, 2 * HOUR)], urgent: false, index: 1, wait: 2 * HOUR },
  ];
  for (const { what, candidates, urgent, index, wait } of rows) test(what, () => assert.deepEqual(chooseIssuer(candidates, urgent), { index, wait }));
});
