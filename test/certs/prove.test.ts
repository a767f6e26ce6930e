import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { describe, test } from "node:test";
import { covers } from "../../src/certs/covers.ts";
import type { KeyPair } from "../../src/certs/key-pair.ts";
import { prove, type PairFault } from "../../src/certs/prove.ts";
import { succession } from "../../src/certs/succession.ts";
import { weaknessesOf } from "../../src/certs/weaknesses.ts";
import { DAY, madeAuthority, madeKey, madeLeaf, NOW, pairOf } from "./made-pair.ts";

const root = await madeAuthority("Root");
const middle = await madeAuthority("Middle", { by: root });
const stale = await madeAuthority("Stale", { by: root, notAfter: NOW - DAY });
const early = await madeAuthority("Early", { by: root, notBefore: NOW + DAY });
const imposter = await madeAuthority("Middle");
const plain = await madeLeaf("Plain", { by: root });
const leaf = await madeLeaf("gate.example", { by: middle, names: ["gate.example", "*.wild.example", "2001:db8::1"] });
const own = await madeLeaf("own.example");
const expired = await madeLeaf("old.example", { notAfter: NOW - 1000 });
const future = await madeLeaf("new.example", { notBefore: NOW + 1000 });
const staleLeaf = await madeLeaf("a.example", { by: stale });
const earlyLeaf = await madeLeaf("a.example", { by: early });
const plainLeaf = await madeLeaf("a.example", { by: plain });
const good = pairOf(leaf, middle, root);
const shortKey = generateKeyPairSync("rsa", { modulusLength: 1024 });
const shortLeaf = await madeLeaf("short.example", { by: root, key: shortKey });
const encrypted = leaf.key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
const oldEncrypted = `-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END EC PRIVATE KEY-----\n`;

describe("a pair that serves", () => {
  const cases: Record<string, readonly [KeyPair, readonly string[]]> = {
    "with its whole chain": [good, ["gate.example", "GATE.example", "x.wild.example", "*.wild.example", "2001:DB8:0::1"]],
    "without the root": [pairOf(leaf, middle), []],
    "alone": [pairOf(leaf), []],
    "signed by itself": [pairOf(own), ["own.example"]],
    "with words between the blocks": [{ cert: `subject=x\n${leaf.pem}\nissuer: y\n${middle.pem}`, key: `Bag Attributes\n${leaf.keyPem}` }, []],
    "with lines that end as on Windows": [{ cert: good.cert.replaceAll("\n", "\r\n"), key: good.key.replaceAll("\n", "\r\n") }, []],
    "with the curve before its key": [{ cert: leaf.pem, key: `-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n${leaf.key.export({ type: "sec1", format: "pem" })}` }, []],
  };
  for (const [title, [pair, names]] of Object.entries(cases)) test(title, () => assert.equal(prove(pair, { names, now: NOW }).ok, true));
});

describe("a pair that does not serve is told by its first fault", () => {
  const many = Array.from({ length: 11 }, () => root.pem).join("");
  const cases: Record<string, readonly [KeyPair, PairFault, RegExp, (readonly string[])?]> = {
    "nothing at all": [{ cert: "", key: "" }, "unreadable", /no certificate in it/],
    "no key": [{ cert: leaf.pem, key: "" }, "unreadable", /no private key in it/],
    "a certificate that is cut off": [{ cert: leaf.pem.slice(0, 200), key: leaf.keyPem }, "unreadable", /certificate is cut off/],
    "a chain that is cut off": [{ cert: good.cert.slice(0, -100), key: leaf.keyPem }, "unreadable", /cut off/],
    "an intermediate of zeros": [{ cert: `${leaf.pem}-----BEGIN CERTIFICATE-----\n${"A".repeat(64)}\n-----END CERTIFICATE-----\n`, key: leaf.keyPem }, "unreadable", /certificate 2 is damaged/],
    "a key that is cut off": [{ cert: leaf.pem, key: leaf.keyPem.slice(0, 100) }, "unreadable", /key is cut off/],
    "a damaged key": [{ cert: leaf.pem, key: "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n" }, "unreadable", /key is damaged/],
    "an encrypted key": [{ cert: leaf.pem, key: encrypted }, "unreadable", /key is encrypted: .*openssl pkey/],
    "an encrypted key of the older form": [{ cert: leaf.pem, key: oldEncrypted }, "unreadable", /key is encrypted/],
    "more certificates than a chain has": [{ cert: many, key: leaf.keyPem }, "unreadable", /11 certificates/],
    "another's key": [{ cert: leaf.pem, key: own.keyPem }, "wrong-key", /does not belong/],
    "the issuer first": [{ cert: middle.pem + leaf.pem, key: leaf.keyPem }, "wrong-key", /belongs to certificate 2 .*must stand first/],
    "a key that is too short": [pairOf(shortLeaf), "unusable", /too small/],
    "a missing name": [good, "names-missing", /"no\.example", only for gate\.example, /, ["gate.example", "no.example"]],
    "a name two labels below the wildcard": [good, "names-missing", /x\.y\.wild/, ["x.y.wild.example"]],
    "the wildcard's own domain": [good, "names-missing", /"wild\.example"/, ["wild.example"]],
    "another address": [good, "names-missing", /2001:db8::2/, ["2001:db8::2"]],
    "a time to come": [pairOf(future), "not-yet-valid", /valid from 2026-11-22T00:00:01Z, and here it is 2026-11-22T00:00:00Z: .*clock/],
    "a time gone by": [pairOf(expired), "expired", /ran out on 2026-11-21T23:59:59Z/],
    "an intermediate left out": [pairOf(leaf, root), "chain-broken", /'CN=gate.example' was not issued by 'CN=Root'/],
    "an intermediate of that name with another key": [pairOf(leaf, imposter), "chain-broken", /'CN=gate.example' was not issued by 'CN=Middle'/],
    "the order turned round": [pairOf(leaf, root, middle), "chain-broken", /issued by 'CN=Root'/],
    "the leaf twice": [pairOf(leaf, leaf, middle), "chain-broken", /issued by 'CN=gate.example'/],
    "an issuer that is no authority": [pairOf(plainLeaf, plain, root), "chain-broken", /issued by 'CN=Plain'/],
    "an intermediate that ran out": [pairOf(staleLeaf, stale, root), "chain-expired", /'CN=Stale' ran out on 2026-11-21T00:00:00Z/],
    "an intermediate of the future": [pairOf(earlyLeaf, early), "chain-expired", /'CN=Early' is valid from 2026-11-23/],
  };
  for (const [title, [pair, fault, why, names = []]] of Object.entries(cases)) {
    test(title, () => {
      const proof = prove(pair, { names, now: NOW });
      assert.equal(proof.ok ? "none" : proof.fault, fault);
      assert.match(proof.ok ? "" : proof.why, why);
    });
  }
  test("what is said of a secret never holds it", () => {
    for (const key of [encrypted, leaf.keyPem.slice(0, 150), leaf.keyPem.replace(/[A-Za-z]{3}/, "!!!")]) {
      const proof = prove({ cert: leaf.pem, key }, { names: [], now: NOW });
      assert.equal(JSON.stringify(proof).includes(key.split("\n")[1]?.slice(0, 12) as string), false);
    }
  });
});

test("a pair is judged at its last second, and not one later", () => {
  const { notAfter } = (prove(good, { names: [], now: NOW }) as { leaf: { notAfter: number } }).leaf;
  assert.deepEqual([0, 1].map((late) => prove(good, { names: [], now: notAfter + late }).ok), [true, false]);
});

test("an address is no host name, and the other way round", () => {
  assert.deepEqual([covers(["10.0.0.1"], "10.0.0.1"), covers(["*.0.0.1"], "10.0.0.1"), covers(["gate.example"], "10.0.0.1"), covers(["xn--mnchen-3ya.example"], "münchen.example")], [true, false, false, true]);
});

test("what clients may object to is named", async () => {
  const client = await madeLeaf("c.example", { purpose: "clientAuth" });
  const none = await madeAuthority("no names");
  assert.deepEqual([own, client, { pem: shortLeaf.pem + root.pem }, none].map(({ pem }) => weaknessesOf(pem, "serving").join()), ["", "it was not made for servers (extended key usage), and clients will refuse it", "its RSA key has 1024 bits, which many others refuse", "it has no subject alternative names, and clients look at nothing else"]);
  assert.deepEqual([client, none].flatMap(({ pem }) => weaknessesOf(pem, "unknown")), []);
  assert.deepEqual(weaknessesOf(good.cert, "unknown"), []);
  assert.match(weaknessesOf(shortLeaf.pem, "unknown").join(), /it stands alone, without its issuer 'CN=root'/i);
});

describe("the old pair is kept until the new one has proven itself", () => {
  const next = pairOf(own);
  const cases: Record<string, readonly [KeyPair, KeyPair | null, KeyPair, RegExp]> = {
    "a good one follows": [next, good, next, /^$/],
    "one that is not valid yet waits": [pairOf(future), good, good, /valid from/],
    "one that has run out is not taken": [pairOf(expired), good, good, /ran out/],
    "one with a broken chain is not taken": [pairOf(leaf, root), next, next, /not issued by/],
    "a bad one follows where the old one is as bad": [pairOf(expired), pairOf(expired), pairOf(expired), /^$/],
    "the first one is taken as it is": [pairOf(expired), null, pairOf(expired), /^$/],
  };
  for (const [title, [after, before, want, why]] of Object.entries(cases)) {
    test(title, () => {
      const { pair, kept } = succession(after, before, NOW);
      assert.deepEqual(pair, want);
      assert.match(kept ?? "", why);
    });
  }
});

test("keys of every kind that is made here prove", async () => {
  for (const key of [madeKey(), generateKeyPairSync("ec", { namedCurve: "secp384r1" }), generateKeyPairSync("rsa", { modulusLength: 2048 })]) {
    assert.equal(prove(pairOf(await madeLeaf("k.example", { key })), { names: ["k.example"], now: NOW }).ok, true);
  }
});
