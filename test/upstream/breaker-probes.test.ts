import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { createBreaker } from "../../src/upstream/breaker.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";
import { fail, setUp } from "./breaker-setup.ts";

test("a trial that comes back after another spell began changes nothing", async () => {
  const { breaker, clock, probe } = setUp("handshake");
  fail(breaker);
  clock.advance(60_000);
  await probe.answer(true);
  const first = breaker.enter();
  breaker.leave(first, "failure", 10);
  breaker.leave(first, "success", 10);
  assert.equal(breaker.state, "open");
});

test("by probe: no call goes until enough probes have succeeded", async () => {
  const { breaker, clock, probe, moves } = setUp("probe");
  fail(breaker);
  clock.advance(60_000);
  assert.equal(breaker.state, "half-open");
  for (let i = 0; i < 3; i++) {
    assert.equal(probe.asked.length, 1);
    assert.equal(breaker.enter(), 0);
    await probe.answer(true);
    if (i < 2) clock.advance(1000);
  }
  assert.equal(breaker.state, "closed");
  assert.equal(clock.pending(), 0, "no probe is planned once it is closed");
  assert.match(moves[2] ?? "", /half-open > closed/);
});

test("by probe: a failed probe opens it again, and it tries again later", async () => {
  const { breaker, clock, probe, moves } = setUp("probe");
  fail(breaker);
  clock.advance(60_000);
  await probe.answer(true);
  clock.advance(1000);
  await probe.answer(false);
  assert.equal(breaker.state, "open");
  assert.equal(moves.at(-1), "half-open > open: the probe failed");
  clock.advance(60_000);
  assert.equal(probe.asked.length, 1);
});

test("by handshake: a connect probe first, then one call at a time", async () => {
  const { breaker, clock, probe } = setUp("handshake");
  fail(breaker);
  clock.advance(60_000);
  assert.equal(breaker.enter(), 0, "no call before the handshake");
  await probe.answer(true);
  for (let i = 0; i < 3; i++) {
    const trial = breaker.enter();
    assert.notEqual(trial, 0);
    assert.equal(breaker.enter(), 0);
    breaker.leave(trial, "success", 10);
  }
  assert.equal(breaker.state, "closed");
  assert.equal(probe.asked.length, 0, "one handshake is enough");
});

test("by handshake: a refused connection keeps it open and costs no submission", async () => {
  const { breaker, clock, probe } = setUp("handshake");
  fail(breaker);
  clock.advance(60_000);
  await probe.answer(false);
  assert.equal(breaker.state, "open");
  assert.equal(breaker.enter(), 0);
  assert.equal(breaker.retryAfter(), 60);
});

test("a probe that rejects counts as failed", async () => {
  const clock = manualClock();
  const breaker = createBreaker(upstreamOptions.parse({}).breaker, { clock, mode: "probe", probe: () => Promise.reject(new Error("no")), onTransition() {} });
  fail(breaker);
  clock.advance(60_000);
  await Promise.resolve();
  await Promise.resolve();
  assert.equal(breaker.state, "open");
});

test("chance delays the first probe by a tenth at most", () => {
  const clock = manualClock();
  let probes = 0;
  const probe = async (): Promise<boolean> => ++probes > 0;
  const breaker = createBreaker(upstreamOptions.parse({}).breaker, { clock, random: { next: () => 0.999 }, mode: "probe", probe, onTransition() {} });
  fail(breaker);
  clock.advance(60_001);
  assert.equal(probes, 0);
  clock.advance(6_000);
  assert.equal(probes, 1);
});
