import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { manualClock, systemClock } from "../../src/base/clock.ts";
import { createBreaker } from "../../src/upstream/breaker.ts";
import { upstreamOptions } from "../../src/upstream/options.ts";
import { call, fail, setUp } from "./breaker-setup.ts";

test("the reference values: five failures in a row open it for 60 s", () => {
  const { breaker, clock, moves } = setUp();
  fail(breaker, 4);
  assert.equal(breaker.state, "closed");
  assert.equal(breaker.retryAfter(), 0);
  fail(breaker, 1);
  assert.equal(breaker.state, "open");
  assert.deepEqual(moves, ["closed > open: 5 calls failed in a row"]);
  assert.equal(breaker.retryAfter(), 60);
  clock.advance(59_001);
  assert.equal(breaker.retryAfter(), 1);
  clock.advance(998);
  assert.equal(breaker.enter(), 0);
  clock.advance(1);
  assert.notEqual(breaker.enter(), 0);
  assert.equal(breaker.state, "half-open");
});

test("neutral calls neither break a row of failures nor count", () => {
  const { breaker } = setUp();
  fail(breaker, 4);
  for (let i = 0; i < 50; i++) call(breaker, "neutral", 60_000);
  assert.equal(breaker.state, "closed");
  fail(breaker, 1);
  assert.equal(breaker.state, "open");
});

test("by reads: one trial at a time, three successes in a row close it", () => {
  const { breaker, clock, moves } = setUp();
  fail(breaker);
  clock.advance(60_000);
  for (let i = 0; i < 3; i++) {
    const trial = breaker.enter();
    assert.notEqual(trial, 0);
    assert.equal(breaker.enter(), 0, "a second trial while one is under way");
    assert.equal(breaker.retryAfter(), 1);
    breaker.leave(trial, "success", 10);
  }
  assert.equal(breaker.state, "closed");
  assert.deepEqual(moves.slice(1), ["open > half-open: 60000 ms have passed", "half-open > closed: 3 trials in a row succeeded"]);
});

test("by reads: a failed trial opens it for the whole time again", () => {
  const { breaker, clock } = setUp();
  fail(breaker);
  clock.advance(60_000);
  call(breaker, "success");
  call(breaker, "success");
  call(breaker, "failure");
  assert.equal(breaker.state, "open");
  clock.advance(59_999);
  assert.equal(breaker.enter(), 0);
  clock.advance(1);
  call(breaker, "success");
  assert.equal(breaker.state, "half-open", "earlier successes do not count");
});

test("by reads: a neutral trial frees its place and proves nothing", () => {
  const { breaker, clock } = setUp("reads", { halfOpenProbes: 1 });
  fail(breaker);
  clock.advance(60_000);
  assert.equal(call(breaker, "neutral"), true);
  assert.equal(breaker.state, "half-open");
  assert.equal(call(breaker, "success"), true);
  assert.equal(breaker.state, "closed");
});

test("by reads: trials as slow as the trip rule forbids open it again, a single slow one does not", () => {
  for (const [slow, want] of [[1, "closed"], [2, "open"]] as const) {
    const { breaker, clock } = setUp();
    fail(breaker);
    clock.advance(60_000);
    for (let i = 0; i < 3; i++) call(breaker, "success", i < slow ? 5000 : 4999);
    assert.equal(breaker.state, want);
  }
});

test("by reads: slow trials of an earlier spell do not count", () => {
  const { breaker, clock } = setUp();
  fail(breaker);
  clock.advance(60_000);
  call(breaker, "success", 5000);
  call(breaker, "failure");
  clock.advance(60_000);
  for (const ms of [5000, 10, 10]) call(breaker, "success", ms);
  assert.equal(breaker.state, "closed");
});

test("by reads: nothing waits on a clock while it is open", () => {
  const { breaker, clock } = setUp();
  fail(breaker);
  assert.equal(clock.pending(), 0);
});

test("late calls from before it opened change nothing, whatever state they come back to", () => {
  const { breaker, clock } = setUp("reads", { halfOpenProbes: 1 });
  const late = Array.from({ length: 12 }, () => breaker.enter());
  fail(breaker);
  breaker.leave(late.pop() ?? 0, "success", 10);
  breaker.leave(late.pop() ?? 0, "failure", 10);
  assert.equal(breaker.state, "open");
  assert.equal(breaker.retryAfter(), 60, "a late failure does not prolong");
  clock.advance(60_000);
  const trial = breaker.enter();
  breaker.leave(late.pop() ?? 0, "failure", 10);
  breaker.leave(late.pop() ?? 0, "success", 10);
  assert.equal(breaker.state, "half-open");
  assert.equal(breaker.enter(), 0, "a late call does not free the trial's place");
  breaker.leave(trial, "success", 10);
  assert.equal(breaker.state, "closed");
  for (const ticket of late) breaker.leave(ticket, "failure", 10);
  assert.equal(breaker.state, "closed", "old failures do not trip a breaker that has closed since");
});

test("after closing, the window starts afresh", () => {
  const { breaker, clock } = setUp("reads", { openFor: "100ms", halfOpenProbes: 1, window: "10min" });
  fail(breaker);
  clock.advance(100);
  call(breaker, "success");
  assert.equal(breaker.state, "closed");
  for (let i = 0; i < 4; i++) call(breaker, "failure");
  for (let i = 0; i < 5; i++) call(breaker, "success");
  assert.equal(breaker.state, "closed", "four of nine, and the five before it opened are forgotten");
});

test("stopping takes a planned probe back", () => {
  const { breaker, clock } = setUp("probe");
  fail(breaker);
  assert.equal(clock.pending(), 1);
  breaker.stop();
  assert.equal(clock.pending(), 0);
});

test("stopping lets nothing in and ignores a probe under way", async () => {
  const { breaker, clock, probe, moves } = setUp("probe");
  fail(breaker);
  clock.advance(60_000);
  breaker.stop();
  await probe.answer(true);
  assert.equal(clock.pending(), 0);
  assert.equal(breaker.enter(), 0);
  assert.equal(moves.length, 2);
});

test("neither making a breaker nor any change of its state leaves a timer of the runtime's behind", () => {
  const before = activeTimers();
  const clock = manualClock();
  const breakers = Array.from({ length: 20 }, () => createBreaker(upstreamOptions.parse({}).breaker, { clock, mode: "reads", onTransition() {} }));
  for (const breaker of breakers) fail(breaker);
  clock.advance(60_000);
  for (const breaker of breakers.slice(0, 10)) call(breaker, "success");
  for (const breaker of breakers.slice(10)) call(breaker, "failure");
  // Unreferenced timers do not show among the active ones: a referenced one must, or this test proves nothing.
  const control = systemClock.after(1000, () => {});
  assert.equal(activeTimers(), before + 1);
  control.cancel();
  assert.equal(timersStarted(() => {
    const breaker = createBreaker(upstreamOptions.parse({}).breaker, { clock, mode: "reads", onTransition() {} });
    fail(breaker);
    clock.advance(60_000);
    call(breaker, "failure");
  }), 0);
});

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
}

/** How many timers are started while `run` runs, unreferenced ones too. */
function timersStarted(run: () => void): number {
  const { setTimeout: timeout, setInterval: interval } = globalThis;
  let started = 0;
  const count = (() => {
    started += 1;
    return timeout(() => {}, 0);
  }) as unknown as typeof setTimeout;
  Object.assign(globalThis, { setTimeout: count, setInterval: count });
  try {
    run();
  } finally {
    Object.assign(globalThis, { setTimeout: timeout, setInterval: interval });
  }
  return started;
}

test("whatever happens, transitions follow each other, and half-open has one trial at most", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("enter" as const) }),
    fc.record({ kind: fc.constant("leave" as const), which: fc.nat(50), outcome: fc.constantFrom("success" as const, "failure" as const, "neutral" as const), ms: fc.nat(8000) }),
    fc.record({ kind: fc.constant("wait" as const), ms: fc.nat(2000) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
      const { breaker, clock, moves } = setUp("reads", { openFor: "1s", halfOpenProbes: 2, consecutiveFailures: 2, minimumRequests: 4 });
      const inside: { ticket: number; trial: boolean }[] = [];
      for (const each of steps) {
        if (each.kind === "wait") clock.advance(each.ms);
        if (each.kind === "leave") {
          const [left] = inside.splice(each.which % Math.max(1, inside.length), 1);
          if (left !== undefined) breaker.leave(left.ticket, each.outcome, each.ms);
        }
        if (each.kind === "enter") {
          const ticket = breaker.enter();
          if (ticket !== 0) inside.push({ ticket, trial: breaker.state === "half-open" });
          if (breaker.state === "open") assert.equal(ticket, 0);
        }
        const newest = Math.max(0, ...inside.filter((entry) => entry.trial).map((entry) => entry.ticket));
        if (breaker.state === "half-open") assert.ok(inside.filter((entry) => entry.trial && entry.ticket === newest).length <= 1);
      }
      let state = "closed";
      for (const move of moves) {
        const [from, to] = (move.split(":")[0] ?? "").split(" > ");
        assert.equal(from, state);
        assert.notEqual(to, from);
        state = to ?? "";
      }
      assert.equal(breaker.state, state);
    }),
    { numRuns: 200 },
  );
});

test("new rules act from now on, and what is open stays open", () => {
  const { breaker, clock } = setUp("reads", { openFor: "60s" });
  fail(breaker);
  breaker.configure({ ...upstreamOptions.parse({}).breaker, consecutiveFailures: 2, halfOpenProbes: 1 }, { mode: "reads" });
  assert.equal(breaker.state, "open");
  clock.advance(60_000);
  call(breaker, "success");
  assert.equal(breaker.state, "closed");
  fail(breaker, 2);
  assert.equal(breaker.state, "open");
});

test("another way to find out leaves no timer of the one before", async () => {
  const { breaker, clock, moves } = setUp("probe", { openFor: "1s" });
  fail(breaker);
  breaker.configure(upstreamOptions.parse({ breaker: { openFor: "1s", halfOpenProbes: 1 } }).breaker, { mode: "reads" });
  clock.advance(1000);
  call(breaker, "success");
  assert.equal(breaker.state, "closed");
  const before = moves.length;
  clock.advance(600_000);
  assert.deepEqual([breaker.state, moves.length, clock.pending()], ["closed", before, 0]);
});
