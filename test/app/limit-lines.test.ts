import assert from "node:assert/strict";
import { test } from "node:test";
import { callerLimits } from "../../src/app/caller-limits.ts";
import { manualClock } from "../../src/base/clock.ts";
import { limitsOptions } from "../../src/limits/caller/options.ts";
import type { Log } from "../../src/observe/log.ts";
import type { Metrics } from "../../src/observe/metrics.ts";

test("the log says which limit refused on which site and route, once in ten seconds for each, with how many were meant", () => {
  const clock = manualClock();
  const lines: unknown[] = [];
  const log = { warn: (event: string, fields: unknown) => void lines.push([event, fields]), info: (event: string, fields: unknown) => void lines.push([event, fields]) } as unknown as Log;
  const limits = callerLimits({ clock, log, metrics: { limitMet: () => undefined } as unknown as Metrics, shared: { open: () => null, state: "none" } as never });
  const open = limits.open(limitsOptions.parse({ daily: { key: "site", windows: ["1/min"] }, tried: { key: "site", windows: ["1/min"], dryRun: true } }));
  const facts = { site: "main", routeClass: "read", region: null, taxpayer: null, principal: null, client: "192.0.2.1", bodyBytes: 0, source: null };
  const send = (route: string, name = "daily"): void => void open.of([name])?.passage({ ...facts, route }).enter(Infinity);
  for (const route of ["a", "a", "a", "b"]) send(route);
  clock.advance(10_000);
  send("a");
  for (let count = 0; count < 2; count++) send("a", "tried");
  const event = "callers were refused because of a limit";
  assert.deepEqual(lines, [
    [event, { limit: "daily", site: "main", route: "a", count: 1, waitMs: 60_000 }],
    [event, { limit: "daily", site: "main", route: "b", count: 1, waitMs: 60_000 }],
    [event, { limit: "daily", site: "main", route: "a", count: 2, waitMs: 50_000 }],
    ["a limit would have acted", { limit: "tried", site: "main", route: "a", count: 1, waitMs: 60_000 }],
  ]);
});
