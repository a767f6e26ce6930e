import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTimeLimit } from "../../src/journal/time-limit.ts";

const texts = [
  { text: "midnight Europe/Warsaw", zone: "Europe/Warsaw" },
  { text: "midnight asia/shanghai", zone: "Asia/Shanghai" },
  { text: "midnight UTC", zone: "UTC" },
  { text: "midnight", zone: null },
  { text: "midnight ", zone: null },
  { text: "midnight  UTC", zone: null },
  { text: "midnight Warsaw", zone: null },
  { text: "midnight Europe/Warsaw tomorrow", zone: null },
  { text: "noon Europe/Warsaw", zone: null },
  { text: "midnight +01:00", zone: null },
];
for (const { text, zone } of texts) {
  test(`'${text}' is ${zone === null ? "no limit" : `the end of the day in ${zone}`}`, () => assert.equal(parseTimeLimit(text)?.zone ?? null, zone));
}

const queues = [
  { what: "in the evening", at: "2026-11-21T20:00:00Z", until: "2026-11-21T23:00:00Z" },
  { what: "on the stroke of midnight", at: "2026-11-21T23:00:00Z", until: "2026-11-22T23:00:00Z" },
  { what: "on the day that summer time begins", at: "2026-03-29T08:00:00Z", until: "2026-03-29T22:00:00Z" },
];
for (const { what, at, until } of queues) {
  test(`the limit of what is queued ${what} in Warsaw is the end of that day there`, () => {
    assert.equal(parseTimeLimit("midnight Europe/Warsaw")?.next(Date.parse(at)), Date.parse(until));
  });
}
