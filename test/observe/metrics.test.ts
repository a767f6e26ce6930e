import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { METRICS, metricsMarkdown, type MetricSpec } from "../../src/observe/metric-table.ts";
import { createMetrics } from "../../src/observe/metrics.ts";
import { OUTCOMES, outcomeOf } from "../../src/observe/outcome.ts";
import { summary, TEST_PHASES } from "./summary.ts";

function setUp() {
  const metrics = createMetrics({ version: "1.2.3", nodeVersion: "26.0.0", clock: manualClock(1_790_000_000_000), phases: TEST_PHASES });
  const lines = async (start: string): Promise<string[]> => (await metrics.expose()).body.split("\n").filter((line) => line.startsWith(start));
  return { metrics, lines };
}

test("the table keeps the rules of names: base units, _total for counters alone, no name twice", () => {
  const names = METRICS.map((spec) => spec.name);
  assert.equal(new Set(names).size, names.length);
  for (const spec of METRICS as readonly MetricSpec[]) {
    assert.match(spec.name, /^(taxgate|process|nodejs)_[a-z_]+$/);
    assert.equal(spec.name.endsWith("_total"), spec.type === "counter", spec.name);
    assert.equal(/_seconds(_total)?$/.test(spec.name), spec.unit === "seconds", spec.name);
    assert.equal(/_bytes(_total)?$/.test(spec.name), spec.unit === "bytes", spec.name);
    assert.deepEqual(spec.buckets, spec.buckets === undefined ? undefined : spec.buckets.toSorted((a, b) => a - b));
    assert.ok(metricsMarkdown().includes(`| \`${spec.name}\` | ${spec.type} |`));
  }
});

test("every metric of the table is exposed, with its type and help", async () => {
  const { body, contentType } = await setUp().metrics.expose();
  assert.match(contentType, /^text\/plain; version=0\.0\.4/);
  for (const spec of METRICS) assert.ok(body.includes(`# HELP ${spec.name} ${spec.help}\n# TYPE ${spec.name} ${spec.type}`), spec.name);
});

test("every line of the exposition has the form that Prometheus reads", async () => {
  const { metrics } = setUp();
  metrics.exchangeEnded(summary({ route: 'odd"name\\' }));
  const label = String.raw`[a-z]+="(?:[^"\\]|\\.)*"`;
  const sample = new RegExp(`^[a-z_]+(?:\\{${label}(?:,${label})*\\})? (?:\\d+(?:\\.\\d+)?(?:e[+-]\\d+)?|\\+Inf)$`);
  for (const line of (await metrics.expose()).body.split("\n")) {
    if (line !== "" && !line.startsWith("# ")) assert.match(line, sample);
  }
});

test("an exchange is counted by where it came from and how it ended", async () => {
  const { metrics, lines } = setUp();
  metrics.exchangeEnded(summary());
  metrics.exchangeEnded(summary());
  metrics.exchangeEnded(summary({ site: null, route: null, routeClass: null, region: null, outcome: "refused", error: "misdirected" }));
  assert.deepEqual(await lines("taxgate_requests_total"), [
    'taxgate_requests_total{listener="plain",site="china",route="issue",class="submit",region="guangdong",outcome="ok"} 2',
    'taxgate_requests_total{listener="plain",site="none",route="none",class="none",region="none",outcome="refused"} 1',
  ]);
  assert.deepEqual(await lines("taxgate_errors_total"), ['taxgate_errors_total{code="misdirected"} 1']);
});

test("durations fall into buckets by their upper bounds", async () => {
  const { metrics, lines } = setUp();
  for (const ms of [0.5, 0.6, 100, 500_000]) metrics.exchangeEnded(summary({ startedAt: 0, endedAt: ms }));
  const all = await lines("taxgate_request_duration_seconds");
  const value = (start: string): string | undefined => all.find((line) => line.startsWith(`taxgate_request_duration_seconds${start}`))?.split(" ")[1];
  const labels = 'class="submit",outcome="ok"';
  assert.deepEqual(
    ["0.0005", "0.001", "0.1", "120", "+Inf"].map((le) => value(`_bucket{le="${le}",${labels}}`)),
    ["1", "2", "3", "3", "4"],
  );
  assert.equal(value(`_count{${labels}}`), "4");
  assert.ok(Math.abs(Number(value(`_sum{${labels}}`)) - 500.1011) < 1e-9);
});

test("phases add up their time and their runs; one that did not run counts nothing", async () => {
  const { metrics, lines } = setUp();
  metrics.exchangeEnded(summary());
  metrics.exchangeEnded(summary({ ends: Float64Array.of(1000.25, 0, 0, 0, 0, 1000.5, 1001, 0) }));
  assert.equal((await lines('taxgate_phase_seconds_total{phase="identify"}'))[0], 'taxgate_phase_seconds_total{phase="identify"} 0.0005');
  assert.deepEqual((await lines("taxgate_phases_total")).map((line) => line.split(" ")[1]), ["2", "1", "1", "1", "1", "2", "2", "0"]);
});

test("attempts, retries, breakers and reloads are counted", async () => {
  const { metrics, lines } = setUp();
  metrics.attemptEnded({ site: "s", region: "r", endpoint: 1, routeClass: "read", result: "in-doubt", cause: "reset", seconds: 0.02 });
  metrics.attemptEnded({ site: "s", region: "r", endpoint: null, routeClass: "read", result: "refused", cause: "no-endpoint", seconds: 0 });
  metrics.retried();
  metrics.refusedEarly("head-too-large");
  metrics.breakerMoved({ site: "s", region: "r", routeClass: "read", to: "open" });
  metrics.reloaded("refused");
  assert.deepEqual(await lines("taxgate_attempts_total"), [
    'taxgate_attempts_total{site="s",region="r",endpoint="1",class="read",result="in-doubt",cause="reset"} 1',
    'taxgate_attempts_total{site="s",region="r",endpoint="none",class="read",result="refused",cause="no-endpoint"} 1',
  ]);
  assert.deepEqual(await lines("taxgate_errors_total"), ['taxgate_errors_total{code="head-too-large"} 1']);
  assert.deepEqual(await lines("taxgate_retries_total"), ["taxgate_retries_total 1"]);
  assert.deepEqual(await lines("taxgate_breaker_transitions_total"), ['taxgate_breaker_transitions_total{site="s",region="r",class="read",to="open"} 1']);
  assert.deepEqual(await lines("taxgate_config_last_reload_success"), ["taxgate_config_last_reload_success 0"]);
  metrics.reloaded("applied");
  assert.deepEqual(await lines("taxgate_config_last_reload_success"), ["taxgate_config_last_reload_success 1"]);
});

test("gauges are asked for at each scrape, and what is gone from a source is gone from the text", async () => {
  const { metrics, lines } = setUp();
  let endpoints = ["0", "1"];
  metrics.setSource("taxgate_endpoint_up", () => endpoints.map((endpoint) => ({ labels: { site: "s", region: "r", endpoint }, value: 1 })));
  assert.equal((await lines("taxgate_endpoint_up")).length, 2);
  endpoints = ["0"];
  assert.deepEqual(await lines("taxgate_endpoint_up"), ['taxgate_endpoint_up{site="s",region="r",endpoint="0"} 1']);
});

test("names beyond the budget of series are counted together, and that is counted too", async () => {
  const { metrics, lines } = setUp();
  for (let n = 0; n < 3000; n += 1) metrics.exchangeEnded(summary({ route: `route-${n}` }));
  const requests = await lines("taxgate_requests_total");
  assert.equal(requests.length, 2001);
  assert.equal(requests.at(-1), 'taxgate_requests_total{listener="other",site="other",route="other",class="submit",region="other",outcome="ok"} 1000');
  assert.ok((await lines("taxgate_series_folded_total")).includes('taxgate_series_folded_total{metric="taxgate_requests_total"} 1000'));
});

test("scrapes that overlap share one exposition, and one that follows is fresh", async () => {
  const { metrics } = setUp();
  const [first, second] = await Promise.all([metrics.expose(), metrics.expose()]);
  assert.equal(first, second);
  assert.notEqual(await metrics.expose(), first);
});

test("a scrape lets other work run in between", async () => {
  const clock = manualClock();
  let reads = 0;
  // Each reading of the clock is 1 ms later, as if every metric were slow to write.
  const metrics = createMetrics({ version: "1", nodeVersion: "26", phases: TEST_PHASES, clock: { ...clock, now: () => (reads += 1) } });
  let turns = 0;
  let scraping = true;
  const work = (): void => {
    turns += 1;
    if (scraping) setImmediate(work);
  };
  setImmediate(work);
  await metrics.expose();
  scraping = false;
  assert.ok(turns > 5, `other work ran ${turns} times`);
});

const ENDS: readonly (readonly [number, Parameters<typeof outcomeOf>[1], boolean, (typeof OUTCOMES)[number]])[] = [
  [200, null, false, "ok"],
  [304, null, false, "ok"],
  [404, null, false, "client_error"],
  [500, null, false, "upstream_error"],
  [404, "no-route", false, "refused"],
  [401, "unauthenticated", false, "refused"],
  [504, "in-doubt", false, "upstream_error"],
  [503, "overloaded", false, "edge_error"],
  [500, "internal", false, "edge_error"],
  [0, "client-gone", false, "aborted"],
  [200, null, true, "aborted"],
];

for (const [status, error, gone, outcome] of ENDS) {
  test(`status ${status}, error ${error ?? "none"}${gone ? ", caller gone" : ""} is ${outcome}`, () => assert.equal(outcomeOf(status, error, gone, false), outcome));
}

test("an answer that broke off after its head is the platform's error", () => assert.equal(outcomeOf(200, null, false, true), "upstream_error"));
