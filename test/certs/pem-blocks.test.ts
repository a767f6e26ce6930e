import assert from "node:assert/strict";
import { test } from "node:test";
import { allPemBlocks, isKeyLabel, pemBlocks, pemBytes, toPem } from "../../src/certs/pem-blocks.ts";

const BYTES = Uint8Array.from({ length: 100 }, (_, index) => index);
const one = toPem(BYTES);
const list = toPem(BYTES.subarray(0, 3), "X509 CRL");
const key = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAEC\n-----END RSA PRIVATE KEY-----\n";

test("what is written as a block is read again, in lines of at most 64 characters", () => {
  assert.deepEqual(new Uint8Array(pemBytes(one)), BYTES);
  assert.equal(one.split("\n").every((line) => line.length <= 64), true);
  assert.equal(list, "-----BEGIN X509 CRL-----\nAAEC\n-----END X509 CRL-----\n");
});

test("blocks are found in their order, with what stands in them and where they begin", () => {
  const text = `subject=x\n${one}${key}between - and --\n${list}`;
  assert.deepEqual(allPemBlocks(text).map(({ label, at }) => [label, text.slice(at, at + 10)]), [["CERTIFICATE", "-----BEGIN"], ["RSA PRIVATE KEY", "-----BEGIN"], ["X509 CRL", "-----BEGIN"]]);
  assert.deepEqual([pemBlocks(text, "CERTIFICATE"), pemBlocks(text, "RSA PRIVATE KEY"), pemBlocks(text, "X509")], [[one], [key], []]);
});

test("a block without its own end is passed over, and the one behind it is found", () => {
  const cut = one.slice(0, 80);
  for (const text of [cut, `${cut}\n-----END X509 CRL-----\n`, one.replaceAll("-----BEGIN", "----BEGIN"), ""]) assert.deepEqual(allPemBlocks(text), []);
  assert.deepEqual(pemBlocks(`${cut}\n${one}`, "CERTIFICATE"), [one]);
  assert.deepEqual(allPemBlocks(`${cut}\n${list}`).map(({ label }) => label), ["X509 CRL"]);
});

test("texts made to be slow are read in time in step with their length", () => {
  for (const text of ["-----BEGIN A-----".repeat(20_000), `-----BEGIN A-----${"-a".repeat(200_000)}`, `-----BEGIN A-----${"-----END B-----".repeat(20_000)}`]) {
    const since = process.hrtime.bigint();
    assert.deepEqual(allPemBlocks(text), []);
    assert.ok(process.hrtime.bigint() - since < 2_000_000_000n, text.slice(0, 30));
  }
});

test("keys are known by their labels, and so is the curve before one", () => {
  assert.deepEqual(["PRIVATE KEY", "EC PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "EC PARAMETERS", "CERTIFICATE", "PUBLIC KEY"].map(isKeyLabel), [true, true, true, true, false, false]);
});
