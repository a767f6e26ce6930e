import assert from "node:assert/strict";
import { test } from "node:test";
import type { TlsOptions } from "node:tls";
import { manualClock } from "../../../src/base/clock.ts";
import { plainMaterial, type TlsMaterial } from "../../../src/server/tls/material.ts";
import { createTlsShow, type SwappableServer } from "../../../src/server/tls/show.ts";
import { keyPair, TEST_CA } from "../../support/tls-material.ts";

const HOUR = 3_600_000;
const LOCAL = plainMaterial([{ names: ["localhost"], pair: keyPair("localhost") }]);

function recorded(material: TlsMaterial = LOCAL) {
  const clock = manualClock();
  const given: TlsOptions[] = [];
  const server: SwappableServer = { setSecureContext: (options) => void given.push(options) };
  const show = createTlsShow({ minVersion: "1.3", http2: false }, material, clock);
  const first = show.options();
  const detach = show.attach(server);
  const keys = (): string => String((given.at(-1) ?? first).ticketKeys?.toString("hex"));
  return { clock, show, given, server, first, keys, detach };
}

test("ticket keys are rotated after twelve hours and no earlier, and not any more once it is stopped", () => {
  const { clock, show, given, keys } = recorded();
  const before = keys();
  assert.equal(before.length, 96);
  clock.advance(12 * HOUR - 1);
  assert.equal(given.length, 0);
  clock.advance(1);
  const second = keys();
  assert.notEqual(second, before);
  clock.advance(12 * HOUR);
  assert.notEqual(keys(), second);
  assert.equal(given.length, 2);
  show.stop();
  assert.equal(clock.pending(), 0);
});

test("material that was made ready before a rotation does not bring back the keys of before", () => {
  const { clock, show, keys } = recorded();
  const before = keys();
  const swap = show.prepare(plainMaterial([{ names: ["localhost"], pair: keyPair("renewed") }]));
  clock.advance(12 * HOUR);
  const rotated = keys();
  swap();
  assert.deepEqual([keys() === rotated, rotated === before], [true, false]);
  show.prepare(LOCAL)();
  assert.equal(keys(), rotated);
});

test("two listeners have different ticket keys", () => assert.notEqual(recorded().keys(), recorded().keys()));

const demands = (ca: string, lists: readonly string[] = []): TlsMaterial => ({ ...LOCAL, clients: { ca, lists, stillWelcome: () => true } });
const other = TEST_CA.replace(/\n$/, "\n\n");

const CHANGES: readonly (readonly [what: string, from: TlsMaterial, to: TlsMaterial, changes: boolean])[] = [
  ["another certificate", LOCAL, plainMaterial([{ names: [], pair: keyPair("renewed") }]), false],
  ["certificates of clients asked for", LOCAL, demands(TEST_CA), true],
  ["not asked for any more", demands(TEST_CA), LOCAL, true],
  ["another authority", demands(TEST_CA), demands(other), true],
  ["the same demands read again", demands(TEST_CA), demands(TEST_CA), false],
];

for (const [what, from, to, changes] of CHANGES) {
  test(`${what}: ticket keys ${changes ? "change" : "stay"}`, () => {
    const { show, keys, server, given } = recorded(from);
    const before = keys();
    assert.equal(show.prepare(to)(), changes);
    assert.equal(keys() !== before, changes);
    assert.equal(server.requestCert, to.clients !== null);
    assert.equal(given.length, 1);
  });
}

test("every swap states the least version and all other settings again", () => {
  const { show, given, first } = recorded();
  show.prepare(plainMaterial([{ names: [], pair: keyPair("other") }]))();
  const [options] = given;
  for (const setting of ["minVersion", "ciphers", "ecdhCurve", "secureOptions", "sigalgs", "honorCipherOrder", "sessionIdContext"] as const) {
    assert.notEqual(options?.[setting], undefined, setting);
    assert.equal(options?.[setting], first[setting], setting);
  }
  assert.equal(options?.minVersion, "TLSv1.3");
});

test("contexts are made once for a certificate, over swaps that leave it and its surroundings as they are", async () => {
  const one = { names: ["one.example"], pair: keyPair("localhost") };
  const two = { names: ["two.example"], pair: keyPair("other") };
  const { show, clock } = recorded(plainMaterial([one, two]));
  const before = await show.contextFor("two.example");
  assert.equal(await show.contextFor("two.example"), before);
  show.prepare(plainMaterial([{ ...one, pair: keyPair("renewed") }, { ...two, pair: { ...two.pair } }]))();
  assert.equal(await show.contextFor("TWO.example."), before);
  clock.advance(12 * HOUR);
  assert.notEqual(await show.contextFor("two.example"), before);
});

test("a host's context is made again where its pair is another one, and never for a host that is not listed", async () => {
  const asked: string[] = [];
  let pair = keyPair("renewed");
  const mint = (host: string) => (asked.push(host), Promise.resolve(pair));
  const { show } = recorded({ ...plainMaterial([]), interception: { hosts: ["*.tax.example"], mint } });
  const first = await show.contextFor("a.tax.example");
  assert.equal(await show.contextFor("A.tax.example"), first);
  pair = { ...pair };
  assert.notEqual(await show.contextFor("a.tax.example"), first);
  assert.equal(await show.contextFor("tax.example"), undefined);
  assert.equal(await show.contextFor("a.b.tax.example"), undefined);
  assert.deepEqual(asked, ["a.tax.example", "a.tax.example", "a.tax.example"]);
});

test("a server with a certificate of its own keeps it over swaps, and one that is detached is left alone", () => {
  const { show, given, detach } = recorded();
  const own: TlsOptions[] = [];
  show.attach({ setSecureContext: (options) => void own.push(options) }, () => keyPair("other"));
  detach();
  show.prepare(plainMaterial([{ names: [], pair: keyPair("renewed") }]))();
  assert.deepEqual([own[0]?.cert, given.length], [keyPair("other").cert, 0]);
});
