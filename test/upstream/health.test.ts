import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Endpoint } from "../../src/upstream/endpoint.ts";
import { createEndpoints } from "../../src/upstream/endpoints.ts";
import { watchHealth } from "../../src/upstream/health.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";
import type { ProbeResult } from "../../src/upstream/probe.ts";

const HALF = { next: () => 0.5 };

/** Two endpoints that are probed every 5 s on the dot (chance is 0.5, so the jitter is none). */
function setUp(health: object = {}) {
  const clock = manualClock();
  const changes: string[] = [];
  const upstream = upstreamOptions.parse({ health });
  const endpoints = createEndpoints(
    { name: "gd", endpoints: [{ url: "http://a", weight: 1 }, { url: "http://b", weight: 1 }], upstream },
    { clock, random: seededRandom(3), onChange: (endpoint, state, why) => changes.push(`${endpoint.url} ${state}: ${why}`) },
  );
  const down = new Set<string>();
  const probed: string[] = [];
  const signals: AbortSignal[] = [];
  const probe = async (endpoint: Endpoint, signal: AbortSignal): Promise<ProbeResult> => {
    probed.push(endpoint.url);
    signals.push(signal);
    if (down.has(`${endpoint.url} faults`)) throw new Error("probe broke");
    return down.has(endpoint.url) ? { healthy: false, why: "refused" } : { healthy: true, why: "connected" };
  };
  const watch = watchHealth(endpoints, upstream.health, { clock, random: HALF, probe });
  return { clock, endpoints, changes, down, probed, signals, watch, first: endpoints.all[0] as Endpoint };
}

/** Lets results that are there already be seen. */
async function settle(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

/** Runs probes: the first at 2.5 s, then each 5 s. */
async function rounds(clock: { advance(ms: number): void }, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    clock.advance(5000);
    await settle();
  }
}

test("three failed probes in a row put an endpoint out, two good ones take it in again", async () => {
  const { clock, endpoints, changes, down, first } = setUp();
  down.add("http://a");
  await rounds(clock, 2);
  assert.equal(endpoints.state(first), "healthy");
  await rounds(clock, 1);
  assert.equal(endpoints.state(first), "unhealthy");
  down.clear();
  await rounds(clock, 1);
  assert.equal(endpoints.state(first), "unhealthy");
  await rounds(clock, 1);
  assert.equal(endpoints.state(first), "healthy");
  assert.deepEqual(changes, ["http://a unhealthy: refused", "http://a healthy: connected"]);
});

test("a good probe in between starts the count anew", async () => {
  const { clock, endpoints, down, first } = setUp();
  for (let i = 0; i < 4; i++) {
    down.add("http://a");
    await rounds(clock, 2);
    down.clear();
    await rounds(clock, 1);
  }
  assert.equal(endpoints.state(first), "healthy");
});

test("a probe that rejects counts as failed and does not end the watch", async () => {
  const { clock, endpoints, down, first } = setUp();
  down.add("http://a faults");
  await rounds(clock, 3);
  assert.equal(endpoints.state(first), "unhealthy");
  down.clear();
  await rounds(clock, 2);
  assert.equal(endpoints.state(first), "healthy");
});

test("every endpoint is probed on its own, the next one planned after the last has ended", async () => {
  const { clock, probed } = setUp();
  clock.advance(60_000);
  assert.deepEqual(probed, ["http://a", "http://b"], "none has ended yet");
  await settle();
  await rounds(clock, 2);
  assert.equal(probed.length, 6);
});

test("chance spreads the interval by a tenth each way", async () => {
  for (const [chance, first, second] of [[0, 0, 4500], [0.5, 2500, 5000], [0.999_999, 5000, 5500]] as const) {
    const clock = manualClock();
    const upstream = upstreamOptions.parse({});
    const endpoints = createEndpoints({ name: "r", endpoints: [{ url: "http://a", weight: 1 }], upstream }, { clock, random: HALF });
    let probes = 0;
    watchHealth(endpoints, upstream.health, { clock, random: { next: () => chance }, probe: async () => ({ healthy: ++probes > 0, why: "" }) });
    clock.advance(first);
    await settle();
    assert.equal(probes, 1);
    clock.advance(second - 10);
    await settle();
    assert.equal(probes, 1);
    clock.advance(10);
    await settle();
    assert.equal(probes, 2);
  }
});

test("where no probe is asked for, none is planned", () => {
  const { clock } = setUp({ connect: false });
  assert.equal(clock.pending(), 0);
});

test("stopping takes planned probes back and ends those under way, whose results then mean nothing", async () => {
  const { clock, watch, signals, changes, down } = setUp({ unhealthyAfter: 1 });
  down.add("http://a");
  clock.advance(2500);
  await watch.stop();
  await settle();
  assert.equal(clock.pending(), 0);
  assert.deepEqual(signals.map((signal) => signal.aborted), [true, true]);
  assert.deepEqual(changes, []);
});

function ejectFirst(endpoints: ReturnType<typeof setUp>["endpoints"], first: Endpoint): void {
  for (let failures = 0; failures < 5; ) {
    const picked = endpoints.pick();
    endpoints.report(picked, picked === first ? "failure" : "neutral", 1);
    if (picked === first) failures += 1;
  }
}

test("a health path's probes end an ejection, counted from its beginning; connecting alone does not", async () => {
  for (const [health, want] of [[{ path: "/health" }, "healthy"], [{}, "ejected"]] as const) {
    const { clock, endpoints, first } = setUp(health);
    await rounds(clock, 5);
    ejectFirst(endpoints, first);
    await rounds(clock, 1);
    assert.equal(endpoints.state(first), "ejected", "good probes from before do not count");
    await rounds(clock, 1);
    assert.equal(endpoints.state(first), want);
  }
});
