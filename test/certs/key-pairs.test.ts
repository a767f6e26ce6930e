import assert from "node:assert/strict";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { inspectKeyPairs, readKeyPair, readPem } from "../../src/certs/key-pairs.ts";
import type { CertificateOptions } from "../../src/certs/options.ts";
import { pemBytes, toPem } from "../../src/certs/pem-blocks.ts";
import { DAY, madeAuthority, madeLeaf, NOW, pairOf, type Made } from "./made-pair.ts";

const root = await madeAuthority("Root");
const stale = await madeAuthority("Stale", { by: root, notAfter: NOW - DAY });
const good = await madeLeaf("good.example", { by: root });
const other = await madeLeaf("other.example");
const expired = await madeLeaf("old.example", { notAfter: NOW - DAY });
const future = await madeLeaf("new.example", { notBefore: NOW + DAY });
const staleLeaf = await madeLeaf("stale.example", { by: stale });

const folder = fs.mkdtempSync(join(tmpdir(), "taxgate-key-pairs-"));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

function written(cert: string, key: string, mode = 0o600): Record<string, CertificateOptions> {
  const files = { cert: join(folder, "edge.pem"), key: join(folder, "edge.key") };
  fs.writeFileSync(files.cert, cert);
  fs.writeFileSync(files.key, key);
  fs.chmodSync(files.key, mode);
  return { edge: { files }, local: { authority: true } };
}

describe("a pair that can be used is read, and what is doubtful is said of its file", () => {
  const cases: Record<string, readonly [Made, readonly Made[], number, string, RegExp | null]> = {
    "nothing doubtful": [good, [root], 0o600, "", null],
    "a group that may read the key": [good, [root], 0o640, "", null],
    "everybody may read the key": [good, [root], 0o644, "edge.key", /every user .*chmod o-r/],
    "without its chain": [good, [], 0o600, "edge.pem", /^it stands alone, without its issuer 'CN=Root'.*put the intermediates behind it/],
    "run out": [expired, [], 0o600, "edge.pem", /ran out on 2026-11-21/],
    "not valid yet": [future, [], 0o600, "edge.pem", /valid from 2026-11-23.*clock/],
    "an intermediate that ran out": [staleLeaf, [stale], 0o600, "edge.pem", /intermediate certificate 'CN=Stale' ran out/],
    "an intermediate that does not belong": [good, [stale], 0o600, "edge.pem", /not issued by 'CN=Stale'/],
  };
  for (const [title, [leaf, chain, mode, file, why]] of Object.entries(cases)) {
    test(title, () => {
      const pair = pairOf(leaf, ...chain);
      const { pairs, warnings } = inspectKeyPairs(written(pair.cert, pair.key, mode), NOW);
      assert.deepEqual([...pairs], [["edge", pair]]);
      assert.equal(warnings.length, why === null ? 0 : 1);
      if (why === null) return;
      assert.deepEqual([warnings[0]?.name, warnings[0]?.file], ["edge", join(folder, file)]);
      assert.match(warnings[0]?.message ?? "", why);
      assert.deepEqual(readKeyPair("edge", { cert: join(folder, "edge.pem"), key: join(folder, "edge.key") }), pair);
    });
  }
});

describe("a pair that cannot be used is refused by the names of certificate and file", () => {
  const encrypted = good.key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
  const cases: Record<string, readonly [string, string, RegExp]> = {
    "another's key": [good.pem, other.keyPem, /^certificates\.edge: reading '.*edge\.pem' with '.*edge\.key': the key does not belong to the certificate$/],
    "an encrypted key": [good.pem, encrypted, /^certificates\.edge: reading '.*edge\.key': the key is encrypted: .*openssl pkey/],
    "a key that is cut off": [good.pem, good.keyPem.slice(0, 90), /'.*edge\.key': the key is cut off/],
    "no certificate": ["hello", good.keyPem, /'.*edge\.pem' with '.*edge\.key': there is no certificate in it/],
    "the two exchanged": [good.keyPem, good.pem, /there is no certificate in it/],
  };
  for (const [title, [cert, key, why]] of Object.entries(cases)) {
    test(title, () => {
      const options = written(cert, key);
      assert.throws(() => inspectKeyPairs(options, NOW), (fault) => fault instanceof OperatorError && why.test(fault.message) && !fault.message.includes("MIG"));
    });
  }
  for (const [title, made, why] of [
    ["a certificate", good.pem, /reading '.*edge\.pem': it is no PEM file: it holds a certificate in DER, and 'openssl x509 -inform DER -in FILE -out NEWFILE' makes PEM of it$/],
    ["a key", good.keyPem, /it holds a key in DER, and 'openssl pkey -inform DER/],
    ["PKCS#12, or something else,", toPem(Buffer.alloc(200, "x"), "X"), /it holds DER; where it is PKCS#12/],
  ] as const) {
    test(`${title} in DER`, () => {
      const files = written(good.pem, good.keyPem)["edge"]?.files ?? assert.fail();
      const bytes = pemBytes(made);
      fs.writeFileSync(files.cert, title.startsWith("PKCS") ? Buffer.concat([Buffer.from([0x30, 0x81, 200]), bytes]) : bytes);
      assert.throws(() => readKeyPair("edge", files), (fault) => fault instanceof OperatorError && why.test(fault.message));
    });
  }
  test("a passphrase that begins as DER does is text all the same", () => {
    fs.writeFileSync(join(folder, "passphrase"), "0penSesame");
    assert.equal(readPem(join(folder, "passphrase")), "0penSesame");
  });
  test("a file that is not there", () => {
    assert.throws(() => readKeyPair("edge", { cert: join(folder, "none"), key: join(folder, "none") }), /reading '.*none': no such file/);
  });
});
