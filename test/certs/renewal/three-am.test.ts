import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { madeAuthority } from "../made-pair.ts";
import { always, DAY, failure, HOUR, intermediateUntil, kept, MINUTE, options, pair, scriptedIssuer, SECOND, START, storeWith, worldClock, wrongKey, type ScriptedIssuer } from "./world.ts";

/** What happens while everybody sleeps, in virtual time. */

/** Ms between the orders of an authority, in minutes, rounded. */
function pauses({ orders }: ScriptedIssuer): number[] {
  return orders.slice(1).map(({ at }, index) => Math.round((at - (orders[index]?.at ?? 0)) / MINUTE));
}

describe("the authority", () => {
  test("is down for hours: serving goes on, tries back off, the alarm is raised, and all is well when it returns", async () => {
    const clock = worldClock();
    const old = await pair({ from: START - 4 * DAY, life: 7 * DAY });
    const issuer = scriptedIssuer(clock);
    const good = issuer.turn;
    issuer.turn = () => failure("unreachable");
    const { keeper, states, shown, records } = kept(clock, { store: storeWith(clock, old), issuers: [issuer], random: always(0.999_999) });
    await clock.run(5 * HOUR);
    assert.deepEqual([keeper.pair(), keeper.status().state, states], [old, "failing", ["failing"]]);
    assert.deepEqual(pauses(issuer).slice(0, 7), [1, 2, 4, 8, 10, 10, 10]);
    await clock.run(2 * HOUR);
    assert.deepEqual([keeper.pair(), states], [old, ["failing", "alarm"]]);
    assert.ok(issuer.orders.length < 50, `${issuer.orders.length} orders`);
    assert.deepEqual([keeper.status().lastFailure?.kind, keeper.status().failures], ["unreachable", issuer.orders.length]);
    issuer.turn = good;
    await clock.run(10 * MINUTE);
    assert.deepEqual([states.at(-1), records.at(-1)?.result, keeper.pair() === shown[0]], ["good", "issued", true]);
    assert.deepEqual([keeper.status().failures, keeper.status().lastFailure], [0, null]);
    await clock.run(DAY);
    assert.equal(shown.length, 1);
    await keeper.stop();
  });

  test("raises the alarm when the emergency begins, however lately it failed", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("server");
    const old = await pair({ from: START - 8 * HOUR, life: 16 * HOUR }); // an emergency from 2 h before its end
    const { keeper, states } = kept(clock, { store: storeWith(clock, old), issuers: [issuer] });
    await clock.run(5.9 * HOUR);
    assert.deepEqual(states, ["failing"]);
    await clock.run(0.2 * HOUR);
    assert.deepEqual([states, keeper.pair()], [["failing", "alarm"], old]);
    const before = issuer.orders.length;
    await clock.run(1.9 * HOUR);
    assert.ok(issuer.orders.length - before >= 8, "only a few tries while it runs out");
    await keeper.stop();
  });

  test("allows no more orders for now: what it asks for is kept to, unless time runs out", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    issuer.turn = () => failure("rate-limited", 3 * HOUR);
    const patient = kept(clock, { store: storeWith(clock, await pair({ from: START - 70 * DAY })), issuers: [issuer] });
    await clock.run(3 * HOUR - SECOND);
    assert.equal(issuer.orders.length, 1);
    await clock.run(2 * MINUTE);
    assert.equal(issuer.orders.length, 2);
    await patient.keeper.stop();

    const pressed = scriptedIssuer(clock);
    pressed.turn = () => failure("rate-limited", 30 * DAY);
    const { keeper } = kept(clock, { store: storeWith(clock, await pair({ from: clock.wall() - 89 * DAY })), issuers: [pressed] });
    await clock.run(DAY - SECOND);
    assert.ok(pressed.orders.length >= 8, `${pressed.orders.length} tries in the last day`);
    await keeper.stop();
  });

  test("fails, and the next one is asked: after two failures, at once when nothing is left to serve", async () => {
    const clock = worldClock();
    const [first, second] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://other.example/directory")];
    first.turn = () => failure("rate-limited", 12 * HOUR);
    const bare = kept(clock, { issuers: [first, second] });
    await clock.run(MINUTE);
    assert.deepEqual([first.orders.length, second.orders.length, bare.keeper.status().issuer], [1, 1, second.directory]);
    await bare.keeper.stop();

    first.turn = () => failure("unreachable");
    const calm = kept(clock, { store: storeWith(clock, await pair({ from: clock.wall() - 65 * DAY })), issuers: [first, second] });
    await clock.rest();
    assert.deepEqual([first.orders.length, second.orders.length], [2, 1]);
    await clock.run(2 * MINUTE);
    assert.deepEqual([first.orders.length, second.orders.length, calm.keeper.status().state], [3, 2, "good"]);
    assert.equal(second.orders[1]?.request.replaces, null);
    await calm.keeper.stop();
  });

  test("does not find the names: no other is asked at first, and pauses double", async () => {
    const clock = worldClock();
    const [first, second] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://other.example/directory")];
    first.turn = () => failure("validation");
    second.turn = () => failure("validation");
    const { keeper } = kept(clock, { store: storeWith(clock, await pair({ from: START - 65 * DAY })), issuers: [first, second], random: always(0.999_999) });
    await clock.run(3.5 * MINUTE);
    assert.deepEqual([pauses(first), second.orders.length], [[1, 2], 1]);
    await clock.run(2 * DAY);
    assert.ok(first.orders.length <= 12, `${first.orders.length} orders in two days`);
    await keeper.stop();
  });

  test("cannot be shown what it wants: no other is ever asked", async () => {
    const clock = worldClock();
    const [first, second] = [scriptedIssuer(clock), scriptedIssuer(clock, "https://other.example/directory")];
    first.turn = () => failure("challenge");
    const { keeper } = kept(clock, { issuers: [first, second] });
    await clock.run(DAY);
    assert.ok(first.orders.length > 20);
    assert.equal(second.orders.length, 0);
    await keeper.stop();
  });

  test("client that rejects against its promise does not end the certificate's life", async () => {
    const clock = worldClock();
    const issuer = scriptedIssuer(clock);
    const good = issuer.turn;
    issuer.turn = (request, signal, nth) => (nth === 1 ? Promise.reject(new Error("out of luck")) : good(request, signal, nth));
    const { keeper } = kept(clock, { issuers: [issuer] });
    await clock.rest();
    assert.deepEqual([keeper.status().lastFailure?.kind, keeper.status().lastFailure?.detail], ["fault", "out of luck"]);
    await clock.run(2 * MINUTE);
    assert.deepEqual([keeper.status().state, keeper.status().failures], ["good", 0]);
    await keeper.stop();
  });
});

describe("a new certificate that does not prove itself", () => {
  const rows: { readonly what: string; readonly made: (wall: number) => Promise<KeyPair>; readonly why: RegExp }[] = [
    { what: "with the key of another", made: async (from) => wrongKey(await pair({ from })), why: /key/ },
    { what: "without a name", made: (from) => pair({ from, names: ["other.example"] }), why: /"gate\.example"/ },
    { what: "of tomorrow", made: (from) => pair({ from: from + DAY }), why: /clock/ },
    { what: "of last year", made: (from) => pair({ from: from - 400 * DAY }), why: /ran out/ },
    { what: "with an intermediate that has expired", made: async (from) => pair({ from, by: await intermediateUntil(from - DAY) }), why: /intermediate/ },
    { what: "with a chain that does not fit", made: async (from) => ({ ...(await pair({ from })), cert: (await pair({ from })).cert.replace(/(-----END CERTIFICATE-----\n)[^]*$/, `$1${(await madeAuthority("stranger", { notBefore: START - DAY, notAfter: START + DAY })).pem}`) }), why: /issued/ },
    { what: "cut off in the middle", made: async (from) => ({ ...(await pair({ from })), cert: (await pair({ from })).cert.slice(0, 300) }), why: /./ },
  ];
  for (const { what, made, why } of rows) {
    test(`is refused, ${what}: the old one is shown on, and another is asked for later`, async () => {
      const clock = worldClock();
      const old = await pair({ from: START - 65 * DAY });
      const store = storeWith(clock, old);
      const issuer = scriptedIssuer(clock);
      const good = issuer.turn;
      issuer.turn = async () => ({ ok: true, pair: await made(clock.wall()) });
      const { keeper, records, shown } = kept(clock, { store, issuers: [issuer] });
      await clock.rest();
      assert.deepEqual([keeper.pair(), store.read("edge"), shown, keeper.status().state], [old, old, [], "failing"]);
      assert.deepEqual([records.length, records[0]?.result], [1, "proof"]);
      assert.match(records[0]?.detail ?? "", why);
      issuer.turn = good;
      await clock.run(2 * MINUTE);
      assert.deepEqual([shown.length, issuer.orders.length, keeper.status().state], [1, 2, "good"]);
      await keeper.stop();
    });
  }
});

test("a blackout at the wrong time does not let a certificate run out", async () => {
  const clock = worldClock();
  const issuer = scriptedIssuer(clock);
  const { keeper, records } = kept(clock, { store: storeWith(clock, await pair({ from: START - 6 * DAY, life: 8 * DAY })), issuers: [issuer], options: options({ renew: { check: HOUR, blackouts: [{ days: "1..31", zone: "Europe/Warsaw" }] } }) });
  await clock.run(DAY - MINUTE);
  assert.equal(issuer.orders.length, 0);
  await clock.run(2 * MINUTE);
  assert.deepEqual(records.map(({ why, result }) => `${why} ${result}`), ["emergency issued"]);
  await keeper.stop();
});
