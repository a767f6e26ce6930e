import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "../memory-store.ts";
import { always, DAY, failure, HOUR, kept, MINUTE, pair, scriptedIssuer, SECOND, START, storeWith, worldClock } from "./world.ts";

describe("the disk", () => {
  test("is full before an order: nothing is ordered until it takes something", async () => {
    const clock = worldClock();
    const old = await pair({ from: START - 65 * DAY });
    const store = storeWith(clock, old);
    const issuer = scriptedIssuer(clock);
    store.full = true;
    const { keeper, records } = kept(clock, { store, issuers: [issuer] });
    await clock.run(5 * HOUR);
    assert.deepEqual([issuer.orders.length, keeper.pair(), keeper.status().state, records[0]?.result], [0, old, "failing", "store"]);
    assert.match(keeper.status().lastFailure?.detail ?? "", /store can be written: no space left/);
    store.full = false;
    await clock.run(10 * MINUTE);
    assert.deepEqual([issuer.orders.length, store.read("edge"), keeper.status().state], [1, keeper.pair(), "good"]);
    await keeper.stop();
  });

  test("fills while an order runs: what came is served, and written when there is room, without another order", async () => {
    const clock = worldClock();
    const old = await pair({ from: START - 65 * DAY });
    const store = storeWith(clock, old);
    const issuer = scriptedIssuer(clock);
    const good = issuer.turn;
    issuer.turn = (...order) => {
      store.full = true;
      return good(...order);
    };
    const { keeper, shown, records } = kept(clock, { store, issuers: [issuer] });
    await clock.run(3 * HOUR);
    assert.deepEqual([shown.length, keeper.pair() === shown[0], store.read("edge"), keeper.status().unwritten, issuer.orders.length], [1, true, old, "no space left", 1]);
    assert.match(records[0]?.detail ?? "", /not written yet/);
    store.full = false;
    await clock.run(MINUTE);
    assert.deepEqual([store.read("edge"), keeper.status().unwritten, store.writes], [keeper.pair(), null, 2]);
    await keeper.stop();
    // What was noted of the order has been written as well.
    const again = kept(clock, { store, issuers: [issuer] });
    await clock.run(MINUTE);
    assert.deepEqual([again.keeper.status().issuer, issuer.orders.length], [issuer.directory, 1]);
    await again.keeper.stop();
  });
});

describe("a restart", () => {
  test("goes on with the back-off where it stood", async () => {
    const clock = worldClock();
    const store = storeWith(clock, await pair({ from: START - 65 * DAY }));
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("validation");
    const first = kept(clock, { store, issuers: [issuer], random: always(0.999_999) });
    await clock.run(64 * MINUTE); // 1 + 2 + 4 + 8 + 16 + 32 = 63
    assert.equal(issuer.orders.length, 7);
    await first.keeper.stop();
    const second = kept(clock, { store, issuers: [issuer], random: always(0.999_999) });
    await clock.run(60 * MINUTE);
    assert.deepEqual([issuer.orders.length, second.keeper.status().failures], [7, 7]);
    await clock.run(4 * MINUTE);
    assert.equal(issuer.orders.length, 8);
    await second.keeper.stop();
  });

  for (const wait of [-4_847_933, Number.NaN, 1e300, Date.parse("2099-01-01"), "soon", null]) {
    test(`with a wait of ${String(wait)} in the store neither floods the authority nor sleeps for ever`, async () => {
      const clock = worldClock();
      const store = storeWith(clock, await pair({ from: START - 65 * DAY }));
      const issuer = scriptedIssuer(clock);
      const failures = { [issuer.directory]: { count: wait, kind: "server", since: wait, at: wait, wait } };
      store.writeState("edge", { failures, life: wait, certificate: { fingerprint: 7, window: wait }, rehearsed: 5 });
      const { keeper } = kept(clock, { store, issuers: [issuer] });
      await clock.run(DAY + HOUR);
      assert.deepEqual([issuer.orders.length, keeper.status().state], [1, "good"]);
      await keeper.stop();
    });
  }

  test("finds a process that died with the lock: it is waited for no longer than the lock lasts", async () => {
    const clock = worldClock();
    const store = memoryStore(clock);
    const issuer = scriptedIssuer(clock);
    assert.notEqual(store.lock("edge", 2 * MINUTE), null);
    const { keeper } = kept(clock, { store, issuers: [issuer] });
    await clock.run(2 * MINUTE - SECOND);
    assert.deepEqual([issuer.orders.length, keeper.status().doing], [0, "locked"]);
    await clock.run(12 * SECOND);
    assert.deepEqual([issuer.orders.length, keeper.status().state], [1, "good"]);
    await keeper.stop();
  });
});
