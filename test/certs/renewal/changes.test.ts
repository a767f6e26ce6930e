import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryStore } from "../memory-store.ts";
import { always, DAY, failure, hanging, HOUR, kept, MINUTE, options, pair, scriptedIssuer, SECOND, START, storeWith, worldClock } from "./world.ts";

const both = ["gate.example", "new.example"];

describe("other options", () => {
  test("with other names lead to an order at once, also in a blackout; the old one is shown until then", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const { keeper, records, shown } = kept(clock, { issuers: [issuer] });
    await clock.run(DAY);
    const old = keeper.pair();
    const good = issuer.turn;
    issuer.turn = () => failure("validation");
    keeper.configure({ options: options({ domains: both, renew: { check: HOUR, blackouts: [{ days: "1..31", zone: "UTC" }] } }), issuers: [issuer], rehearsal: null });
    await clock.rest();
    assert.deepEqual([keeper.pair(), keeper.status().names, records.at(-1)?.why], [old, both, "names-changed"]);
    issuer.turn = good;
    await clock.run(MINUTE);
    assert.deepEqual([shown.length, keeper.status().leaf?.names, issuer.orders.length], [2, both, 3]);
    await clock.run(2 * DAY);
    assert.equal(issuer.orders.length, 3);
    await keeper.stop();
  });

  test("with another kind of key or another authority do too; the order and the spelling of names do not", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const { keeper, records } = kept(clock, { issuers: [issuer], options: options({ domains: both }) });
    await clock.run(DAY);
    for (const changes of [{ domains: ["NEW.example", "gate.example"] }, { domains: both, key: "rsa-2048" }, { domains: both, key: "rsa-2048", directory: "zerossl" }] as const) {
      keeper.configure({ options: options({ ...changes, domains: [...changes.domains] }), issuers: [issuer], rehearsal: null });
      await clock.run(MINUTE);
    }
    assert.deepEqual(records.map(({ why }) => why), ["none-yet", "key-changed", "authority-changed"]);
    await keeper.stop();
  });

  test("after a restart count as well, also where nothing is known but the certificate", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const store = storeWith(clock, await pair());
    const names = kept(clock, { store, issuers: [issuer], options: options({ domains: both }) });
    assert.notEqual(names.keeper.pair(), null);
    await clock.rest();
    await names.keeper.stop();
    const key = kept(clock, { store: storeWith(clock, await pair()), issuers: [issuer], options: options({ key: "ecdsa-p384" }) });
    await clock.rest();
    await key.keeper.stop();
    const fewer = kept(clock, { store, issuers: [issuer] });
    await clock.rest();
    await fewer.keeper.stop();
    assert.deepEqual([names, key, fewer].map(({ records }) => records[0]?.why), ["names-changed", "key-changed", "names-changed"]);
  });

  test("end an order for the old ones, and begin another", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const good = issuer.turn;
    issuer.turn = (request, signal, nth) => (nth === 1 ? hanging() : good(request, signal, nth));
    const { keeper, records } = kept(clock, { issuers: [issuer] });
    await clock.run(SECOND);
    keeper.configure({ options: options({ domains: both }), issuers: [issuer], rehearsal: null });
    await clock.run(SECOND);
    assert.deepEqual([issuer.orders.length, issuer.orders[1]?.request.identifiers, records.length], [2, both, 1]);
    await keeper.stop();
  });

  test("that say the same change nothing: a back-off goes on; others begin it anew", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("refused");
    const { keeper } = kept(clock, { store: storeWith(clock, await pair({ from: START - 65 * DAY })), issuers: [issuer], random: always(0.999_999) });
    await clock.run(20 * MINUTE);
    assert.equal(issuer.orders.length, 5);
    keeper.configure({ options: options(), issuers: [issuer], rehearsal: null });
    await clock.rest();
    assert.deepEqual([issuer.orders.length, keeper.status().failures], [5, 5]);
    keeper.configure({ options: options({ email: "it@example.com" }), issuers: [issuer], rehearsal: null });
    await clock.rest();
    assert.deepEqual([issuer.orders.length, keeper.status().failures], [6, 1]);
    await keeper.stop();
  });
});

describe("a rehearsal", () => {
  const rehearsed = options({ rehearse: "letsencrypt-staging" });

  test("comes before the first order, and before that of other names, but not before renewal", async () => {
    const clock = worldClock();
    const [issuer, rehearsal] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://staging.example/directory")];
    issuer.life = 10 * DAY;
    const { keeper, records, shown } = kept(clock, { issuers: [issuer], rehearsal, options: rehearsed });
    await clock.rest();
    assert.deepEqual(records.map(({ rehearsal, result }) => [rehearsal, result]), [[true, "issued"], [false, "issued"]]);
    assert.equal(shown.length, 1);
    await clock.run(8 * DAY);
    assert.deepEqual([rehearsal.orders.length, issuer.orders.length], [1, 2]);
    keeper.configure({ options: { ...rehearsed, domains: both }, issuers: [issuer], rehearsal });
    await clock.rest();
    assert.deepEqual([rehearsal.orders.length, issuer.orders.length], [2, 3]);
    await keeper.stop();
  });

  test("that fails keeps mistakes from the real authority", async () => {
    const clock = worldClock();
    const [issuer, rehearsal] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://staging.example/directory")];
    const good = rehearsal.turn;
    rehearsal.turn = () => failure("validation");
    const { keeper } = kept(clock, { issuers: [issuer], rehearsal, options: rehearsed });
    await clock.run(6 * HOUR);
    assert.equal(issuer.orders.length, 0);
    assert.ok(rehearsal.orders.length >= 8 && rehearsal.orders.length < 30, `${rehearsal.orders.length} rehearsals`);
    rehearsal.turn = good;
    await clock.run(HOUR);
    assert.deepEqual([issuer.orders.length, keeper.status().state], [1, "good"]);
    await keeper.stop();
  });

  test("that cannot take place does not stand in the way", async () => {
    const clock = worldClock();
    const [issuer, rehearsal] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://staging.example/directory")];
    rehearsal.turn = () => failure("unreachable");
    const { keeper } = kept(clock, { issuers: [issuer], rehearsal, options: rehearsed });
    await clock.run(MINUTE);
    assert.deepEqual([issuer.orders.length, keeper.status().state], [1, "good"]);
    await keeper.stop();
  });

  test("comes again after repeated failures of validation", async () => {
    const clock = worldClock();
    const [issuer, rehearsal] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://staging.example/directory")];
    const good = issuer.turn;
    const { keeper } = kept(clock, { issuers: [issuer], rehearsal, options: rehearsed, store: memoryStore(clock), random: always(0.999_999) });
    await clock.rest();
    issuer.turn = () => failure("validation");
    keeper.configure({ options: { ...rehearsed, domains: both }, issuers: [issuer], rehearsal });
    await clock.rest();
    assert.deepEqual([rehearsal.orders.length, issuer.orders.length], [2, 2]);
    rehearsal.turn = () => failure("validation");
    await clock.run(DAY);
    assert.deepEqual([issuer.orders.length, rehearsal.orders.length > 5], [3, true]);
    [issuer.turn, rehearsal.turn] = [good, good];
    await clock.run(DAY);
    assert.deepEqual([issuer.orders.length, keeper.status().state], [4, "good"]);
    await keeper.stop();
  });
});
