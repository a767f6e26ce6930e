import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { seededRandom } from "../../../src/base/random.ts";
import { createDirectoryStore } from "../../../src/certs/store/directory-store.ts";
import type { CertificateStore } from "../../../src/certs/store/store.ts";
import { folder } from "../store/store-folder.ts";
import { always, DAY, failure, hanging, HOUR, kept, MINUTE, pair, scriptedIssuer, SECOND, START, storeWith, worldClock } from "./world.ts";

describe("two processes with one directory", () => {
  test("order once each time, and both show what came", async (t) => {
    const clock = worldClock();
    const directory = join(folder(t), "certs");
    const open = (holder: string): CertificateStore => createDirectoryStore({ directory, holder, clock });
    const issuer = scriptedIssuer(clock);
    issuer.life = 2 * DAY;
    const good = issuer.turn;
    // Orders take their time, so that the other one comes upon the lock.
    issuer.turn = (...order) => new Promise((resolve) => clock.after(30 * SECOND, () => resolve(good(...order))));
    const one = kept(clock, { store: open("one"), issuers: [issuer], random: seededRandom(1) });
    const two = kept(clock, { store: open("two"), issuers: [issuer], random: seededRandom(2) });
    // `rest` waits for orders: they have to be given time from outside.
    const pass = async (ms: number): Promise<void> => {
      for (let left = ms; left > 0; left -= 5 * MINUTE) {
        clock.advance(Math.min(left, 5 * MINUTE) / 2);
        for (let turns = 0; turns < 8; turns++) await new Promise((resolve) => setImmediate(resolve));
        clock.advance(Math.min(left, 5 * MINUTE) / 2);
        for (let turns = 0; turns < 8; turns++) await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await pass(10 * MINUTE);
    assert.equal(issuer.orders.length, 1);
    assert.deepEqual([one.keeper.pair() !== null, one.keeper.pair()?.cert], [true, two.keeper.pair()?.cert]);
    await pass(2.5 * DAY);
    assert.equal(issuer.orders.length, 3);
    await pass(HOUR);
    assert.equal(one.keeper.pair()?.cert, two.keeper.pair()?.cert);
    assert.deepEqual([one.shown.length, two.shown.length], [3, 3]);
    assert.equal(one.records.length + two.records.length, 3);
    await Promise.all([one.keeper.stop(), two.keeper.stop()]);
  });

  test("one dies with the lock: the other orders when it has expired", async (t) => {
    const clock = worldClock();
    const directory = join(folder(t), "certs");
    const dead = createDirectoryStore({ directory, holder: "dead", clock });
    assert.notEqual(dead.lock("edge", 2 * MINUTE), null);
    const issuer = scriptedIssuer(clock);
    const { keeper } = kept(clock, { store: createDirectoryStore({ directory, holder: "two", clock }), issuers: [issuer] });
    await clock.run(2 * MINUTE);
    assert.deepEqual([issuer.orders.length, keeper.status().doing], [0, "locked"]);
    await clock.run(30 * SECOND);
    assert.equal(issuer.orders.length, 1);
    await keeper.stop();
  });

  test("a lock that went to another ends the order, and is no failure", async (t) => {
    const clock = worldClock();
    const directory = join(folder(t), "certs");
    const issuer = scriptedIssuer(clock);
    issuer.turn = hanging;
    const { keeper, records } = kept(clock, { store: createDirectoryStore({ directory, holder: "slow", clock }), issuers: [issuer] });
    await clock.run(MINUTE);
    assert.equal(keeper.status().doing, "ordering");
    clock.stepWall(HOUR); // asleep for an hour, as a virtual machine is
    const other = createDirectoryStore({ directory, holder: "other", clock });
    assert.notEqual(other.lock("edge", 10 * HOUR), null);
    await clock.run(5 * MINUTE);
    assert.deepEqual([keeper.status().doing, issuer.orders.length, records, keeper.status().failures], ["locked", 1, [], 0]);
    assert.ok(other.write("edge", await pair({ from: clock.wall() - HOUR })).ok);
    await clock.run(MINUTE);
    assert.notEqual(keeper.pair(), null);
    await keeper.stop();
  });
});

describe("what another process did", () => {
  test("is looked at once more under the lock: what it got is taken over, not ordered again", async () => {
    const clock = worldClock();
    const store = storeWith(clock, await pair({ from: START - 30 * DAY }));
    const newer = await pair({ from: START - MINUTE });
    const issuer = scriptedIssuer(clock);
    issuer.info = () => {
      store.write("edge", newer);
      return { kind: "info", info: { start: START - 2 * DAY, end: START - DAY, explanation: null, askAfter: null } };
    };
    const { keeper, records } = kept(clock, { store, issuers: [issuer] });
    await clock.rest();
    assert.deepEqual([keeper.pair(), issuer.orders.length, records.length], [newer, 0, 0]);
    await keeper.stop();
  });

  test("counts where it failed as well: its back-off is kept to", async () => {
    const clock = worldClock();
    const store = storeWith(clock, await pair({ from: START - 65 * DAY }));
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("refused");
    const chance = always(0.999_999);
    const lock = store.lock("edge", MINUTE);
    const [one, two] = [kept(clock, { store, issuers: [issuer], random: chance }), kept(clock, { store, issuers: [issuer], random: chance })];
    await clock.run(SECOND);
    lock?.release();
    await clock.run(7 * MINUTE); // at 10 s, then after 1, 2 and, not yet, 4 minutes
    assert.equal(issuer.orders.length, 3);
    assert.deepEqual([one.keeper.status().failures, two.keeper.status().failures], [3, 3]);
    await Promise.all([one.keeper.stop(), two.keeper.stop()]);
  });

  test("is read again under the lock: where it failed only just, no other order follows", async () => {
    const clock = worldClock();
    const inner = storeWith(clock, await pair({ from: START - 65 * DAY }));
    const issuer = scriptedIssuer(clock);
    const failures = { [issuer.directory]: { count: 3, kind: "rate-limited", since: START, at: START, wait: HOUR } };
    // The other one lets the lock go between our look and our turn.
    const store = { ...inner, lock: (...wanted: Parameters<typeof inner.lock>) => (inner.writeState("edge", { failures }), inner.lock(...wanted)) };
    const { keeper, records } = kept(clock, { store, issuers: [issuer] });
    await clock.run(HOUR - SECOND);
    assert.deepEqual([issuer.orders.length, keeper.status().next.why, keeper.status().failures, records.length], [0, "back-off", 3, 0]);
    await keeper.stop();
  });

  test("does not hide that a pair does not fit any more where a lock still does", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const store = { ...storeWith(clock, await pair({ from: START - 65 * DAY })), writable: () => ({ ok: false, reason: "quota used up" }) as const };
    const { keeper, records } = kept(clock, { store, issuers: [issuer] });
    await clock.run(HOUR);
    assert.deepEqual([issuer.orders.length, records[0]?.result, keeper.status().state], [0, "store", "failing"]);
    await keeper.stop();
  });
});

test("a pair of which only half was written does not push out a good one, neither at a start nor later", async (t) => {
  const clock = worldClock();
  const directory = join(folder(t), "certs");
  const store = createDirectoryStore({ directory, holder: "one", clock });
  const [older, newer] = [await pair({ from: START - 2 * DAY }), await pair({ from: START - DAY })];
  for (const written of [older, newer]) assert.ok(store.write("edge", written).ok);
  const issuer = scriptedIssuer(clock);
  const running = kept(clock, { store, issuers: [issuer] });
  await clock.rest();
  const current = join(directory, "certificates", "edge", "current.pem");
  assert.ok(readdirSync(join(directory, "certificates", "edge")).includes("current.pem"));
  writeFileSync(current, newer.cert.slice(0, 500));
  await clock.run(2 * HOUR);
  assert.equal(running.keeper.pair()?.cert, newer.cert);
  await running.keeper.stop();
  const started = kept(clock, { store, issuers: [issuer] });
  assert.equal(started.keeper.pair()?.cert, older.cert);
  await started.keeper.stop();
  assert.equal(issuer.orders.length, 0);
});
