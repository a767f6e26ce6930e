import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ocspRequest, readOcspResponse, type Asked } from "../../../src/certs/ocsp/ocsp-message.ts";
import { HAS_OPENSSL, testAuthority, type TestAuthority } from "../../support/openssl-authority.ts";
import { offlineAnswer, type AnswerWish } from "./offline-responder.ts";

const skip = HAS_OPENSSL ? false : "openssl is not here";
const authority = (HAS_OPENSSL ? testAuthority() : null) as TestAuthority;
after(() => authority?.remove());
const MINUTE = 60_000;

const asked = (): Asked => (known ??= { leaf: new X509Certificate(authority.issue("leaf", 0x0123).cert), issuer: new X509Certificate(authority.cert) });
let known: Asked | null = null;
const answer = (wish: AnswerWish, about = asked()): Uint8Array => offlineAnswer(authority, ocspRequest(about), wish);
const NOW = Date.now();

test("a good answer is read, with the time for which it holds", { skip }, () => {
  const bytes = answer({ good: [0x0123] });
  const reading = readOcspResponse(bytes, asked(), NOW);
  assert.ok(reading.ok);
  assert.equal(reading.status, "good");
  assert.ok(Math.abs(reading.thisUpdate - NOW) < MINUTE);
  assert.equal(reading.nextUpdate - reading.thisUpdate, 60 * MINUTE);
});

test("what is shown is what was verified: nothing that came along unsigned, and nothing that was bent on the way", { skip }, () => {
  const about = asked();
  authority.issue("delegate", 901, { extensions: ["extendedKeyUsage=OCSPSigning"] });
  for (const signer of ["ca", "delegate"]) {
    const bytes = Buffer.from(answer({ good: [0x0123], signer }));
    const first = readOcspResponse(bytes, about, NOW);
    assert.ok(first.ok);
    assert.ok(first.bytes.byteLength <= bytes.byteLength);
    const bent = Array.from(bytes, (byte, at) => Buffer.concat([bytes.subarray(0, at), Buffer.of(byte ^ 1), bytes.subarray(at + 1)])).filter((_, at) => at % 4 === 2);
    for (const [at, one] of [Buffer.concat([bytes, Buffer.alloc(50_000, 1)]), ...bent].entries()) {
      const reading = readOcspResponse(one, about, NOW);
      assert.ok(!reading.ok || Buffer.from(first.bytes).equals(reading.bytes), `${signer}, ${at}`);
    }
    writeFileSync(join(authority.directory, "shown.der"), first.bytes);
    const told = execFileSync("openssl", ["ocsp", "-respin", "shown.der", "-issuer", "ca.pem", "-cert", "leaf.pem", "-CAfile", "ca.pem"], { cwd: authority.directory, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    assert.match(told, /leaf\.pem: good/);
  }
});

const SIGNERS: readonly (readonly [name: string, extensions: readonly string[], isTaken: boolean])[] = [
  ["delegate", ["extendedKeyUsage=OCSPSigning"], true],
  ["server", ["extendedKeyUsage=serverAuth"], false],
  ["any", [], false],
];

for (const [signer, extensions, isTaken] of SIGNERS) {
  test(`an answer signed by '${signer}' is ${isTaken ? "taken" : "refused"}`, { skip }, () => {
    authority.issue(signer, 900 + signer.length, { extensions });
    const reading = readOcspResponse(answer({ good: [0x0123], signer }), asked(), NOW);
    assert.equal(reading.ok, isTaken);
    if (!reading.ok) assert.match(reading.why, /not signed by the authority/);
  });
}

test("an answer signed by somebody whom another authority delegated is refused", { skip }, () => {
  const stranger = testAuthority("Root");
  try {
    const { cert, key } = stranger.issue("delegate", 1, { extensions: ["extendedKeyUsage=OCSPSigning"] });
    writeFileSync(join(authority.directory, "foreign.pem"), cert);
    writeFileSync(join(authority.directory, "foreign.key"), key);
    assert.match(JSON.stringify(readOcspResponse(answer({ good: [0x0123], signer: "foreign" }), asked(), NOW)), /not signed by the authority/);
    const made = offlineAnswer(stranger, ocspRequest({ leaf: asked().leaf, issuer: new X509Certificate(stranger.cert) }), { good: [0x0123], signer: "delegate" });
    assert.match(JSON.stringify(readOcspResponse(made, asked(), NOW)), /another certificate/);
    const forged = answer({ good: [0x0123] });
    assert.match(JSON.stringify(readOcspResponse(forged, { leaf: asked().leaf, issuer: new X509Certificate(stranger.cert) }, NOW)), /another certificate/);
  } finally {
    stranger.remove();
  }
});

const REFUSED: readonly (readonly [what: string, make: () => readonly [bytes: Uint8Array, now: number], why: RegExp])[] = [
  ["an answer about another certificate", () => [answer({ good: [5] }, { leaf: new X509Certificate(authority.issue("other", 5).cert), issuer: asked().issuer }), NOW], /another certificate/],
  ["an answer that has run out", () => [answer({ good: [0x0123] }), NOW + 61 * MINUTE], /has run out/],
  ["an answer of the future", () => [answer({ good: [0x0123] }), NOW - 7 * MINUTE], /of the future/],
  ["an answer without an end", () => [answer({ good: [0x0123], minutes: null }), NOW], /until when/],
  ["an answer about a certificate that the authority does not know", () => [answer({ good: [] }), NOW], /does not know/],
  ["bytes that are none", () => [Buffer.from("broken"), NOW], /not OCSP/],
  ["nothing", () => [new Uint8Array(), NOW], /not OCSP/],
  ["a refusal", () => [Buffer.from("30030a0106", "hex"), NOW], /status 6/],
];

for (const [what, make, why] of REFUSED) {
  test(`${what} is refused`, { skip }, () => {
    const [bytes, now] = make();
    const reading = readOcspResponse(bytes, asked(), now);
    assert.equal(reading.ok, false);
    assert.match(reading.ok ? "" : reading.why, why);
  });
}

test("a revoked certificate is told from a good one", { skip }, () => {
  const reading = readOcspResponse(answer({ revoked: [0x0123] }), asked(), NOW);
  assert.equal(reading.ok && reading.status, "revoked");
});

test("an answer in which any byte was changed is not taken for another good one", { skip }, () => {
  const good = answer({ good: [0x0123] });
  let refused = 0;
  for (let at = 0; at < good.byteLength; at += 3) {
    const changed = Uint8Array.from(good);
    changed[at] = (changed[at] ?? 0) ^ 0x11;
    const reading = readOcspResponse(changed, asked(), NOW);
    if (!reading.ok) refused += 1;
    else assert.deepEqual([reading.status, reading.nextUpdate - reading.thisUpdate], ["good", 60 * MINUTE]);
  }
  // What stands behind the signature, the signer's certificate above all, is not needed where the authority signs itself.
  assert.ok(refused > 60, String(refused));
});
