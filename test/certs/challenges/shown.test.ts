import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { test } from "node:test";
import { joinAnswers } from "../../../src/certs/challenges/create-solver.ts";
import { handshakeName } from "../../../src/certs/challenges/handshake-name.ts";
import { challengeOf, solverWorld } from "./world.ts";

const LIVE = new AbortController().signal;
const HTTP = challengeOf("http-01", "gate.example");
const ALPN = challengeOf("tls-alpn-01", "gate.example");

test("a token is answered from when it is shown until it is cleared, and kept for other processes as long", async () => {
  const { solver, stored, events } = solverWorld();
  assert.deepEqual(await solver.present(HTTP, LIVE), { ok: true });
  assert.equal(solver.http01(HTTP.token), HTTP.keyAuthorization);
  assert.deepEqual([...stored], [[HTTP.token, HTTP.keyAuthorization]]);
  await solver.clear(HTTP);
  assert.equal(solver.http01(HTTP.token), null);
  assert.deepEqual([[...stored], events], [[], []]);
});

test("what another process ordered is answered, and is not ours to clear", async () => {
  const { solver, stored } = solverWorld();
  stored.set("a-token-of-the-other-one", "a-token-of-the-other-one.thumb");
  assert.equal(solver.http01("a-token-of-the-other-one"), "a-token-of-the-other-one.thumb");
  await solver.clear(challengeOf("http-01", "gate.example", "a-token-of-the-other-one"));
  assert.equal(stored.size, 1);
});

test("what could not be a token never reaches the store", () => {
  const { solver, stored } = solverWorld();
  for (const token of ["", "short", "../../../../etc/passwd", "a".repeat(201), "with.a.dot.in.it.somewhere", "nul\0nul\0nul\0nul\0nul"]) {
    stored.set(token, "secret");
    assert.equal(solver.http01(token), null, JSON.stringify(token));
  }
});

test("a full disk leaves the token to this process, and is told", async () => {
  const world = solverWorld();
  world.disk = "no space left";
  assert.deepEqual(await world.solver.present(HTTP, LIVE), { ok: true });
  assert.equal(world.solver.http01(HTTP.token), HTTP.keyAuthorization);
  assert.deepEqual(world.events, ["alone gate.example: no space left"]);
});

test("a certificate for tls-alpn-01 is there from when it is shown until it is cleared", async () => {
  const { solver } = solverWorld();
  assert.equal(solver.alpnPending(), false);
  assert.deepEqual(await solver.present(ALPN, LIVE), { ok: true });
  assert.deepEqual([solver.alpnPending(), solver.alpnPair("other.example")], [true, null]);
  const pair = solver.alpnPair("GATE.example");
  assert.equal(new X509Certificate(pair?.cert ?? "").subjectAltName, "DNS:gate.example");
  await solver.clear(ALPN);
  assert.deepEqual([solver.alpnPending(), solver.alpnPair("gate.example")], [false, null]);
});

test("a certificate for tls-alpn-01 that is made only after the order was stopped is never shown", async () => {
  const { solver } = solverWorld();
  const stop = new AbortController();
  const presented = solver.present(ALPN, stop.signal);
  stop.abort();
  await solver.clear(ALPN);
  assert.deepEqual(await presented, { ok: false, why: "it was stopped" });
  assert.equal(solver.alpnPending(), false);
});

test("two orders for one name show the later one, and clearing it brings back the other", async () => {
  const { solver } = solverWorld();
  const later = challengeOf("tls-alpn-01", "gate.example", "another-token");
  await solver.present(ALPN, LIVE);
  const first = solver.alpnPair("gate.example");
  await solver.present(later, LIVE);
  assert.notDeepEqual(solver.alpnPair("gate.example"), first);
  await solver.clear(later);
  assert.deepEqual(solver.alpnPair("gate.example"), first);
});

test("a certificate for tls-alpn-01 has the digest in a critical extension, and no other name", async () => {
  const { solver } = solverWorld();
  await solver.present(ALPN, LIVE);
  const { raw } = new X509Certificate(solver.alpnPair("gate.example")?.cert ?? "");
  // Object identifier 1.3.6.1.5.5.7.1.31, TRUE, an octet string of an octet string of the SHA-256.
  const digest = await crypto.subtle.digest("SHA-256", Buffer.from(ALPN.keyAuthorization));
  const want = Buffer.concat([Buffer.from("06082b0601050507011f0101ff04220420", "hex"), Buffer.from(digest)]);
  assert.ok(raw.includes(want));
});

test("an address is asked for by the name under which DNS keeps it", () => {
  const cases: readonly (readonly ["dns" | "ip", string, string | null])[] = [
    ["dns", "Gate.example", "gate.example"],
    ["ip", "192.0.2.7", "7.2.0.192.in-addr.arpa"],
    // The example of RFC 3596 section 2.5.
    ["ip", "4321:0:1:2:3:4:567:89ab", "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa"],
    ["ip", "no address", null],
  ];
  for (const [type, value, want] of cases) assert.equal(handshakeName({ type, value }), want);
});

test("several solvers are asked as one", async () => {
  const [one, other] = [solverWorld().solver, solverWorld().solver];
  let all = [one];
  const joined = joinAnswers(() => all);
  await other.present(HTTP, LIVE);
  await other.present(ALPN, LIVE);
  assert.deepEqual([joined.http01(HTTP.token), joined.alpnPending(), joined.alpnPair("gate.example")], [null, false, null]);
  all = [one, other];
  assert.equal(joined.http01(HTTP.token), HTTP.keyAuthorization);
  assert.ok(joined.alpnPending() && joined.alpnPair("gate.example") !== null);
});
