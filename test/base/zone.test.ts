import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { instantText } from "../../src/base/instant.ts";
import { nextMidnight, zoneName } from "../../src/base/zone.ts";

const cases = [
  { what: "an ordinary day", zone: "Europe/Warsaw", after: "2026-11-21T07:00:00Z", next: "2026-11-21T23:00:00Z" },
  { what: "a millisecond before midnight", zone: "Europe/Warsaw", after: "2026-11-21T22:59:59.999Z", next: "2026-11-21T23:00:00Z" },
  { what: "the stroke of midnight", zone: "Europe/Warsaw", after: "2026-11-21T23:00:00Z", next: "2026-11-22T23:00:00Z" },
  { what: "the day of 23 hours, from its start", zone: "Europe/Warsaw", after: "2026-03-28T23:00:00Z", next: "2026-03-29T22:00:00Z" },
  { what: "the day of 25 hours, from its start", zone: "Europe/Warsaw", after: "2026-10-24T22:00:00Z", next: "2026-10-25T23:00:00Z" },
  { what: "the hour that comes twice, the first time", zone: "Europe/Warsaw", after: "2026-10-25T00:30:00Z", next: "2026-10-25T23:00:00Z" },
  { what: "the hour that comes twice, the second time", zone: "Europe/Warsaw", after: "2026-10-25T01:30:00Z", next: "2026-10-25T23:00:00Z" },
  { what: "a night whose midnight is skipped", zone: "America/Sao_Paulo", after: "2018-11-04T02:59:00Z", next: "2018-11-04T03:00:00Z" },
  { what: "the day after a skipped midnight", zone: "America/Sao_Paulo", after: "2018-11-04T03:00:00Z", next: "2018-11-05T02:00:00Z" },
  { what: "the hour before midnight, the first time", zone: "America/Sao_Paulo", after: "2018-02-18T01:30:00Z", next: "2018-02-18T03:00:00Z" },
  { what: "the hour before midnight, the second time", zone: "America/Sao_Paulo", after: "2018-02-18T02:30:00Z", next: "2018-02-18T03:00:00Z" },
  { what: "a skipped midnight in Lebanon", zone: "Asia/Beirut", after: "2022-03-26T12:00:00Z", next: "2022-03-26T22:00:00Z" },
  { what: "clocks set back at midnight in Lebanon", zone: "Asia/Beirut", after: "2022-10-29T12:00:00Z", next: "2022-10-29T22:00:00Z" },
  { what: "a midnight that comes twice, before the first", zone: "America/St_Johns", after: "2010-11-07T02:00:00Z", next: "2010-11-07T02:30:00Z" },
  { what: "a midnight that comes twice, between the two", zone: "America/St_Johns", after: "2010-11-07T02:45:00Z", next: "2010-11-07T03:30:00Z" },
  { what: "a day that was left out of the calendar", zone: "Pacific/Apia", after: "2011-12-30T09:00:00Z", next: "2011-12-30T10:00:00Z" },
  { what: "China", zone: "Asia/Shanghai", after: "2026-11-21T15:59:59Z", next: "2026-11-21T16:00:00Z" },
  { what: "China, in the years with summer time", zone: "Asia/Shanghai", after: "1986-05-03T16:00:00Z", next: "1986-05-04T15:00:00Z" },
  { what: "UTC over a leap day", zone: "UTC", after: "2028-02-28T12:00:00Z", next: "2028-02-29T00:00:00Z" },
  { what: "UTC over the end of a year", zone: "UTC", after: "2026-12-31T23:59:59Z", next: "2027-01-01T00:00:00Z" },
  { what: "half an hour off", zone: "Asia/Kolkata", after: "2026-11-21T18:29:59Z", next: "2026-11-21T18:30:00Z" },
  { what: "three quarters off", zone: "Asia/Kathmandu", after: "2026-11-21T18:15:00Z", next: "2026-11-22T18:15:00Z" },
  { what: "summer time of half an hour", zone: "Australia/Lord_Howe", after: "2026-10-03T13:30:00Z", next: "2026-10-04T13:00:00Z" },
  { what: "a time before 1970", zone: "Europe/Warsaw", after: "1969-12-31T12:00:00Z", next: "1969-12-31T23:00:00Z" },
];

describe("the next midnight", () => {
  for (const { what, zone, after, next } of cases) {
    test(`${what}: ${zone} after ${after}`, () => {
      assert.equal(new Date(nextMidnight(Date.parse(after), zone)).toISOString(), new Date(next).toISOString());
    });
  }

  test("lies ahead, at most 26 hours, and is midnight as Intl shows it wherever clocks do not skip it", () => {
    const zone = fc.constantFrom("Europe/Warsaw", "Asia/Shanghai", "UTC", "Asia/Kolkata", "Australia/Lord_Howe", "America/St_Johns");
    const wall = fc.integer({ min: Date.UTC(2012, 0), max: Date.UTC(2035, 0) });
    fc.assert(
      fc.property(zone, wall, (timeZone, after) => {
        const next = nextMidnight(after, timeZone);
        assert.ok(next > after && next - after <= 26 * 3_600_000);
        assert.match(new Intl.DateTimeFormat("en-GB", { timeZone, timeStyle: "medium", hourCycle: "h23" }).format(next), /^00:00:00$/);
      }),
    );
  });
});

const names = [
  { text: "Europe/Warsaw", name: "Europe/Warsaw" },
  { text: "europe/warsaw", name: "Europe/Warsaw" },
  { text: "utc", name: "UTC" },
  { text: "Europe/Warszawa", name: null },
  { text: "+01:00", name: null },
  { text: "GMT+1", name: null },
  { text: "", name: null },
  { text: "Europe/Warsaw[u-ca=hebrew]", name: null },
  { text: "2026-01-01T00:00[Europe/Warsaw]", name: null },
];
for (const { text, name } of names) {
  test(`the zone '${text}' is ${name === null ? "unknown" : name}`, () => assert.equal(zoneName(text), name));
}

test("an instant is written in UTC to the second", () => {
  assert.equal(instantText(Date.UTC(2026, 10, 21, 8) + 999), "2026-11-21T08:00:00Z");
  assert.equal(instantText(-0.5), "1969-12-31T23:59:59Z");
});
