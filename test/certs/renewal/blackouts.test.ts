import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { blackoutsEnd } from "../../../src/certs/renewal/blackouts.ts";

const DAY = 86_400_000;
const at = (text: string): number => Date.parse(text);

const cases = [
  { what: "none", blackouts: [], wall: "2026-11-20T10:00:00Z", end: "2026-11-20T10:00:00Z" },
  { what: "one that does not hold", blackouts: [{ days: "1..15", zone: "UTC" }], wall: "2026-11-20T10:00:00Z", end: "2026-11-20T10:00:00Z" },
  { what: "days of the month", blackouts: [{ days: "1..15", zone: "UTC" }], wall: "2026-11-03T10:00:00Z", end: "2026-11-16T00:00:00Z" },
  { what: "a single day", blackouts: [{ days: "20", zone: "UTC" }], wall: "2026-11-20T23:59:59.999Z", end: "2026-11-21T00:00:00Z" },
  { what: "the 31st of a month that has one", blackouts: [{ days: "31", zone: "UTC" }], wall: "2026-10-31T05:00:00Z", end: "2026-11-01T00:00:00Z" },
  { what: "the 31st in a month of 30 days", blackouts: [{ days: "31", zone: "UTC" }], wall: "2026-11-30T05:00:00Z", end: "2026-11-30T05:00:00Z" },
  { what: "days to the end of February", blackouts: [{ days: "25..31", zone: "UTC" }], wall: "2027-02-26T00:00:00Z", end: "2027-03-01T00:00:00Z" },
  { what: "days over the month's end", blackouts: [{ days: "28..5", zone: "UTC" }], wall: "2026-11-29T00:00:00Z", end: "2026-12-06T00:00:00Z" },
  { what: "days in a zone that is ahead", blackouts: [{ days: "20", zone: "Asia/Shanghai" }], wall: "2026-11-19T17:00:00Z", end: "2026-11-20T16:00:00Z" },
  { what: "hours of a day", blackouts: [{ hours: "08:00..20:00", zone: "UTC" }], wall: "2026-11-20T08:00:00Z", end: "2026-11-20T20:00:00Z" },
  { what: "the instant at which hours end", blackouts: [{ hours: "08:00..20:00", zone: "UTC" }], wall: "2026-11-20T20:00:00Z", end: "2026-11-20T20:00:00Z" },
  { what: "hours that cross midnight, before it", blackouts: [{ hours: "22:00..05:30", zone: "UTC" }], wall: "2026-11-20T23:00:00Z", end: "2026-11-21T05:30:00Z" },
  { what: "hours that cross midnight, after it", blackouts: [{ hours: "22:00..05:30", zone: "UTC" }], wall: "2026-11-21T01:00:00Z", end: "2026-11-21T05:30:00Z" },
  { what: "hours to 24:00", blackouts: [{ hours: "12:00..24:00", zone: "UTC" }], wall: "2026-11-20T13:00:00Z", end: "2026-11-21T00:00:00Z" },
  { what: "hours that end where they begin", blackouts: [{ hours: "08:00..08:00", zone: "UTC" }], wall: "2026-11-20T08:00:00Z", end: "2026-11-20T08:00:00Z" },
  { what: "hours on days: both must hold", blackouts: [{ days: "20", hours: "22:00..05:00", zone: "UTC" }], wall: "2026-11-20T23:00:00Z", end: "2026-11-21T00:00:00Z" },
  { what: "hours on days, in the pause between", blackouts: [{ days: "20..21", hours: "08:00..18:00", zone: "UTC" }], wall: "2026-11-20T19:00:00Z", end: "2026-11-20T19:00:00Z" },
  { what: "two that meet", blackouts: [{ hours: "08:00..12:00", zone: "UTC" }, { hours: "12:00..14:00", zone: "UTC" }], wall: "2026-11-20T09:00:00Z", end: "2026-11-20T14:00:00Z" },
  { what: "two that overlap in two zones", blackouts: [{ days: "20", zone: "Asia/Shanghai" }, { days: "20", zone: "America/New_York" }], wall: "2026-11-19T17:00:00Z", end: "2026-11-21T05:00:00Z" },
  { what: "the night in which clocks go forward: 02:30 never comes", blackouts: [{ hours: "01:00..02:30", zone: "Europe/Warsaw" }], wall: "2027-03-28T00:30:00Z", end: "2027-03-28T01:00:00Z" },
  { what: "the night in which clocks go back: 02:30 comes, and 02:00 again", blackouts: [{ hours: "01:00..02:30", zone: "Europe/Warsaw" }], wall: "2026-10-25T00:15:00Z", end: "2026-10-25T00:30:00Z" },
  { what: "the second 02:15 of that night", blackouts: [{ hours: "01:00..02:30", zone: "Europe/Warsaw" }], wall: "2026-10-25T01:15:00Z", end: "2026-10-25T01:30:00Z" },
  { what: "the hours after that night, by the clocks of winter", blackouts: [{ hours: "08:00..20:00", zone: "Europe/Warsaw" }], wall: "2026-10-25T10:00:00Z", end: "2026-10-25T19:00:00Z" },
  { what: "a midnight that is skipped", blackouts: [{ days: "3", zone: "America/Sao_Paulo" }], wall: "2018-11-03T12:00:00Z", end: "2018-11-04T03:00:00Z" },
] as const;

describe("the end of blackouts", () => {
  for (const { what, blackouts, wall, end } of cases) {
    test(`${what}: from ${wall}`, () => assert.equal(new Date(blackoutsEnd(blackouts, at(wall), at(wall) + 60 * DAY)).toISOString(), new Date(end).toISOString()));
  }

  test("those that are always on end at the limit, or where it is not looked any further", () => {
    const always = [{ days: "1..31", zone: "UTC" }];
    const wall = at("2026-11-20T10:00:00Z");
    assert.equal(blackoutsEnd(always, wall, wall + 3 * DAY), wall + 3 * DAY);
    assert.equal(blackoutsEnd(always, wall, wall - DAY), wall);
    const far = blackoutsEnd(always, wall, wall + 4000 * DAY);
    assert.ok(far > wall + 30 * DAY && far < wall + 50 * DAY);
  });

  test("is the first minute at which none holds, as Intl shows days and times", () => {
    const zones = fc.constantFrom("Europe/Warsaw", "Australia/Lord_Howe", "America/St_Johns", "Asia/Kathmandu", "UTC", "America/New_York");
    const hour = fc.integer({ min: 0, max: 23 });
    const time = fc.tuple(hour, fc.constantFrom(0, 15, 30)).map(([h, m]) => `${String(h).padStart(2, "0")}:${String(m).padStart(2, "0")}`);
    const hours = fc.tuple(time, time).map(([from, to]) => `${from}..${to}`);
    const days = fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 1, max: 31 })).map(([from, to]) => `${from}..${to}`);
    const blackout = fc.oneof(fc.record({ hours, zone: zones }), fc.record({ days, hours, zone: zones }));
    // Around the turns of the clocks, where it is hard.
    const wall = fc.tuple(fc.constantFrom("2026-10-25", "2026-11-01", "2027-03-28", "2027-03-14", "2026-10-04", "2027-04-04"), fc.integer({ min: -20, max: 36 })).map(([day, h]) => at(`${day}T00:00:00Z`) + h * 3_600_000);
    fc.assert(
      fc.property(fc.array(blackout, { minLength: 1, maxLength: 2 }), wall, (blackouts, from) => {
        const limit = from + DAY;
        const end = blackoutsEnd(blackouts, from, limit);
        assert.ok(end >= from && end <= limit);
        for (let t = from; t < end; t += 15 * 60_000) assert.ok(blackouts.some((one) => holds(one, t)), `none holds at ${new Date(t).toISOString()}`);
        if (end < limit) assert.ok(!blackouts.some((one) => holds(one, end)), "one holds at the end");
      }),
      { numRuns: 150 },
    );
  });
});

const formats = new Map<string, Intl.DateTimeFormat>();

/** Another reading of the same words. */
function holds({ days, hours, zone }: { days?: string; hours?: string; zone: string }, wall: number): boolean {
  const format = formats.get(zone) ?? new Intl.DateTimeFormat("en-GB", { timeZone: zone, day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  formats.set(zone, format);
  const parts = Object.fromEntries(format.formatToParts(wall).map(({ type, value }) => [type, value]));
  const within = (value: string, from: string, to: string, closed: boolean): boolean => {
    const before = closed ? value <= to : value < to;
    return from <= to ? value >= from && before : value >= from || before;
  };
  const [firstDay, lastDay] = (days ?? "").split("..").map((day) => day.padStart(2, "0"));
  const [start, end] = (hours ?? "").split("..");
  return (days === undefined || within(parts["day"] ?? "", firstDay ?? "", lastDay ?? "", true)) && (hours === undefined || within(`${parts["hour"]}:${parts["minute"]}`, start ?? "", end ?? "", false));
}
