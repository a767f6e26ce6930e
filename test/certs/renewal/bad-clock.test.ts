import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { always, DAY, HOUR, kept, MINUTE, pair, scriptedIssuer, SECOND, START, storeWith, worldClock } from "./world.ts";

describe("the clock", () => {
  test("is years behind at the start: what the store has is shown, and nothing is ordered until it is set", async () => {
    const clock = worldClock(Date.UTC(2000, 5));
    const stored = await pair({ from: START - 70 * DAY });
    const issuer = scriptedIssuer(clock);
    const { keeper, shown } = kept(clock, { store: storeWith(clock, stored), issuers: [issuer] });
    assert.equal(keeper.pair(), stored);
    await clock.run(2 * DAY);
    assert.deepEqual([issuer.orders.length, keeper.status().next.why], [0, "clock-behind"]);
    clock.stepWall(START - clock.wall());
    await clock.run(HOUR);
    assert.deepEqual([issuer.orders.length, shown.length], [1, 1]);
    await keeper.stop();
  });

  test("is a day behind when the first one comes: it is taken as soon as the clock is set, without another order", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.wall = () => clock.wall() + DAY;
    const { keeper, records } = kept(clock, { issuers: [issuer], random: always(0.999_999) });
    await clock.run(SECOND);
    assert.deepEqual([keeper.pair(), records.map(({ result }) => result)], [null, ["proof"]]);
    clock.stepWall(DAY);
    issuer.wall = () => clock.wall();
    await clock.run(MINUTE);
    assert.notEqual(keeper.pair(), null);
    assert.deepEqual([issuer.orders.length, keeper.status().state], [1, "good"]);
    await keeper.stop();
  });

  test("jumps ahead by ten years and back: nothing that has run out is shown, few orders are made, and the old one returns", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const old = await pair({ from: START - DAY });
    let skew = 0;
    issuer.wall = () => clock.wall() - skew;
    const { keeper, states } = kept(clock, { store: storeWith(clock, old), issuers: [issuer] });
    await clock.run(HOUR);
    skew = 3652 * DAY;
    clock.stepWall(skew);
    assert.equal(keeper.pair(), null);
    await clock.run(DAY);
    assert.deepEqual([keeper.pair(), states.at(-1)], [null, "alarm"]);
    assert.ok(issuer.orders.length > 0 && issuer.orders.length <= 14, `${issuer.orders.length} orders`);
    clock.stepWall(-skew);
    skew = 0;
    assert.equal(keeper.pair(), old);
    await clock.run(HOUR);
    const ordered = issuer.orders.length;
    assert.notEqual(keeper.pair(), null);
    await clock.run(3 * DAY);
    assert.deepEqual([states.at(-1), issuer.orders.length - ordered], ["good", 0]);
    await keeper.stop();
  });

  test("jumps ahead over the end of a sleep: it is noticed within the hour", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const { keeper } = kept(clock, { store: storeWith(clock, await pair()), issuers: [issuer] });
    await clock.run(HOUR);
    clock.stepWall(65 * DAY);
    await clock.run(HOUR);
    assert.equal(issuer.orders.length, 1);
    await keeper.stop();
  });
});
