import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { decide, type Decision, type Situation } from "../../../src/certs/renewal/decide.ts";
import { spansOf } from "../../../src/certs/renewal/spans.ts";
import { hearWindow } from "../../../src/certs/renewal/window.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** A certificate of 90 days: renewal begins on 10-31 or earlier by up to three days, the emergency on 11-22T12:00. */
const from = Date.parse("2026-09-01T00:00:00Z");
const leaf = { notBefore: from, notAfter: from + 90 * DAY };
const at = (text: string): number => Date.parse(text.length > 10 ? `${text}:00Z` : `${text}T00:00:00Z`);
const window = (start: string, end: string, chosen: string, movedUp = false) => ({ start: at(start), end: at(end), chosen: at(chosen), movedUp });
const always = [{ days: "1..31", zone: "UTC" }];
const brief = { notBefore: from, notAfter: from + 60_000 };

function situation(changes: Partial<Situation>): Situation {
  return { leaf, window: null, jitter: 0, orderedAt: null, orderedByTime: true, wantedSince: from, retryAt: 0, wall: at("2026-09-10"), wish: null, options: { blackouts: [] }, ...changes };
}

const order = (why: string): Partial<Decision> & { kind: "order"; why: string } => ({ kind: "order", why }) as never;
const wait = (until: number, why: string): { kind: "wait"; until: number; why: string } => ({ kind: "wait", until, why });

interface Row {
  readonly what: string;
  readonly in: Partial<Situation>;
  readonly out: { readonly kind: "order" | "wait"; readonly why: string; readonly until?: number };
}

const rows: readonly Row[] = [
  // without a word of the authority
  { what: "a young certificate waits for its last third", in: {}, out: wait(at("2026-10-31"), "not-due") },
  { what: "a draw spreads that moment forward", in: { jitter: 0.5 }, out: wait(at("2026-10-29T12:00"), "not-due") },
  { what: "the last third begins", in: { wall: at("2026-10-31") }, out: order("third-left") },
  { what: "a ms before it", in: { wall: at("2026-10-31") - 1 }, out: wait(at("2026-10-31"), "not-due") },
  { what: "renew.before counts where it is written", in: { options: { blackouts: [], before: 10 * DAY } }, out: wait(at("2026-11-20"), "not-due") },
  { what: "renew.before longer than a life leaves a fifth of it", in: { wall: from + 17 * DAY, options: { blackouts: [], before: 900 * DAY } }, out: wait(from + 18 * DAY, "not-due") },
  { what: "a life below ten days is halved", in: { leaf: brief, wall: from + 10_000 }, out: wait(from + 30_000, "not-due") },
  { what: "half of a minute is over", in: { leaf: brief, wall: from + 30_000 }, out: order("third-left") },
  { what: "an eighth of a minute is left", in: { leaf: brief, wall: from + 52_500 }, out: order("emergency") },
  // a window
  { what: "the moment that was drawn is waited for", in: { window: window("2026-10-01", "2026-10-03", "2026-10-02") }, out: wait(at("2026-10-02"), "not-due") },
  { what: "the moment has come", in: { window: window("2026-10-01", "2026-10-03", "2026-10-02"), wall: at("2026-10-02") }, out: order("window") },
  { what: "a window counts more than a third that is left", in: { window: window("2026-11-10", "2026-11-12", "2026-11-11"), wall: at("2026-11-05") }, out: wait(at("2026-11-11"), "not-due") },
  { what: "a window counts more than renew.before", in: { window: window("2026-10-01", "2026-10-03", "2026-10-02"), wall: at("2026-10-02"), options: { blackouts: [], before: DAY } }, out: order("window") },
  { what: "a window in the last days is cut off by the emergency", in: { window: window("2026-11-28", "2026-11-29", "2026-11-29") }, out: wait(at("2026-11-22T12:00"), "not-due") },
  { what: "a window that ends behind the certificate is cut off too", in: { window: window("2026-11-28", "2099-01-01", "2087-01-01"), wall: at("2026-11-23") }, out: order("emergency") },
  { what: "a window that has passed", in: { window: window("2026-09-05", "2026-09-06", "2026-09-05") }, out: order("window") },
  { what: "a window of 1970", in: { window: window("1970-01-01", "1970-01-02", "1970-01-02", true) }, out: order("moved-up") },
  { what: "a window that was moved forward and has not passed", in: { window: window("2026-09-09", "2026-09-12", "2026-09-11", true) }, out: wait(at("2026-09-11"), "not-due") },
  { what: "a window of the past right after an order", in: { window: window("1970-01-01", "1970-01-02", "1970-01-02", true), orderedAt: at("2026-09-10") - HOUR }, out: wait(at("2026-09-10T05:00"), "just-ordered") },
  { what: "the same after an order that somebody wanted: the first one moved up is renewed at once", in: { window: window("1970-01-01", "1970-01-02", "1970-01-02", true), orderedAt: at("2026-09-10") - HOUR, orderedByTime: false }, out: order("moved-up") },
  { what: "an order that seems to lie in the future", in: { window: window("1970-01-01", "1970-01-02", "1970-01-02", true), orderedAt: at("2030-01-01") }, out: order("moved-up") },
  // blackouts
  { what: "a blackout puts it off to its end", in: { wall: at("2026-11-02"), options: { blackouts: [{ days: "1..15", zone: "UTC" }] } }, out: wait(at("2026-11-16"), "blackout") },
  { what: "a blackout puts a window off", in: { wall: at("2026-10-02"), window: window("2026-10-01", "2026-10-03", "2026-10-02"), options: { blackouts: [{ days: "1..15", zone: "UTC" }] } }, out: wait(at("2026-10-16"), "blackout") },
  { what: "one without end puts it off to the emergency", in: { wall: at("2026-11-20"), options: { blackouts: always } }, out: wait(at("2026-11-22T12:00"), "blackout") },
  { what: "in an emergency they do not count", in: { wall: at("2026-11-22T12:00"), options: { blackouts: always } }, out: order("emergency") },
  { what: "renew.emergency counts where it is written", in: { wall: at("2026-11-02"), options: { blackouts: always, emergency: 29 * DAY } }, out: order("emergency") },
  { what: "an emergency begins no earlier than renewal", in: { wall: at("2026-10-30"), options: { blackouts: always, emergency: 80 * DAY } }, out: wait(at("2026-10-31"), "not-due") },
  { what: "a window that was moved up does not wait for filing peaks", in: { window: window("2026-09-09", "2026-09-10", "2026-09-09", true), options: { blackouts: always } }, out: order("moved-up") },
  { what: "a window that passed in a blackout goes on waiting", in: { wall: at("2026-10-04"), window: window("2026-10-01", "2026-10-03", "2026-10-02"), options: { blackouts: [{ days: "1..15", zone: "UTC" }] } }, out: wait(at("2026-10-16"), "blackout") },
  // nothing that could be shown
  { what: "no certificate", in: { leaf: null }, out: order("none-yet") },
  { what: "no certificate, in a blackout", in: { leaf: null, options: { blackouts: always } }, out: order("none-yet") },
  { what: "no certificate, after a failure", in: { leaf: null, retryAt: at("2026-09-10") + 5 }, out: wait(at("2026-09-10") + 5, "back-off") },
  { what: "one that has run out, in a blackout", in: { wall: leaf.notAfter + 1, options: { blackouts: always } }, out: order("expired") },
  { what: "the last ms of a certificate", in: { wall: leaf.notAfter }, out: order("emergency") },
  { what: "one whose times are reversed", in: { leaf: { notBefore: leaf.notAfter, notAfter: from } }, out: order("expired") },
  // failures
  { what: "a failure is waited for when renewal is due", in: { wall: at("2026-11-02"), retryAt: at("2026-11-03") }, out: wait(at("2026-11-03"), "back-off") },
  { what: "what is not due does not wait for failures", in: { retryAt: at("2026-09-11") }, out: wait(at("2026-10-31"), "not-due") },
  { what: "an emergency waits for them", in: { wall: at("2026-11-25"), retryAt: at("2026-11-25T00:10") }, out: wait(at("2026-11-25T00:10"), "back-off") },
  { what: "a wait that is over", in: { wall: at("2026-11-02"), retryAt: at("2026-11-02") }, out: order("third-left") },
  // wishes
  { what: "a person asks", in: { wish: "asked" }, out: order("asked") },
  { what: "a person asks in a blackout, after failures, by a clock that is behind", in: { wish: "asked", wall: at("2025-01-01"), retryAt: at("2099-01-01"), options: { blackouts: always } }, out: order("asked") },
  { what: "other names, in a blackout", in: { wish: "names-changed", options: { blackouts: always } }, out: order("names-changed") },
  { what: "another key, after a failure", in: { wish: "key-changed", retryAt: at("2026-09-11") }, out: wait(at("2026-09-11"), "back-off") },
  { what: "other names, while another process orders what it wants", in: { wish: "names-changed", wantedSince: at("2026-09-09"), orderedAt: at("2026-09-09T23:00") }, out: wait(at("2026-09-10T05:00"), "just-ordered") },
  { what: "other names since the last order", in: { wish: "names-changed", wantedSince: at("2026-09-09T23:30"), orderedAt: at("2026-09-09T23:00") }, out: order("names-changed") },
  { what: "another authority", in: { wish: "authority-changed" }, out: order("authority-changed") },
  // clocks
  { what: "a clock that is behind the certificate", in: { wall: at("2020-01-01") }, out: wait(from, "clock-behind") },
  { what: "a clock of 1970, and other names", in: { wall: 0, wish: "names-changed" }, out: wait(from, "clock-behind") },
  { what: "a clock that jumped ahead by years", in: { wall: at("2036-01-01") }, out: order("expired") },
];

describe("what to do about a certificate", () => {
  for (const row of rows) test(row.what, () => assert.deepEqual(decide(situation(row.in)), row.out));

  const instant = fc.integer({ min: -50 * DAY, max: 200 * DAY }).map((ms) => from + ms);
  const anyWindow = fc.option(fc.tuple(instant, fc.integer({ min: 1, max: 400 * DAY }), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()).map(([start, length, part, movedUp]) => ({ start, end: start + length, chosen: start + part * length, movedUp })));
  const options = fc.record({ blackouts: fc.subarray([{ days: "1..15", zone: "Europe/Warsaw" }, { hours: "22:00..05:00", zone: "Asia/Shanghai" }, ...always]), before: fc.integer({ min: 1000, max: 200 * DAY }), emergency: fc.integer({ min: 1000, max: 200 * DAY }) }, { requiredKeys: ["blackouts"] });
  const anySituation = fc.record({
    leaf: fc.option(fc.tuple(instant, fc.oneof(fc.integer({ min: 0, max: 300_000 }), fc.integer({ min: 0, max: 400 * DAY }))).map(([notBefore, life]) => ({ notBefore, notAfter: notBefore + life }))),
    window: anyWindow,
    jitter: fc.double({ min: 0, max: 0.999, noNaN: true }),
    orderedAt: fc.option(instant),
    orderedByTime: fc.boolean(),
    wantedSince: instant,
    retryAt: fc.constant(0),
    wall: instant,
    wish: fc.constant(null),
    options,
  });

  test("it never waits for the past, and never into the emergency but for a clock that is behind or an order that only just came", () => {
    fc.assert(
      fc.property(anySituation, (known) => {
        const decision = decide(known);
        if (decision.kind === "order") return;
        assert.ok(known.leaf !== null && decision.until > known.wall);
        const { leaf: one } = known;
        const { emergency } = spansOf(one.notAfter - one.notBefore, known.options);
        if (decision.why === "not-due" || decision.why === "blackout") assert.ok(decision.until <= one.notAfter - emergency + 1e-3);
        assert.ok(decision.until <= one.notAfter + 1e-3);
      }),
      { numRuns: 500 },
    );
  });

  test("whoever looks again at the end of each wait orders before the certificate runs out", () => {
    fc.assert(
      fc.property(anySituation, (known) => {
        let wall = known.wall;
        for (let looks = 0; looks < 50; looks++) {
          const decision = decide({ ...known, wall });
          if (decision.kind === "order") return assert.ok(known.leaf === null || wall <= Math.max(known.wall, known.leaf.notAfter));
          wall = decision.until;
        }
        assert.fail("nothing was ordered");
      }),
    );
  });
});

describe("the word of an authority", () => {
  const random = { next: () => 0.25 };
  const info = (start: string, end: string) => ({ start: at(start), end: at(end) });
  const known = window("2026-10-30", "2026-11-01", "2026-10-31");
  const hear = (changes: Partial<Parameters<typeof hearWindow>[0]>) => hearWindow({ info: info("2026-10-30", "2026-11-01"), before: null, leaf, wall: at("2026-09-10"), random, ...changes });

  test("a moment is drawn inside the window", () => assert.deepEqual(hear({}), window("2026-10-30", "2026-11-01", "2026-10-30T12:00")));
  test("it is kept while the window stays", () => assert.equal(hear({ before: known }), known));
  test("another is drawn when the window moves", () => assert.deepEqual(hear({ before: known, info: info("2026-10-31", "2026-11-02") }), window("2026-10-31", "2026-11-02", "2026-10-31T12:00")));
  test("a window wholly before the one that was known was moved up", () => assert.equal(hear({ before: known, info: info("2026-09-09", "2026-09-10") })?.movedUp, true));
  test("it stays moved up when it moves on a little", () => assert.equal(hear({ before: window("2026-09-09", "2026-09-10", "2026-09-09", true), info: info("2026-09-10", "2026-09-11") })?.movedUp, true));
  test("a first word of a window that is long over means the same", () => assert.equal(hear({ info: info("2026-09-05", "2026-09-06") })?.movedUp, true));
  test("a first word at the usual time does not", () => assert.equal(hear({ wall: at("2026-11-05") })?.movedUp, false));
  for (const [what, start, end] of [["reversed", "2026-11-01", "2026-10-30"], ["empty", "2026-10-30", "2026-10-30"], ["behind the certificate", "2027-01-01", "2027-01-02"]] as const) {
    test(`a window that is ${what} counts as unsaid`, () => {
      assert.equal(hear({ info: info(start, end) }), null);
      assert.equal(hear({ info: info(start, end), before: known }), known);
    });
  }
  test("a window without numbers counts as unsaid", () => assert.equal(hear({ info: { start: Number.NaN, end: at("2026-11-01") } }), null));
});
