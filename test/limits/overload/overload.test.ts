import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createOverload } from "../../../src/limits/overload/overload.ts";

/** A process whose event loop takes `lag` ms to come round, and that uses this share of its memory. */
function scene(chance = 0.5) {
  const clock = manualClock();
  const state = { lag: 0, memory: 0, looks: 0, turns: 0 };
  const overload = createOverload({ lag: 200, memory: 0.85 }, {
    clock, random: { next: () => chance },
    turn: (run) => {
      state.turns++;
      clock.after(state.lag, run);
    },
    memory: () => {
      state.looks++;
      return state.memory;
    },
  });
  /** A request of each class every 10 ms; which classes were refused in the last of them, and why. */
  const after = (ms: number): string[] => {
    let refused: string[] = [];
    for (let at = 0; at < ms; at += 10) {
      clock.advance(10);
      refused = ["read", "poll", "submit"].flatMap((routeClass) => {
        const why = overload.refuses(routeClass);
        return why === null ? [] : [`${routeClass} ${why}`];
      });
    }
    return refused;
  };
  return { clock, state, overload, after };
}

test("nothing is refused while the event loop comes round in time and there is memory", () => {
  const { state, after } = scene();
  Object.assign(state, { lag: 100, memory: 0.8 });
  assert.deepEqual(after(5000), []);
});

test("reads are refused when the event loop lags, and let in when it is quick again", () => {
  const { state, after } = scene();
  state.lag = 210;
  assert.deepEqual(after(5000), ["read lag"]);
  state.lag = 5;
  assert.deepEqual(after(3000), []);
});

test("polls are refused where that is not enough, and submissions far above alone", () => {
  const { state, after } = scene();
  state.lag = 500;
  assert.deepEqual(after(15_000), ["read lag", "poll lag"]);
  state.lag = 1100;
  assert.deepEqual(after(20_000), ["read lag", "poll lag", "submit lag"]);
});

test("one turn of the loop that takes long is no load", () => {
  const { state, after } = scene(0.01);
  after(1000);
  for (let spike = 0; spike < 10; spike++) {
    state.lag = 900;
    after(1000);
    state.lag = 0;
    for (let at = 0; at < 3000; at += 10) assert.deepEqual(after(10), []);
  }
});

test("memory counts like lag", () => {
  const { state, after } = scene();
  state.memory = 0.86;
  assert.deepEqual(after(4000), ["read memory", "poll memory"]);
  state.memory = 0.97;
  assert.deepEqual(after(4000), ["read memory", "poll memory", "submit memory"]);
  state.memory = 0.5;
  assert.deepEqual(after(8000), []);
});

test("nothing runs while no request comes, and an old pressure is forgotten", () => {
  const { state, after, clock, overload } = scene();
  state.lag = 400;
  assert.notDeepEqual(after(8000), []);
  clock.advance(1000);
  const { turns } = state;
  clock.advance(60_000);
  assert.deepEqual([state.turns, clock.pending(), overload.pressure], [turns, 0, 0]);
  state.lag = 0;
  assert.equal(overload.refuses("read"), null);
});

test("a look is made ten times a second at most, and memory is asked for at every fifth", () => {
  const { state, after } = scene();
  after(10_000);
  assert.ok(state.turns >= 150 && state.turns <= 200, `${state.turns} turns`);
  assert.ok(state.looks >= 15 && state.looks <= 20, `${state.looks} looks`);
});

test("a bound of 0 ms and one of 100 % are not looked at", () => {
  const { state, after, overload } = scene();
  overload.configure({ lag: 0, memory: 1 });
  Object.assign(state, { lag: 5000, memory: 1 });
  assert.deepEqual(after(20_000), []);
});
