import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { MOST_ITERATIONS } from "../../../src/certs/pkcs12/kdf.ts";
import { readPkcs12, type Pkcs12Reading } from "../../../src/certs/pkcs12/read-pkcs12.ts";
import { prove } from "../../../src/certs/prove.ts";
import { madeAuthority, madeLeaf, NOW, pairOf } from "../made-pair.ts";

const run = promisify(execFile);
const there = async (program: string, ...args: string[]): Promise<boolean> => run(program, args).then(() => true, () => false);
const hasOpenssl = await there("openssl", "version");
const hasKeytool = await there("keytool", "-help");
const folder = fs.mkdtempSync(join(tmpdir(), "taxgate-pkcs12-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const root = await madeAuthority("Root");
const middle = await madeAuthority("Middle", { by: root });
const leaf = await madeLeaf("gate.example", { by: middle });
const other = await madeLeaf("other.example");
const want: KeyPair = pairOf(leaf, middle);
const put = (name: string, text: string): string => {
  fs.writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const files = { leaf: put("leaf.pem", leaf.pem), key: put("leaf.key", leaf.keyPem), chain: put("chain.pem", root.pem + middle.pem), otherKey: put("other.key", other.keyPem) };
let made = 0;

/** A file as `openssl pkcs12 -export` writes it. */
async function exported(passphrase: string, ...args: string[]): Promise<Uint8Array> {
  const out = join(folder, `${++made}.p12`);
  await run("openssl", ["pkcs12", "-export", "-inkey", files.key, "-in", files.leaf, "-certfile", files.chain, "-passout", `pass:${passphrase}`, "-out", out, ...args]);
  return fs.readFileSync(out);
}

function why(reading: Pkcs12Reading): string {
  return reading.ok ? "read" : reading.why;
}

describe("files of OpenSSL", { skip: hasOpenssl ? false : "openssl is not installed" }, () => {
  const cases: Record<string, readonly string[]> = {
    "as it writes them today": [],
    "with AES of 128 bits": ["-keypbe", "AES-128-CBC", "-certpbe", "AES-128-CBC"],
    "with the MAC and derivation of SHA-512": ["-macalg", "SHA512"],
    "with the MAC of SHA-384": ["-macalg", "SHA384"],
    "with triple DES, as Windows writes them": ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "SHA1"],
    "with open certificates and an encrypted key": ["-certpbe", "NONE"],
    "without any encryption": ["-keypbe", "NONE", "-certpbe", "NONE"],
    "with few rounds": ["-iter", "1"],
    "without a MAC": ["-nomac"],
    "with a friendly name": ["-name", "Häuschen ✓"],
  };
  for (const [title, args] of Object.entries(cases)) {
    test(title, async () => {
      for (const passphrase of ["correct horse", "Ünï-₿ 密码", "x".repeat(200), ""]) {
        assert.deepEqual(readPkcs12(await exported(passphrase, ...args), passphrase), { ok: true, pair: want }, JSON.stringify(passphrase));
      }
      assert.equal(prove(want, { names: ["gate.example"], now: NOW }).ok, true);
    });
  }

  test("a wrong passphrase is told as such, with a MAC and without", async () => {
    for (const args of [[], ["-nomac"], ["-legacy", "-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"]]) {
      const file = await exported("right", ...args);
      for (const wrong of ["wrong", "", "right "]) assert.match(why(readPkcs12(file, wrong)), /^the passphrase is wrong, or the file is damaged$/);
    }
  });

  test("RC2, which OpenSSL gave up, is named with the command that converts", async () => {
    const file = await exported("right", "-legacy");
    assert.match(why(readPkcs12(file, "right")), /^encryption by RC2 of 40 bits is not read here: write the file anew by 'openssl pkcs12 -legacy -in FILE/);
    assert.match(why(readPkcs12(file, "wrong")), /passphrase is wrong/);
  });

  test("the conversion that is named makes a file that is read", async () => {
    const all = join(folder, "ALL.pem");
    const old = join(folder, "old.p12");
    fs.writeFileSync(old, await exported("right", "-legacy"));
    await run("openssl", ["pkcs12", "-legacy", "-in", old, "-nodes", "-out", all, "-passin", "pass:right"]);
    await run("openssl", ["pkcs12", "-export", "-in", all, "-out", join(folder, "new.p12"), "-passout", "pass:right"]);
    assert.deepEqual(readPkcs12(fs.readFileSync(join(folder, "new.p12")), "right"), { ok: true, pair: want });
  });

  test("what is missing in it is named", async () => {
    const out = join(folder, "part.p12");
    await run("openssl", ["pkcs12", "-export", "-nokeys", "-in", files.leaf, "-passout", "pass:x", "-out", out]);
    assert.match(why(readPkcs12(fs.readFileSync(out), "x")), /no private key in it/);
    await run("openssl", ["pkcs12", "-export", "-nocerts", "-inkey", files.otherKey, "-passout", "pass:x", "-out", out]);
    assert.match(why(readPkcs12(fs.readFileSync(out), "x")), /no certificate in it/);
  });

  test("a byte that is changed anywhere is noticed, and never makes a fault", async () => {
    const file = await exported("right", "-iter", "1", "-maciter");
    let read = 0;
    for (let at = 0; at < file.length; at += at < 120 ? 1 : 3) {
      const spoilt = Uint8Array.from(file);
      spoilt[at] = (spoilt[at] ?? 0) ^ 0x41;
      const reading = readPkcs12(spoilt, "right");
      if (!reading.ok) continue;
      read++;
      assert.deepEqual(reading.pair, want);
    }
    assert.ok(read < 20, `${read} changes went unnoticed`);
    for (const length of [0, 1, 10, 100, file.length - 1]) assert.equal(readPkcs12(file.subarray(0, length), "right").ok, false);
  });

  test("rounds without number are refused before they are counted", async () => {
    const file = Buffer.from(await exported("right", "-iter", "123456"));
    const written = Buffer.of(2, 3, 0x01, 0xe2, 0x40); // INTEGER 123456
    let places = 0;
    for (let at = file.indexOf(written); at >= 0; at = file.indexOf(written, at + 1)) {
      places++;
      file.set([2, 3, 0x7f, 0xff, 0xff], at);
      const began = performance.now();
      assert.match(why(readPkcs12(file, "right")), new RegExp(`asks for 8388607 rounds of key derivation, at most ${MOST_ITERATIONS}|passphrase is wrong`));
      assert.ok(performance.now() - began < 2000);
    }
    assert.ok(places >= 3, String(places));
    assert.match(why(readPkcs12(file, "right")), /8388607 rounds/);
  });
});

describe("files of Java's keytool", { skip: hasKeytool && hasOpenssl ? false : "keytool or openssl is not installed" }, () => {
  test("are read, with the key that it made itself", async () => {
    const out = join(folder, "java.p12");
    await run("keytool", ["-genkeypair", "-alias", "edge", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=java.example", "-ext", "SAN=dns:java.example", "-validity", "3", "-storetype", "PKCS12", "-keystore", out, "-storepass", "changeit", "-J-XX:TieredStopAtLevel=1"]);
    const reading = readPkcs12(fs.readFileSync(out), "changeit");
    assert.ok(reading.ok, why(reading));
    assert.equal(prove(reading.pair, { names: ["java.example"], now: Date.now() + 1000 }).ok, true);
    assert.match(why(readPkcs12(fs.readFileSync(out), "changeme")), /passphrase is wrong/);
    await run("keytool", ["-genkeypair", "-alias", "second", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=java2.example", "-storetype", "PKCS12", "-keystore", out, "-storepass", "changeit", "-J-XX:TieredStopAtLevel=1"]);
    assert.match(why(readPkcs12(fs.readFileSync(out), "changeit")), /there are 2 private keys in it/);
  });
});

for (const [title, bytes] of [["text", Buffer.from("hello")], ["a PEM file", Buffer.from(leaf.pem)], ["nothing", Buffer.alloc(0)], ["a certificate", Buffer.from(leaf.pem.split("\n").slice(1, -2).join(""), "base64")]] as const) {
  test(`${title} is no PKCS#12 file`, () => assert.equal(why(readPkcs12(bytes, "x")), "it is not a PKCS#12 file, or cut off"));
}
test("a file that is too large is not looked at", () => assert.match(why(readPkcs12(new Uint8Array(1024 * 1024 + 1), "x")), /larger than/));
