import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import { createBans } from "../../../src/waf/bans/bans.ts";
import { banOptions } from "../../../src/waf/bans/options.ts";
import { TimedTable } from "../../../src/waf/bans/timed-table.ts";

const CLIENT = "192.0.2.7";

function setUp(written: Record<string, unknown> | null = {}, proxies: readonly string[] = ["10.0.0.0/8"]) {
  const clock = manualClock();
  const told: string[] = [];
  const bans = createBans({ clock, banned: (address, reason, ms) => void told.push(`${address} ${reason} ${ms}`) });
  const configure = (next: Record<string, unknown> | null): void => bans.configure(next === null ? null : banOptions.parse(next), proxies);
  configure(written);
  const strike = (times: number, address = CLIENT, code = "content-refused"): void => {
    for (let i = 0; i < times; i++) bans.struck(address, code);
  };
  return { clock, told, bans, configure, strike };
}

test("the twentieth refusal within a minute shuts a client out for ten, and not the nineteenth", () => {
  const { clock, told, bans, strike } = setUp();
  strike(19);
  assert.equal(bans.refuses(CLIENT), 0);
  strike(1);
  assert.equal(bans.refuses(CLIENT), 600_000);
  assert.deepEqual(told, [`${CLIENT} content-refused 600000`]);
  assert.equal(bans.refuses("192.0.2.8"), 0);
  clock.advance(599_999);
  assert.equal(bans.refuses(CLIENT), 1);
  clock.advance(1);
  assert.equal(bans.refuses(CLIENT), 0);
  strike(19);
  assert.equal(bans.refuses(CLIENT), 0);
});

test("refusals at a lower rate never add up", () => {
  const { clock, bans, strike } = setUp();
  for (let i = 0; i < 500; i++) {
    strike(1);
    clock.advance(3400);
  }
  assert.deepEqual(bans.list(), []);
});

test("refusals that are spread over the time count as many as those that come at once", () => {
  const { clock, bans, strike } = setUp();
  for (let i = 0; i < 19; i++) {
    strike(1);
    clock.advance(2900);
  }
  assert.equal(bans.isBanned(CLIENT), false);
  strike(1);
  assert.equal(bans.isBanned(CLIENT), true);
});

test("a burst at the end of one window and one at the begin of the next are one", () => {
  const { clock, bans, strike } = setUp();
  strike(1);
  clock.advance(59_000);
  strike(13);
  clock.advance(2000);
  strike(8);
  assert.equal(bans.isBanned(CLIENT), true);
});

test("a step of the wall clock neither ends nor lengthens a ban", () => {
  const { clock, bans, strike } = setUp();
  strike(20);
  clock.stepWall(86_400_000);
  assert.equal(bans.refuses(CLIENT), 600_000);
  clock.stepWall(-10 * 86_400_000);
  clock.advance(600_000);
  assert.equal(bans.refuses(CLIENT), 0);
});

const exemptions: readonly (readonly [what: string, written: Record<string, unknown> | null, address: string, isBanned: boolean])[] = [
  ["nobody where nothing is written", null, CLIENT, false],
  ["a stranger", {}, CLIENT, true],
  ["an address that is exempt", { exempt: ["192.0.2.0/24"] }, CLIENT, false],
  ["not loopback", {}, "127.0.0.1", false],
  ["not loopback in IPv6", {}, "::1", false],
  ["not a trusted proxy", {}, "10.3.0.1", false],
  ["loopback that is included", { include: ["127.0.0.0/8"] }, "127.0.0.1", true],
  ["a trusted proxy that is included", { include: ["10.3.0.1"] }, "10.3.0.1", true],
  ["not one that is included and exempt", { include: ["127.0.0.0/8"], exempt: ["127.0.0.1"] }, "127.0.0.1", false],
];
for (const [what, written, address, isBanned] of exemptions) {
  test(`bans ${what}`, () => {
    const { bans, strike } = setUp(written);
    strike(1000, address);
    assert.equal(bans.isBanned(address), isBanned);
  });
}

test("refusals that are not among the reasons do not count", () => {
  const { bans, strike } = setUp({ reasons: ["limited"] });
  strike(100);
  strike(100, CLIENT, "overloaded");
  assert.equal(bans.isBanned(CLIENT), false);
  strike(20, CLIENT, "limited");
  assert.equal(bans.isBanned(CLIENT), true);
});

test("a /64 is one client, and an IPv4 address in IPv6's clothes the same as without", () => {
  const { bans, strike } = setUp({ after: "2/min" });
  strike(1, "2001:db8:0:1::1");
  strike(1, "2001:db8:0:1:ffff::2");
  assert.equal(bans.isBanned("2001:db8:0:1::77"), true);
  assert.equal(bans.isBanned("2001:db8:0:2::1"), false);
  strike(1, "::ffff:192.0.2.7");
  strike(1, CLIENT);
  assert.equal(bans.isBanned(CLIENT), true);
  assert.deepEqual(bans.list().map(({ address }) => address), ["2001:db8:0:1::/64", CLIENT]);
  assert.equal(bans.lift("2001:db8:0:1::/64"), true);
});

test("a ban is lifted with what was counted, and once", () => {
  const { bans, strike } = setUp({ after: "3/min" });
  strike(3);
  bans.refuses(CLIENT);
  bans.refuses(CLIENT);
  assert.deepEqual(bans.list().map(({ reason, refused, left }) => ({ reason, refused, left })), [{ reason: "content-refused", refused: 2, left: 600_000 }]);
  assert.equal(bans.lift(CLIENT), true);
  assert.equal(bans.lift(CLIENT), false);
  strike(2);
  assert.equal(bans.isBanned(CLIENT), false);
  strike(1);
  assert.equal(bans.liftAll(), 1);
  assert.equal(bans.isBanned(CLIENT), false);
});

test("bans outlive a reload, but not one that takes away what they stand on", () => {
  const { bans, configure, strike } = setUp();
  strike(20);
  configure({ after: "5/min" });
  assert.equal(bans.isBanned(CLIENT), true);
  configure({ exempt: ["192.0.2.7"] });
  assert.equal(bans.isBanned(CLIENT), false);
  configure({});
  strike(20);
  configure({ reasons: ["limited"] });
  assert.equal(bans.isBanned(CLIENT), false);
  configure({});
  strike(20);
  configure(null);
  configure({});
  assert.equal(bans.isBanned(CLIENT), false);
});

test("so many are held back at once, and the others go at once", async () => {
  const { clock, bans } = setUp({ tarpit: "2s", maxTarpitted: 2 });
  const [first, second, third] = [bans.holdBack(), bans.holdBack(), bans.holdBack()];
  assert.equal(third, null);
  let freed = 0;
  void first?.then(() => freed++);
  void second?.then(() => freed++);
  clock.advance(1999);
  await Promise.resolve();
  assert.equal(freed, 0);
  clock.advance(1);
  await first;
  await second;
  assert.equal(freed, 2);
  assert.notEqual(bans.holdBack(), null);
});

test("a full table drops what is over, then what ends soonest, and never throws", () => {
  const clock = manualClock();
  const table = new TimedTable<{ readonly until: number }>(clock, 10);
  for (let i = 0; i < 10; i++) table.set(`a${i}`, { until: i < 3 ? 5 : 100 + i });
  clock.advance(10);
  table.set("b", { until: 200 });
  assert.equal(table.size, 8);
  for (let i = 0; i < 20; i++) table.set(`c${i}`, { until: 300 + i });
  assert.ok(table.size <= 10);
  assert.equal(table.get("a9"), null);
  assert.equal(table.get("c19")?.until, 319);
  table.set("__proto__", { until: 500 });
  assert.equal(table.get("__proto__")?.until, 500);
});
