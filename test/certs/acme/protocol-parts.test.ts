import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { execFileSync } from "node:child_process";
import { describe, it } from "node:test";
import { readChain } from "../../../src/certs/acme/chain.ts";
import { makeCsr } from "../../../src/certs/acme/csr.ts";
import { tame } from "../../../src/certs/acme/fault.ts";
import { identifierOf, identifiersOf } from "../../../src/certs/acme/identifiers.ts";
import { linksOf } from "../../../src/certs/acme/link.ts";
import { createNonces } from "../../../src/certs/acme/nonces.ts";
import { finding, problemType, readProblem, refusal } from "../../../src/certs/acme/problem.ts";
import { readRetryAfter } from "../../../src/certs/acme/retry-after.ts";
import { TEST_CA } from "../../support/tls-material.ts";

const SECOND = 1000;
const DAY = 24 * 3600 * SECOND;
const WALL = Date.UTC(2026, 10, 22, 12, 0, 0);

describe("Retry-After", () => {
  const cases: readonly (readonly [text: string | null, ms: number | null])[] = [
    [null, null],
    ["", null],
    ["soon", null],
    ["-5", null],
    ["1.5", null],
    ["120", 120 * SECOND],
    [" 7 ", 7 * SECOND],
    ["0", SECOND],
    ["604800", 7 * DAY],
    ["604801", 7 * DAY],
    ["99999999999999999999999999", 7 * DAY],
    ["Sun, 22 Nov 2026 12:02:00 GMT", 120 * SECOND],
    ["Sun, 22 Nov 2026 11:00:00 GMT", SECOND],
    ["Fri, 31 Dec 2100 23:59:59 GMT", 7 * DAY],
    ["Sunday, 22-Nov-26 12:00:30 GMT", 30 * SECOND],
  ];
  for (const [text, ms] of cases) it(`'${text ?? "nothing"}' is ${ms ?? "nothing"}`, () => assert.equal(readRetryAfter(text, WALL), ms));
});

describe("a problem document", () => {
  const urn = (type: string): string => `urn:ietf:params:acme:error:${type}`;
  const cases: readonly (readonly [type: string | undefined, status: number, refused: string, found: string])[] = [
    [urn("rateLimited"), 429, "rate-limited", "rate-limited"],
    [urn("badCSR"), 400, "refused", "refused"],
    [urn("rejectedIdentifier"), 400, "refused", "refused"],
    [urn("unsupportedIdentifier"), 400, "refused", "refused"],
    [urn("externalAccountRequired"), 403, "refused", "refused"],
    [urn("userActionRequired"), 403, "refused", "refused"],
    [urn("invalidProfile"), 400, "refused", "refused"],
    [urn("caa"), 403, "refused", "refused"],
    [urn("unauthorized"), 403, "refused", "validation"],
    [urn("malformed"), 400, "refused", "validation"],
    [urn("malformed"), 404, "server", "validation"],
    [urn("dns"), 400, "validation", "validation"],
    [urn("connection"), 400, "validation", "validation"],
    [urn("tls"), 400, "validation", "validation"],
    [urn("incorrectResponse"), 403, "validation", "validation"],
    [urn("serverInternal"), 500, "server", "server"],
    [urn("accountDoesNotExist"), 400, "server", "server"],
    [urn("toString"), 400, "refused", "validation"],
    ["https://ca.example/problems/quota", 429, "rate-limited", "validation"],
    [undefined, 503, "server", "validation"],
    [undefined, 418, "refused", "validation"],
  ];
  for (const [type, status, refused, found] of cases) {
    it(`of type ${type ?? "nothing"} with ${status} is ${refused}, and ${found} where it was found`, () => {
      const problem = readProblem({ type, detail: "why" });
      assert.ok(problem !== null);
      assert.equal(refusal("doing", problem, status, null).fault.failure.kind, refused);
      assert.equal(finding("doing", problem).fault.failure.kind, found);
    });
  }

  it("with several parts is what the first of them is, and names them all", () => {
    const part = (type: string, value: string) => ({ type: urn(type), detail: "no", identifier: { type: "dns", value } });
    const problem = readProblem({ type: urn("compound"), detail: "several", subproblems: [part("dns", "a.example"), part("caa", "b.example")] });
    assert.ok(problem !== null);
    const { failure } = refusal("ordering", problem, 403, 5 * SECOND).fault;
    assert.deepEqual(failure, { kind: "validation", detail: "ordering: 403 compound: several ['a.example' dns: no; 'b.example' caa: no]", retryAfter: 5 * SECOND });
  });

  it("is read only where it is one, and its type only where it is the protocol's", () => {
    for (const value of [undefined, null, "text", 5, [], {}, { title: "x" }, { type: 5 }]) assert.equal(readProblem(value), null);
    assert.equal(problemType({ type: urn("dns") }), "dns");
    assert.equal(problemType({ type: "urn:other:dns" }), null);
    // A part that is odd does not hide the rest.
    assert.deepEqual(readProblem({ detail: "x", subproblems: "odd", instance: 5 }), { detail: "x", subproblems: undefined, instance: undefined });
  });

  it("stands on one line of bounded length in what people read", () => {
    assert.equal(tame("a\r\n\tb\u0000\u2028c\u202e"), "a b c");
    assert.equal(tame("x".repeat(5000)).length, 601);
  });
});

describe("Link fields", () => {
  const base = "https://ca.example/cert/1";
  const cases: readonly (readonly [fields: readonly string[], found: readonly string[]])[] = [
    [[], []],
    [['<https://ca.example/2>;rel="alternate"'], ["https://ca.example/2"]],
    [["</alt/1>; rel=alternate", '<dir>;rel="index"'], ["https://ca.example/alt/1"]],
    [['<a>;rel="index", <b>; title="x, y"; rel="up alternate", <c>;REL="Alternate"'], ["https://ca.example/cert/b", "https://ca.example/cert/c"]],
    [['<http://[>;rel="alternate"', "<a>", "rel=alternate"], []],
  ];
  for (const [fields, found] of cases) it(`${JSON.stringify(fields)} gives ${found.length}`, () => assert.deepEqual(linksOf(fields, "alternate", base), found));
});

describe("identifiers", () => {
  const cases: readonly (readonly [name: string, type: string, value: string])[] = [
    ["Gate.Example.COM.", "dns", "gate.example.com"],
    ["*.Example.com", "dns", "*.example.com"],
    ["bücher.example", "dns", "xn--bcher-kva.example"],
    ["*.bücher.example", "dns", "*.xn--bcher-kva.example"],
    ["192.0.2.1", "ip", "192.0.2.1"],
    ["2001:0DB8:0:0:0:0:0:1", "ip", "2001:db8::1"],
    ["[::1]", "ip", "::1"],
  ];
  for (const [name, type, value] of cases) it(`${name} is ${type} ${value}`, () => assert.deepEqual(identifierOf(name), { type, value }));

  it("stand once each", () => assert.deepEqual(identifiersOf(["a.example", "A.example.", "::1", "0::1"]).map(({ value }) => value), ["a.example", "::1"]));
});

describe("nonces", () => {
  it("are taken newest first, once each, at most sixteen, and only where they are some", () => {
    const nonces = createNonces();
    for (const nonce of [null, "", "a b", "ü", "x".repeat(1001)]) nonces.add(nonce);
    assert.equal(nonces.take(), null);
    for (let index = 1; index <= 20; index++) nonces.add(`n${index}`);
    const taken = Array.from({ length: 17 }, () => nonces.take());
    assert.deepEqual([taken[0], taken[15], taken[16]], ["n20", "n5", null]);
  });
});

describe("a chain", () => {
  it("is read from PEM with whatever stands between, and no more than ten", () => {
    assert.deepEqual(readChain(`text\n${TEST_CA}\nmore\n${TEST_CA}`)?.map(({ serialNumber }) => serialNumber), Array(2).fill(new X509Certificate(TEST_CA).serialNumber));
    assert.equal(readChain(TEST_CA.repeat(10))?.length, 10);
    for (const text of ["", TEST_CA.repeat(11), "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"]) assert.equal(readChain(text), null);
  });
});

describe("a request for a certificate", () => {
  const long = `${"a".repeat(60)}.example`;
  const cases = [
    { kind: "ecdsa-p256", names: [long, "gate.example", "*.gate.example", "192.0.2.7", "2001:db8::1"], subject: /Subject: CN ?= ?gate.example\n/, algorithm: "ecdsa-with-SHA256" },
    { kind: "ecdsa-p384", names: ["192.0.2.7"], subject: /Subject: ?\n/, algorithm: "ecdsa-with-SHA384" },
    { kind: "rsa-2048", names: ["gate.example"], subject: /Subject: CN ?= ?gate.example\n/, algorithm: "sha256WithRSAEncryption" },
  ] as const;
  for (const { kind, names, subject, algorithm } of cases) {
    it(`with ${kind} is one that OpenSSL verifies`, async () => {
      const { der } = await makeCsr(names, kind);
      const shown = execFileSync("openssl", ["req", "-inform", "der", "-noout", "-verify", "-text"], { input: der, encoding: "utf8", stdio: ["pipe", "pipe", "ignore"] });
      assert.match(shown, subject);
      assert.ok(shown.includes(`Signature Algorithm: ${algorithm}`));
      const alternatives = names.map((name) => (identifierOf(name).type === "ip" ? `IP Address:${name === "2001:db8::1" ? "2001:DB8:0:0:0:0:0:1" : name}` : `DNS:${name}`));
      assert.ok(shown.includes(alternatives.join(", ")), shown);
    });
  }
});
