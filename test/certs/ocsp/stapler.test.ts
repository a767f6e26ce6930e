import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { after, test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import type { ResponderAnswer } from "../../../src/certs/ocsp/ask-responder.ts";
import { ocspRequest, type Asked } from "../../../src/certs/ocsp/ocsp-message.ts";
import { createStapler, type StapleEvent } from "../../../src/certs/ocsp/stapler.ts";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../../support/openssl-authority.ts";
import { until } from "../../support/until.ts";
import { offlineAnswer, type AnswerWish } from "./offline-responder.ts";

const skip = HAS_OPENSSL ? false : "openssl is not here";
const authority = (HAS_OPENSSL ? testAuthority() : null) as TestAuthority;
after(() => authority?.remove());
const MINUTE = 60_000;
const RESPONDER = "http://ocsp.example/";

function made(name: string, serial: number, responder: string | null = RESPONDER): KeyPair {
  const { cert, key } = authority.issue(name, serial, { names: [name], extensions: responder === null ? [] : [`authorityInfoAccess=OCSP;URI:${responder}`] });
  return { cert: `${cert}${authority.cert}`, key };
}

/** A stapler whose responder answers as `next` says. */
function setUp(wish: AnswerWish) {
  const clock = manualClock(Date.now());
  const events: StapleEvent[] = [];
  const asked: string[] = [];
  const state = { wish: wish as AnswerWish | ResponderAnswer, gate: Promise.resolve() };
  const stapler = createStapler({
    clock,
    random: { next: () => 0.5 },
    async ask(address, question) {
      asked.push(address);
      await state.gate;
      return "ok" in state.wish ? state.wish : { ok: true, bytes: offlineAnswer(authority, question, state.wish) };
    },
    told: (event) => void events.push(event),
  });
  const told = async (count: number): Promise<void> => assert.ok(await until(() => events.length === count, 2000), JSON.stringify(events));
  return { clock, events, asked, state, stapler, told };
}

const der = ({ cert }: KeyPair): Uint8Array => new X509Certificate(cert).raw;

test("an answer is shown until it ends and not after, and asked for again at half of its life", { skip }, async () => {
  const pair = made("a.example", 1);
  const { clock, stapler, told, state, asked } = setUp({ good: [1] });
  stapler.watch([pair]);
  assert.equal(stapler.staple(der(pair)), null);
  await told(1);
  assert.ok(stapler.staple(der(pair)));
  assert.equal(stapler.staple(Buffer.from("another")), null);
  state.wish = { ok: false, why: "away" };
  clock.advance(28 * MINUTE);
  assert.equal(asked.length, 1);
  clock.advance(3 * MINUTE);
  await told(2);
  assert.ok(stapler.staple(der(pair)), "a failure takes nothing away");
  clock.stepWall(30 * MINUTE);
  assert.equal(stapler.staple(der(pair)), null);
});

test("failures are asked about again with growing waits of at most an hour, and at once no more than once", { skip }, async () => {
  const pair = made("b.example", 2);
  const { clock, stapler, told, state, asked, events } = setUp({});
  state.wish = { ok: false, why: "the responder answered 500" };
  stapler.watch([pair]);
  await told(1);
  assert.deepEqual(events[0], { kind: "failed", certificate: "b.example", detail: `${RESPONDER}: the responder answered 500` });
  for (const [index, wait] of [0.5, 1, 2, 4, 8, 16, 32, 60, 60].entries()) {
    clock.advance(wait * MINUTE - 1);
    assert.equal(asked.length, index + 1, `before ${wait} min`);
    clock.advance(1);
    await told(index + 2);
  }
  state.wish = { good: [2] };
  clock.advance(60 * MINUTE);
  await told(11);
  // The answer was signed when this test began; hours have gone by on the stapler's clock.
  assert.equal(events.at(-1)?.kind, "failed");
});

test("a revoked certificate has nothing to show, and somebody is told", { skip }, async () => {
  const pair = made("c.example", 3);
  const { stapler, told, events, state, clock } = setUp({ good: [3] });
  stapler.watch([pair]);
  await told(1);
  assert.ok(stapler.staple(der(pair)));
  state.wish = { revoked: [3] };
  clock.advance(31 * MINUTE);
  await told(2);
  assert.deepEqual(events.map(({ kind }) => kind), ["stapled", "revoked"]);
  assert.equal(stapler.staple(der(pair)), null);
});

test("certificates without a responder, without their issuer or with a wrong one are left alone", { skip }, () => {
  const { stapler, asked } = setUp({ good: [4] });
  const whole = made("d.example", 4);
  const alone = { ...whole, cert: authority.issue("e.example", 5, { extensions: [`authorityInfoAccess=OCSP;URI:${RESPONDER}`] }).cert };
  stapler.watch([made("f.example", 6, null), alone, { ...whole, cert: `${alone.cert}${alone.cert}` }]);
  assert.deepEqual(asked, []);
});

/** One that OpenSSL takes, and the library that asks does not; a file may hold such a thing. */
function damaged({ cert, key }: KeyPair): KeyPair {
  const raw = new X509Certificate(cert).raw;
  const issuer = new X509Certificate(authority.cert);
  for (let bit = 0; bit < raw.length * 8; bit++) {
    const bytes = Buffer.from(raw);
    bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7));
    try {
      const leaf = new X509Certificate(bytes);
      if (leaf.checkIssued(issuer) && leaf.infoAccess !== undefined && !isAsked({ leaf, issuer })) return { cert: `${leaf.toString()}${authority.cert}`, key };
    } catch {
      // Not even OpenSSL takes it.
    }
  }
  throw new Error("nothing of the kind was found");
}

function isAsked(asked: Asked): boolean {
  try {
    return ocspRequest(asked).length > 0;
  } catch {
    return false;
  }
}

test("a damaged certificate costs its own answer, and not the process", { skip }, async () => {
  const { stapler, told, events } = setUp({});
  stapler.watch([damaged(made("j.example", 10))]);
  await told(1);
  assert.equal(events[0]?.kind, "failed");
  assert.match(events[0]?.detail ?? "", /asking about it: /);
  stapler.stop();
});

test("watching the same again asks nothing again, and what is not watched any more is forgotten", { skip }, async () => {
  const [one, two] = [made("g.example", 7), made("h.example", 8)];
  const { stapler, told, asked, clock } = setUp({ good: [7, 8] });
  stapler.watch([one]);
  await told(1);
  stapler.watch([one, two]);
  await told(2);
  assert.equal(asked.length, 2);
  stapler.watch([{ ...two }]);
  assert.deepEqual([stapler.staple(der(one)), stapler.staple(der(two)) !== null], [null, true]);
  assert.equal(clock.pending(), 1);
  stapler.stop();
  assert.equal(clock.pending(), 0);
});

test("an answer that comes after its certificate was given up changes nothing", { skip }, async () => {
  const pair = made("i.example", 9);
  const { stapler, clock, events, asked, state } = setUp({ good: [9] });
  const gate = Promise.withResolvers<void>();
  state.gate = gate.promise;
  stapler.watch([pair]);
  assert.ok(await until(() => asked.length === 1, 1000));
  stapler.watch([]);
  gate.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual([events.length, clock.pending(), stapler.staple(der(pair))], [0, 0, null]);
});
