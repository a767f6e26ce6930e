import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createShareAlarm, type UnusualShare } from "../../../src/waf/report/share-alarm.ts";

const OPTIONS = { share: 0.2, window: 600_000, minimum: 20 };

function setUp() {
  const clock = manualClock();
  const told: UnusualShare[] = [];
  const alarm = createShareAlarm(OPTIONS, clock, (what) => void told.push(what));
  const count = (passed: number, stopped: number, rule = "a", route = "issue"): void => {
    for (let n = 0; n < passed; n++) alarm.count("china", route, null);
    for (let n = 0; n < stopped; n++) alarm.count("china", route, rule);
  };
  return { clock, told, alarm, count };
}

for (const [what, passed, stopped, told] of [
  ["a fifth is usual", 80, 20, 0],
  ["more than a fifth is not", 80, 21, 1],
  ["too few requests say nothing", 0, 19, 0],
  ["the twentieth speaks", 0, 20, 1],
  ["much more is told once", 0, 500, 1],
] as const) {
  test(what, () => {
    const one = setUp();
    one.count(passed, stopped);
    assert.equal(one.told.length, told);
  });
}

test("what is told has the route, the share and the rule that stopped most", () => {
  const { told, count } = setUp();
  count(14, 2, "a");
  count(0, 4, "b");
  assert.deepEqual(told, [{ site: "china", route: "issue", share: 0.3, screened: 20, stopped: 6, rule: "b" }]);
});

test("it is told again only a window later, and only if it still is so", () => {
  const { clock, told, count } = setUp();
  count(0, 30);
  clock.advance(300_000);
  count(0, 30);
  assert.equal(told.length, 1);
  clock.advance(300_000);
  count(0, 30);
  assert.equal(told.length, 2);
  clock.advance(600_000);
  count(100, 20);
  assert.equal(told.length, 2);
});

test("what is older than the window does not count", () => {
  const { clock, told, alarm, count } = setUp();
  count(0, 19);
  assert.deepEqual(alarm.shares(), [{ site: "china", route: "issue", share: 1 }]);
  clock.advance(600_000);
  assert.deepEqual(alarm.shares(), []);
  count(0, 1);
  assert.deepEqual(told, []);
});

test("routes are counted apart", () => {
  const { told, alarm, count } = setUp();
  count(100, 0, "a", "codes");
  count(0, 20, "a", "issue");
  assert.deepEqual(told.map(({ route }) => route), ["issue"]);
  assert.deepEqual(alarm.shares().map(({ route, share }) => [route, share]), [["codes", 0], ["issue", 1]]);
});

test("another share and minimum hold at once, and another window begins anew", () => {
  const { told, alarm, count } = setUp();
  count(50, 10);
  alarm.configure({ ...OPTIONS, share: 0.1 });
  count(0, 1);
  assert.equal(told.length, 1);
  alarm.configure({ ...OPTIONS, window: 60_000 });
  assert.deepEqual(alarm.shares(), []);
});
