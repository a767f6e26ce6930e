import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createHealth, type Health } from "../../../src/limits/shared/health.ts";

function watched(): { readonly health: Health; readonly told: string[]; readonly pass: (ms: number) => void } {
  const clock = manualClock();
  const told: string[] = [];
  return { told, health: createHealth(clock, (state, why) => void told.push(`${state}: ${why}`)), pass: clock.advance };
}

test("it is down, and says nothing, until something is known", () => {
  const { health, told } = watched();
  assert.equal(health.state, "down");
  health.connection("up", "connected");
  assert.deepEqual([health.state, told], ["up", ["up: connected"]]);
});

test("a failure now and then is one change, and a second without one ends it", () => {
  const { health, told, pass } = watched();
  health.connection("up", "connected");
  for (let i = 0; i < 20; i++) {
    health.failed("full");
    pass(600);
    health.answered();
  }
  assert.deepEqual(told, ["up: connected", "down: full"]);
  pass(400);
  health.answered();
  assert.deepEqual(told.slice(2), ["up: answers are of use again"]);
});

test("a connection that is lost while answers fail is one change, and its return is believed", () => {
  const { health, told } = watched();
  health.connection("up", "connected");
  health.failed("full");
  health.connection("down", "connection lost");
  health.failed("late");
  health.connection("up", "connected anew");
  assert.deepEqual([health.state, told], ["up", ["up: connected", "down: full", "up: connected anew"]]);
});
