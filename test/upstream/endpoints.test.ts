import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { manualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { Endpoint } from "../../src/upstream/endpoint.ts";
import { createEndpoints, type Endpoints } from "../../src/upstream/endpoints.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";

function setUp(weights: readonly number[], health: object = {}) {
  const clock = manualClock();
  const changes: string[] = [];
  const endpoints = createEndpoints(
    { name: "gd", endpoints: weights.map((weight, i) => ({ url: `https://gd${i + 1}.tax.example`, weight })), upstream: upstreamOptions.parse({ health }) },
    { clock, random: seededRandom(7), onChange: (endpoint, state, why) => changes.push(`${endpoint.id} ${state}: ${why}`) },
  );
  return { clock, endpoints, changes, at: (i: number) => endpoints.all[i] as Endpoint };
}

/** Sends a call to one endpoint by asking until it is picked; the others' picks say nothing. */
function callOn(endpoints: Endpoints, wanted: Endpoint, outcome: "success" | "failure"): void {
  for (let i = 0; i < 10_000; i++) {
    const picked = endpoints.pick();
    endpoints.report(picked, picked === wanted ? outcome : "neutral", 10);
    if (picked === wanted) return;
  }
  assert.fail(`${wanted.id} is never picked`);
}

function failOn(endpoints: Endpoints, wanted: Endpoint, times: number): void {
  for (let i = 0; i < times; i++) callOn(endpoints, wanted, "failure");
}

/** Shares of picks when calls end at once. */
function shares(endpoints: Endpoints, picks = 20_000): number[] {
  const counts = endpoints.all.map(() => 0);
  for (let i = 0; i < picks; i++) {
    const picked = endpoints.pick();
    counts[endpoints.all.indexOf(picked)]! += 1;
    endpoints.report(picked, "neutral", 1);
  }
  return counts.map((count) => count / picks);
}

function near(found: number | undefined, want: number, within = 0.02): void {
  assert.ok(found !== undefined && Math.abs(found - want) <= within, `got ${found}, want ${want}`);
}

test("ids name region and host, and tell equal hosts apart", () => {
  const endpoints = createEndpoints(
    { name: "bj", endpoints: [{ url: "http://127.0.0.1:81", weight: 1 }, { url: "http://127.0.0.1:81/", weight: 1 }], upstream: upstreamOptions.parse({}) },
    { clock: manualClock(), random: seededRandom(1) },
  );
  assert.deepEqual(endpoints.all.map((endpoint) => endpoint.id), ["bj/127.0.0.1:81", "bj/127.0.0.1:81#2"]);
});

test("idle endpoints share by weight", () => {
  const [heavy, light, middle] = shares(setUp([5, 1, 4]).endpoints);
  near(heavy, 0.5);
  near(light, 0.1);
  near(middle, 0.4);
});

test("under load the one with fewer calls under way for its weight is preferred", () => {
  const { endpoints, at } = setUp([1, 1]);
  for (let i = 0; i < 40; i++) endpoints.pick();
  const [first, second] = [at(0).inFlight, at(1).inFlight];
  assert.equal(first + second, 40);
  assert.ok(Math.abs(first - second) <= 6, `${first} and ${second}`);
  // One hangs: its calls stay, the other's come back.
  while (at(1).inFlight > 0) endpoints.report(at(1), "success", 5);
  const [hanging] = shares(endpoints, 4000);
  near(hanging, 0.25);
});

test("a retry avoids the endpoint that failed, unless it is the only one standing", () => {
  const { endpoints, at } = setUp([1, 1]);
  for (let i = 0; i < 50; i++) assert.equal(endpoints.pick(at(0)), at(1));
  endpoints.setHealthy(at(1), false, "refused");
  assert.equal(endpoints.pick(at(0)), at(0));
  assert.equal(endpoints.panics, 0);
});

test("failures in a row put an endpoint out, a success in between does not", () => {
  const { endpoints, at, changes } = setUp([1, 1]);
  failOn(endpoints, at(0), 4);
  callOn(endpoints, at(0), "success");
  failOn(endpoints, at(0), 4);
  assert.equal(endpoints.state(at(0)), "healthy");
  failOn(endpoints, at(0), 1);
  assert.equal(endpoints.state(at(0)), "ejected");
  assert.deepEqual(changes, ["gd/gd1.tax.example ejected: 5 calls failed in a row; out for 30000 ms"]);
  assert.deepEqual(shares(endpoints, 100), [0, 1]);
  assert.equal(endpoints.isUp(), true);
});

test("the last one standing is never put out", () => {
  const { endpoints, at, clock } = setUp([1, 1]);
  failOn(endpoints, at(0), 5);
  failOn(endpoints, at(1), 50);
  assert.equal(endpoints.state(at(1)), "healthy");
  clock.advance(30_000);
  failOn(endpoints, at(1), 1);
  assert.equal(endpoints.state(at(1)), "ejected", "once its sibling is back, it goes");
});

test("a single endpoint is never put out", () => {
  const { endpoints, at } = setUp([1]);
  failOn(endpoints, at(0), 100);
  assert.equal(endpoints.state(at(0)), "healthy");
});

test("an ejection doubles up to ten times, and starts anew after a long good time", () => {
  const { endpoints, at, clock, changes } = setUp([1, 1], { slowStart: "0ms", outlierFor: "1s" });
  for (const ms of [1000, 2000, 4000, 8000, 10_000, 10_000]) {
    failOn(endpoints, at(0), 5);
    assert.match(changes.at(-1) ?? "", new RegExp(`out for ${ms} ms$`));
    clock.advance(ms - 1);
    assert.equal(endpoints.state(at(0)), "ejected");
    clock.advance(1);
    assert.equal(endpoints.state(at(0)), "healthy");
  }
  clock.advance(10_001);
  failOn(endpoints, at(0), 5);
  assert.match(changes.at(-1) ?? "", /out for 1000 ms$/);
});

test("failures that come back late from before an ejection do not count toward the next", () => {
  const { endpoints, at, clock } = setUp([1, 1], { slowStart: "0ms" });
  const late = Array.from({ length: 60 }, () => endpoints.pick()).filter((endpoint) => endpoint === at(0));
  failOn(endpoints, at(0), 5);
  for (const endpoint of late) endpoints.report(endpoint, "failure", 10);
  clock.advance(30_000);
  failOn(endpoints, at(0), 4);
  assert.equal(endpoints.state(at(0)), "healthy");
});

test("a recovered endpoint's share grows linearly over the slow start", () => {
  const { endpoints, at, clock } = setUp([1, 1]);
  endpoints.setHealthy(at(0), false, "refused");
  clock.advance(60_000);
  assert.deepEqual(shares(endpoints, 100), [0, 1]);
  endpoints.setHealthy(at(0), true, "connected");
  // At a part p of the slow start its weight is p against 1; at first the least part, a twentieth.
  let elapsed = 0;
  for (const part of [0, 0.25, 0.5, 0.75, 1, 2]) {
    clock.advance(part * 30_000 - elapsed);
    elapsed = part * 30_000;
    const weight = Math.min(1, Math.max(0.05, part));
    near(shares(endpoints)[0], weight / (1 + weight));
  }
});

test("slow start counts from the end of an ejection", () => {
  const { endpoints, at, clock } = setUp([1, 1]);
  failOn(endpoints, at(0), 5);
  clock.advance(30_000 + 15_000);
  near(shares(endpoints)[0], 0.5 / 1.5);
});

test("an endpoint alone takes everything, slow start or not", () => {
  const { endpoints, at } = setUp([1, 1]);
  for (const endpoint of endpoints.all) endpoints.setHealthy(endpoint, false, "refused");
  endpoints.setHealthy(at(1), true, "connected");
  assert.deepEqual(shares(endpoints, 100), [0, 1]);
});

test("when all are unhealthy one is tried all the same, and it is counted", () => {
  const { endpoints } = setUp([1, 1]);
  for (const endpoint of endpoints.all) endpoints.setHealthy(endpoint, false, "refused");
  assert.equal(endpoints.isUp(), false);
  const [first] = shares(endpoints, 1000);
  near(first, 0.5, 0.06);
  assert.equal(endpoints.panics, 1000);
});

test("an ejected endpoint is better than one that its probes find dead", () => {
  const { endpoints, at } = setUp([1, 1]);
  failOn(endpoints, at(0), 5);
  endpoints.setHealthy(at(1), false, "refused");
  assert.equal(endpoints.isUp(), false);
  assert.equal(endpoints.pick(), at(0));
  assert.equal(endpoints.panics, 0);
});

test("a health path that answers ends an ejection early", () => {
  const { endpoints, at, changes } = setUp([1, 1]);
  endpoints.readmit(at(0), "status 200");
  failOn(endpoints, at(0), 5);
  endpoints.readmit(at(0), "status 200");
  assert.equal(endpoints.state(at(0)), "healthy");
  assert.equal(changes.length, 2, "nothing to end, nothing told");
});

test("successes move the mean latency", () => {
  const { endpoints, at } = setUp([1]);
  endpoints.report(endpoints.pick(), "success", 100);
  assert.equal(at(0).latency, 100);
  endpoints.report(endpoints.pick(), "success", 200);
  assert.equal(at(0).latency, 110);
  endpoints.report(endpoints.pick(), "failure", 9000);
  assert.equal(at(0).latency, 110);
});

test("whatever happens, a pick gives an endpoint, one always stands by its calls, and calls under way add up", () => {
  const step = fc.record({ act: fc.constantFrom("pick", "fail", "ok", "wait", "down", "up"), which: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 }), fc.array(step, { maxLength: 200 }), (weights, steps) => {
      const { endpoints, clock } = setUp(weights, { outlierAfter: 1 });
      const under: Endpoint[] = [];
      const down = new Set<Endpoint>();
      for (const { act, which } of steps) {
        const endpoint = endpoints.all[which % weights.length] as Endpoint;
        if (act === "pick") under.push(endpoints.pick(which === 3 ? endpoint : undefined));
        if (act === "wait") clock.advance(which * 7000);
        if (act === "down") endpoints.setHealthy(endpoint, false, "");
        if (act === "up") endpoints.setHealthy(endpoint, true, "");
        if (act === "down") down.add(endpoint);
        if (act === "up") down.delete(endpoint);
        const back = act === "fail" || act === "ok" ? under.pop() : undefined;
        if (back !== undefined) endpoints.report(back, act === "fail" ? "failure" : "success", 5);
        assert.equal(endpoints.all.reduce((sum, each) => sum + each.inFlight, 0), under.length);
        if (down.size === 0 && act === "fail") assert.equal(endpoints.isUp(), true, "calls alone put the last one out");
      }
    }),
    { numRuns: 200 },
  );
});
