import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readLeaf } from "../../../src/certs/leaf.ts";
import { memoryStore } from "../memory-store.ts";
import { always, DAY, failure, hanging, HOUR, kept, MINUTE, options, pair, scriptedIssuer, SECOND, START, storeWith, worldClock } from "./world.ts";

const ends = (result: { cert: string } | null): number | undefined => readLeaf(result?.cert ?? "")?.notAfter;

describe("a certificate's life", () => {
  test("the first one is ordered at once, written, shown and remembered", async () => {
    const clock = worldClock();
    const store = memoryStore(clock);
    const issuer = scriptedIssuer(clock);
    const { keeper, records, states, shown } = kept(clock, { store, issuers: [issuer] });
    assert.deepEqual([keeper.pair(), keeper.status().state], [null, "new"]);
    await clock.rest();
    assert.deepEqual(store.read("edge"), keeper.pair());
    assert.deepEqual(issuer.orders[0]?.request, { identifiers: ["gate.example"], key: "ecdsa-p256", challenge: "http-01", replaces: null });
    assert.deepEqual(records.map(({ why, result, issuer }) => [why, result, issuer]), [["none-yet", "issued", issuer.directory]]);
    assert.deepEqual([shown, states], [[keeper.pair()], ["good"]]);
    const { state, next, issuer: by, leaf, failures, lastFailure, unwritten } = keeper.status();
    assert.deepEqual([state, next.why, by, failures, lastFailure, unwritten], ["good", "not-due", issuer.directory, 0, null, null]);
    assert.equal(leaf?.notAfter, START + 90 * DAY);
    await keeper.stop();
  });

  test("each is renewed in its last third, once", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.life = 12 * DAY;
    const { keeper, shown } = kept(clock, { issuers: [issuer] });
    await clock.run(28 * DAY);
    assert.equal(issuer.orders.length, 4);
    for (const [index, { at }] of issuer.orders.slice(1).entries()) {
      const age = at - (issuer.orders[index]?.at ?? 0);
      assert.ok(age >= 7.6 * DAY && age <= 8 * DAY, `renewed after ${age / DAY} days`);
    }
    assert.equal(shown.length, 4);
    await keeper.stop();
  });

  test("what the store has is shown at the return, while no authority answers", async () => {
    const clock = worldClock();
    const stored = await pair({ from: START - 70 * DAY });
    const issuer = scriptedIssuer(clock);
    issuer.turn = hanging;
    const { keeper, shown } = kept(clock, { store: storeWith(clock, stored), issuers: [issuer] });
    assert.deepEqual([keeper.pair(), keeper.status().leaf?.notAfter], [stored, START + 20 * DAY]);
    await clock.run(HOUR);
    assert.deepEqual([keeper.pair(), shown, keeper.status().doing], [stored, [], "ordering"]);
    await keeper.stop();
  });

  test("one that has run out is never shown, neither at a start nor later", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("unreachable");
    const old = kept(clock, { store: storeWith(clock, await pair({ from: START - 91 * DAY })), issuers: [issuer] });
    assert.deepEqual([old.keeper.pair(), old.keeper.status().leaf], [null, null]);
    await clock.rest();
    assert.equal(old.records[0]?.why, "expired");
    await old.keeper.stop();

    const dying = kept(clock, { store: storeWith(clock, await pair({ from: START, life: DAY })), issuers: [issuer] });
    await clock.run(DAY - SECOND);
    assert.notEqual(dying.keeper.pair(), null);
    await clock.run(2 * SECOND);
    assert.equal(dying.keeper.pair(), null);
    assert.deepEqual([dying.shown.at(-1), dying.states.at(-1)], [null, "alarm"]);
    await dying.keeper.stop();
  });

  test("what a person asked for in vain before its time leaves no alarm behind", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("unreachable");
    const store = storeWith(clock, await pair({ from: START - DAY }));
    const { keeper, begun, states } = kept(clock, { store, issuers: [issuer] });
    await clock.rest();
    const asked = keeper.renew();
    await clock.rest();
    assert.equal((await asked).kind, "failed");
    const { state, next, lastFailure } = keeper.status();
    assert.deepEqual([state, next.why, lastFailure?.kind, states], ["good", "not-due", "unreachable", []]);
    assert.deepEqual(store.state("edge")?.["failures"], {});
    assert.deepEqual(begun, [{ why: "asked", issuer: issuer.directory, rehearsal: false }]);
    await clock.run(HOUR);
    assert.equal(issuer.orders.length, 1);
    await keeper.stop();
  });

  test("windows that always lie in the past lead to few orders", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.info = () => ({ kind: "info", info: { start: 0, end: 1000, explanation: null, askAfter: null } });
    const { keeper } = kept(clock, { issuers: [issuer] });
    await clock.run(3 * DAY);
    assert.ok(issuer.orders.length > 1 && issuer.orders.length <= 13, `${issuer.orders.length} orders`);
    await keeper.stop();
  });

  test("a certificate of a minute is renewed in time for ten minutes, the authority away for twenty seconds", async () => {
    for (const chance of [0, 0.3, 0.6, 0.999]) {
      const clock = worldClock();
      const issuer = scriptedIssuer(clock);
      issuer.life = MINUTE;
      const good = issuer.turn;
      issuer.turn = (...order) => (clock.now() > 80 * SECOND && clock.now() < 100 * SECOND ? failure("unreachable") : good(...order));
      const { keeper, shown } = kept(clock, { issuers: [issuer], random: always(chance) });
      await clock.rest();
      for (let second = 0; second < 600; second++) {
        assert.notEqual(keeper.pair(), null, `nothing is shown after ${second} s`);
        await clock.run(SECOND);
      }
      assert.ok(shown.length >= 9 && !shown.includes(null) && issuer.orders.length < 60, `${shown.length} swaps, ${issuer.orders.length} orders`);
      await keeper.stop();
    }
  });
});

describe("the word of an authority", () => {
  test("a window that is moved up leads to renewal within one check, also in a blackout", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const usual = { start: START + 59 * DAY, end: START + 61 * DAY, explanation: null, askAfter: null };
    issuer.info = () => ({ kind: "info", info: usual });
    const { keeper, records } = kept(clock, { issuers: [issuer], options: options({ renew: { check: 6 * HOUR, blackouts: [{ days: "1..31", zone: "UTC" }] } }) });
    await clock.run(2 * DAY);
    assert.ok(issuer.looks >= 8 && issuer.looks <= 10, `${issuer.looks} looks`);
    const { window } = keeper.status();
    assert.deepEqual([window?.start, window?.end, issuer.orders.length], [usual.start, usual.end, 1]);
    assert.ok(window !== null && keeper.status().next.at === window.chosen);
    const moved = { start: clock.wall() - DAY, end: clock.wall() - HOUR, explanation: "https://ca.example/why", askAfter: null };
    issuer.info = () => ({ kind: "info", info: clock.now() > 2 * DAY && issuer.orders.length === 1 ? moved : { ...usual, start: usual.start + 2 * DAY, end: usual.end + 2 * DAY } });
    await clock.run(6 * HOUR);
    assert.deepEqual(records.map(({ why, result }) => `${why} ${result}`), ["none-yet issued", "moved-up issued"]);
    await keeper.stop();
  });

  test("it is asked again no sooner than it wants, and at least daily", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.info = () => ({ kind: "info", info: { start: START + 59 * DAY, end: START + 61 * DAY, explanation: null, askAfter: 10 * DAY } });
    const { keeper } = kept(clock, { issuers: [issuer] });
    await clock.run(23 * HOUR);
    assert.equal(issuer.looks, 1);
    await clock.run(9 * DAY);
    assert.ok(issuer.looks >= 9 && issuer.looks <= 11, `${issuer.looks} looks`);
    await keeper.stop();
  });

  test("while it cannot be asked, a third that is left counts, and it is asked rarely", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.life = 12 * DAY;
    issuer.info = () => ({ kind: "failed", failure: { kind: "server", detail: "500", retryAfter: null } });
    const { keeper } = kept(clock, { issuers: [issuer] });
    await clock.run(2 * DAY);
    assert.ok(issuer.looks >= 8 && issuer.looks <= 24, `${issuer.looks} looks`);
    await clock.run(6 * DAY);
    assert.equal(issuer.orders.length, 2);
    await keeper.stop();
  });

  test("the moment that was drawn survives a restart", async () => {
    const clock = worldClock();
    const [store, issuer] = [memoryStore(clock), scriptedIssuer(clock)];
    issuer.info = () => ({ kind: "info", info: { start: START + 59 * DAY, end: START + 61 * DAY, explanation: null, askAfter: null } });
    const first = kept(clock, { store, issuers: [issuer], random: always(0.1) });
    await clock.run(2 * HOUR);
    const { window } = first.keeper.status();
    await first.keeper.stop();
    const second = kept(clock, { store, issuers: [issuer], random: always(0.9) });
    await clock.run(HOUR);
    assert.deepEqual([second.keeper.status().window, window !== null], [window, true]);
    await second.keeper.stop();
  });
});

describe("a person", () => {
  const blackout = options({ renew: { check: 6 * HOUR, blackouts: [{ days: "1..31", zone: "UTC" }] } });

  test("who asks is served at once, in a blackout and after failures", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const store = storeWith(clock, await pair({ from: START - 60 * DAY }));
    const { keeper, records } = kept(clock, { store, issuers: [issuer], options: blackout });
    await clock.run(HOUR);
    assert.deepEqual([issuer.orders.length, keeper.status().next.why], [0, "blackout"]);
    const good = issuer.turn;
    issuer.turn = () => failure("rate-limited", 3 * HOUR);
    assert.deepEqual([(await keeper.renew()).kind, records.at(-1)?.result], ["failed", "rate-limited"]);
    issuer.turn = good;
    const answer = await keeper.renew();
    assert.equal(answer.kind, "issued");
    assert.equal(ends(keeper.pair()), START + HOUR + 90 * DAY);
    await keeper.stop();
  });

  test("who asks while an order is under way hears what comes of that one", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const good = issuer.turn;
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    issuer.turn = (...order) => gate.then(() => good(...order));
    const { keeper } = kept(clock, { issuers: [issuer] });
    await new Promise((resolve) => setImmediate(resolve));
    const answers = Promise.all([keeper.renew(), keeper.renew()]);
    go();
    assert.deepEqual((await answers).map(({ kind }) => kind), ["issued", "issued"]);
    await clock.run(MINUTE);
    assert.equal(issuer.orders.length, 1);
    await keeper.stop();
  });

  test("who asks while another process orders, or with a full disk, is told so, and nothing is ordered", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const store = storeWith(clock, await pair());
    const { keeper } = kept(clock, { store, issuers: [issuer] });
    await clock.rest();
    const lock = store.lock("edge", DAY);
    assert.deepEqual(await keeper.renew(), { kind: "locked" });
    lock?.release();
    store.full = true;
    const answer = await keeper.renew();
    assert.ok(answer.kind === "failed" && answer.failure.kind === "store");
    assert.match(answer.failure.detail, /no space left/);
    assert.equal(issuer.orders.length, 0);
    await keeper.stop();
    assert.deepEqual(await keeper.renew(), { kind: "stopped" });
  });
});

describe("stopping", () => {
  test("ends an order that does not listen, lets the lock go and leaves no timer", async () => {
    const clock = worldClock();
    const store = memoryStore(clock);
    const issuer = scriptedIssuer(clock);
    let heard: AbortSignal | null = null;
    issuer.turn = (_request, signal) => {
      heard = signal;
      return hanging();
    };
    const { keeper, records } = kept(clock, { store, issuers: [issuer] });
    await clock.run(SECOND);
    const answer = keeper.renew();
    assert.ok(clock.pending() > 0);
    await keeper.stop();
    assert.deepEqual([clock.pending(), await answer, keeper.status().doing, records], [0, { kind: "stopped" }, "stopped", []]);
    assert.equal((heard as AbortSignal | null)?.aborted, true);
    assert.notEqual(store.lock("edge", SECOND), null);
    assert.equal(keeper.status().failures, 0);
  });

  test("ends a sleep", async () => {
    const clock = worldClock();
    const { keeper } = kept(clock, { store: storeWith(clock, await pair()) });
    await clock.rest();
    assert.equal(clock.pending(), 1);
    await keeper.stop();
    assert.equal(clock.pending(), 0);
  });
});
