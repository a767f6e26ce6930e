import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { formatHttpDate, parseHttpDate } from "../../src/http/http-date.ts";

const NOW = Date.UTC(2026, 6, 15, 12, 30, 0);

const readable: readonly (readonly [what: string, text: string, want: string])[] = [
  ["an IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["the form of RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["the form of asctime with a day of one digit", "Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"],
  ["the form of asctime with a day of two digits", "Wed Nov 16 08:49:37 1994", "1994-11-16T08:49:37Z"],
  ["a second beyond 32 bits", "Tue, 19 Jan 2038 14:14:08 GMT", "2038-01-19T14:14:08Z"],
  ["a date of the far future", "Mon, 03 Jun 2292 04:46:39 GMT", "2292-06-03T04:46:39Z"],
  ["letters in any case, the weekday's", "SUN, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["letters in any case, the month's", "Sun, 06 nOV 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["letters in any case, the zone's", "Sun, 06 Nov 1994 08:49:37 gmT", "1994-11-06T08:49:37Z"],
  ["letters in any case, in the form of RFC 850", "sUNDAY, 06-NOV-94 08:49:37 gmt", "1994-11-06T08:49:37Z"],
  ["letters in any case, in the form of asctime", "sUN nOV  6 08:49:37 1994", "1994-11-06T08:49:37Z"],
  ["a weekday that does not fit the date", "Mon, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"],
  ["a leap day", "Thu, 29 Feb 2024 00:00:00 GMT", "2024-02-29T00:00:00Z"],
  ["a leap day of a century that has one", "Tue, 29 Feb 2000 00:00:00 GMT", "2000-02-29T00:00:00Z"],
  ["a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", "2017-01-01T00:00:00Z"],
  ["two digits: exactly 50 years ahead", "Wednesday, 15-Jul-76 12:30:00 GMT", "2076-07-15T12:30:00Z"],
  ["two digits: a second more than 50 years ahead", "Thursday, 15-Jul-76 12:30:01 GMT", "1976-07-15T12:30:01Z"],
  ["two digits: a day more, earlier in the day", "Friday, 16-Jul-76 00:00:00 GMT", "1976-07-16T00:00:00Z"],
  ["two digits: a later month, an earlier day", "Saturday, 01-Aug-76 00:00:00 GMT", "1976-08-01T00:00:00Z"],
  ["two digits: the year after that", "Saturday, 01-Jan-77 00:00:00 GMT", "1977-01-01T00:00:00Z"],
  ["two digits: last year", "Wednesday, 31-Dec-25 23:59:59 GMT", "2025-12-31T23:59:59Z"],
  ["two digits: the end of the century before", "Friday, 31-Dec-99 23:59:59 GMT", "1999-12-31T23:59:59Z"],
];

for (const [what, text, want] of readable) test(`a date is read: ${what}`, () => assert.equal(parseHttpDate(text, NOW), Date.parse(want)));

const refused: readonly string[] = [
  "", "0", "-1", "now", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 AEST", "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 08:49:37",
  "Sun, 06 Nov 94 08:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT", "Sun, 06  Nov  1994 08:49:37 GMT", "Sun,  06 Nov 1994 08:49:37 GMT", "Sun,06 Nov 1994 08:49:37 GMT",
  "Sun, 06-Nov-1994 08:49:37 GMT", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sunday, 06 Nov 94 08:49:37 GMT", "Sun, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08.49.37 GMT",
  "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 1994 08:49:37  GMT", " Sun, 06 Nov 1994 08:49:37 GMT",
  "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 GMT\n", "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", "Son, 06 Nov 1994 08:49:37 GMT",
  "Sun, 06 Okt 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 31 Nov 1994 08:49:37 GMT", "Wed, 29 Feb 2023 00:00:00 GMT", "Mon, 29 Feb 2100 00:00:00 GMT",
  "Sun, 06 Nov 1994 24:00:00 GMT", "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:60 GMT", "Sun, 06 Nov 1994 23:59:61 GMT", "Sun Nov 6 08:49:37 1994",
  "Sun Nov  6 08:49:37 1994 GMT", "Sun, Nov  6 08:49:37 1994", "Sun Nov  6 08:49:37 94", "Sun, 06 Nov ١٩٩٤ 08:49:37 GMT", "1994-11-06T08:49:37Z",
];

for (const text of refused) test(`a date is refused: ${JSON.stringify(text)}`, () => assert.equal(parseHttpDate(text, NOW), null));

test("29 February of a two-digit year exists where its century has it", () => {
  assert.equal(parseHttpDate("Tuesday, 29-Feb-00 00:00:00 GMT", NOW), Date.UTC(2000, 1, 29));
  assert.equal(parseHttpDate("Monday, 29-Feb-00 00:00:00 GMT", Date.UTC(2060, 0, 1)), null);
});

const second = fc.integer({ min: Date.parse("0000-01-01T00:00:00Z") / 1000, max: Date.parse("9999-12-31T23:59:59Z") / 1000 });
const LONG_DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

test("a date is written as the language's own calendar writes it, and read back", () => {
  fc.assert(
    fc.property(second, fc.integer({ min: 0, max: 999 }), (seconds, ms) => {
      const text = formatHttpDate(seconds * 1000 + ms);
      assert.equal(text, new Date(seconds * 1000).toUTCString());
      assert.equal(parseHttpDate(text, NOW), seconds * 1000);
      const [, day = "", month = "", year = "", time = ""] = text.split(" ");
      const padded = day.replace(/^0/, " ");
      assert.equal(parseHttpDate(`${text.slice(0, 3)} ${month} ${padded} ${time} ${year}`, NOW), seconds * 1000);
    }),
    { numRuns: 2000 },
  );
});

test("each day from 1895 to 2105, at its first and last millisecond, is written as the language's own calendar writes it", () => {
  for (let at = Date.UTC(1895, 0, 1); at < Date.UTC(2105, 0, 1); at += 86_400_000) {
    assert.equal(formatHttpDate(at), new Date(at).toUTCString());
    assert.equal(formatHttpDate(at - 1), new Date(at - 1).toUTCString());
  }
});

test("a year of two digits lies within 50 years of now, whenever now is", () => {
  const near = fc.integer({ min: 0, max: Date.UTC(2400, 0, 1) / 1000 });
  fc.assert(
    fc.property(near, near, (now, seconds) => {
      const date = new Date(seconds * 1000);
      const [, day = "", month = "", year = "", time = ""] = date.toUTCString().split(" ");
      const read = parseHttpDate(`${LONG_DAYS[date.getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`, now * 1000);
      if (read === null) return assert.equal(`${day} ${month} ${year.slice(2)}`, "29 Feb 00");
      const bound = new Date(now * 1000);
      bound.setUTCFullYear(bound.getUTCFullYear() + 50);
      assert.ok(read <= bound.getTime() + 86_400_000);
      bound.setUTCFullYear(bound.getUTCFullYear() - 100);
      assert.ok(read > bound.getTime() - 86_400_000);
    }),
    { numRuns: 2000 },
  );
});

test("what lies outside the years 0 to 9999 is written as their end", () => {
  assert.equal(formatHttpDate(Infinity), "Fri, 31 Dec 9999 23:59:59 GMT");
  assert.equal(formatHttpDate(-Infinity), "Sat, 01 Jan 0000 00:00:00 GMT");
});
