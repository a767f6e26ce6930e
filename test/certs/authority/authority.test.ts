import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { chownSync, readdirSync, readFileSync, statSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { promisify } from "node:util";
import { readLeaf } from "../../../src/certs/leaf.ts";
import { authorityCertificates, prepareSuccessor, switchToSuccessor } from "../../../src/certs/authority/successor.ts";
import { DAY, HOSTS, scratch } from "./scratch.ts";

/** The certificate behind a leaf. */
function second(chain: string): string {
  return chain.slice(chain.indexOf("-----END CERTIFICATE-----\n") + 26);
}

describe("what it makes", () => {
  test("a certificate for a listed host, with a key of its own, from a day ago to its end", async (t) => {
    const { open, clock } = scratch(t);
    const authority = await open();
    const pair = await authority.mint("API.tax.example.");
    assert.ok(pair !== null);
    const [leaf, above, root] = [new X509Certificate(pair.cert), new X509Certificate(second(pair.cert)), new X509Certificate(authority.cert())];
    assert.ok(above.verify(root.publicKey) && above.checkIssued(root) && root.verify(root.publicKey));
    assert.ok(leaf.verify(above.publicKey) && leaf.checkIssued(above) && leaf.checkPrivateKey(createPrivateKey(pair.key)));
    assert.ok(!above.checkPrivateKey(createPrivateKey(pair.key)));
    assert.deepEqual(readLeaf(pair.cert)?.names, ["api.tax.example"]);
    assert.deepEqual([leaf.validFromDate.getTime(), leaf.validToDate.getTime()], [clock.wall() - DAY, clock.wall() + 30 * DAY]);
    assert.notEqual((await authority.mint("a.gov.example"))?.key, pair.key);
  });

  for (const host of ["other.example", "x.api.tax.example", "gov.example", "a.b.gov.example", "*.gov.example", "10.1.2.4", "tax.example", "", "a gov.example", "api.tax.example\u0000.evil", "api.tax.example,DNS:evil.example"]) {
    test(`nothing for ${JSON.stringify(host)}`, async (t) => assert.equal(await (await scratch(t).open()).mint(host), null));
  }

  test("a listed host that its own certificate does not permit gets nothing, and is named", async (t) => {
    const { open } = scratch(t);
    await open();
    const later = await open({ hosts: [...HOSTS, "api.bank.example", "*.bank.example"] });
    assert.equal(await later.mint("api.bank.example"), null);
    assert.deepEqual(later.view().uncovered, ["api.bank.example", "*.bank.example"]);
    assert.deepEqual(later.view().permitted, ["10.1.2.3", "api.tax.example", "gov.example"]);
  });

  test("what is kept for a host is not given any more once the host is not listed", async (t) => {
    const authority = await scratch(t).open();
    assert.ok((await authority.mint("api.tax.example")) !== null);
    authority.configure(["*.gov.example"]);
    assert.equal(await authority.mint("api.tax.example"), null);
  });
});

describe("what it keeps", () => {
  test("one certificate a host until two thirds of its life, then another", async (t) => {
    const { open, clock } = scratch(t);
    const authority = await open();
    const first = await authority.mint("api.tax.example");
    clock.advance(20 * DAY - 1000);
    assert.equal(await authority.mint("api.tax.example"), first);
    clock.advance(1000);
    const second = await authority.mint("api.tax.example");
    assert.notEqual(second, first);
    assert.equal(readLeaf(second?.cert ?? "")?.notAfter, clock.wall() + 30 * DAY);
  });

  test("requests at the same time for one host get the same certificate", async (t) => {
    const authority = await scratch(t).open();
    const pairs = await Promise.all(Array.from({ length: 20 }, () => authority.mint("api.tax.example")));
    assert.equal(new Set(pairs).size, 1);
  });

  test("a clock that is set back beyond a certificate's beginning gets another one", async (t) => {
    const { open, clock } = scratch(t);
    clock.advance(100 * DAY);
    const authority = await open();
    clock.advance(10 * DAY);
    const first = await authority.mint("api.tax.example");
    clock.stepWall(-2 * DAY);
    const second = await authority.mint("api.tax.example");
    assert.notEqual(second, first);
    assert.ok((readLeaf(second?.cert ?? "")?.notBefore ?? Infinity) <= clock.wall());
  });

  test("no certificate outlives its authority or begins before it, and after its end there is none", async (t) => {
    const { open, clock } = scratch(t);
    const authority = await open({ options: { lifetime: 40 * DAY } });
    const { notBefore, notAfter } = authority.view().certificate.leaf;
    assert.equal(readLeaf((await authority.mint("a.gov.example"))?.cert ?? "")?.notBefore, notBefore);
    assert.equal(authority.view().state, "good");
    clock.advance(39 * DAY);
    assert.equal(readLeaf((await authority.mint("b.gov.example"))?.cert ?? "")?.notAfter, notAfter);
    assert.equal(authority.view().state, "ending");
    clock.advance(DAY);
    assert.equal(await authority.mint("b.gov.example"), null);
    assert.equal(await authority.mint("a.gov.example"), null);
    assert.equal(authority.view().state, "ended");
  });
});

describe("its files", () => {
  test("are for their owner alone, and hold the key sealed", async (t) => {
    const { open, directory } = scratch(t);
    const authority = await open();
    assert.deepEqual(readdirSync(directory).toSorted(), ["authority.pem", "passphrase"]);
    for (const name of readdirSync(directory)) assert.equal(statSync(join(directory, name)).mode & 0o777, 0o600);
    assert.equal(statSync(directory).mode & 0o777, 0o700);
    assert.doesNotMatch(readFileSync(join(directory, "authority.pem"), "utf8"), /PRIVATE KEY/);
    assert.equal((await open()).cert(), authority.cert());
  });

  test("hold no passphrase where the configuration has it", async (t) => {
    const { open, directory } = scratch(t);
    await open({ options: { passphrase: "correct horse battery" } });
    assert.deepEqual(readdirSync(directory), ["authority.pem"]);
    await open({ options: { passphrase: "correct horse battery" } });
  });

  const file = (directory: string): string => join(directory, "authority.pem");
  for (const [name, harm, options, message] of [
    ["cut off", (directory: string) => writeFileSync(file(directory), readFileSync(file(directory)).subarray(0, -40)), {}, /does not hold an authority's certificates with its sealed key; it is never replaced by itself/],
    ["empty", (directory: string) => writeFileSync(file(directory), ""), {}, /does not hold/],
    ["of a certificate that is no authority", (directory: string) => writeFileSync(file(directory), readFileSync("test/support/tls/localhost.pem", "utf8") + readFileSync(file(directory), "utf8").slice(readFileSync(file(directory), "utf8").indexOf("-----BEGIN TAXGATE"))), {}, /does not hold/],
    ["of another key", (directory: string) => writeFileSync(file(directory), readFileSync(file(directory), "utf8").replace(/(SEALED KEY-----\n.{60})..../, "$1AAAA")), {}, /the passphrase is not the one that it was sealed with, or the file was changed/],
    ["opened with a wrong passphrase", (directory: string) => unlinkSync(join(directory, "passphrase")), { passphrase: "another passphrase" }, /the passphrase is not the one/],
    ["opened with none", (directory: string) => unlinkSync(join(directory, "passphrase")), {}, /there is no passphrase; put 'passphrase' back/],
    ["opened with a new one while its own lies beside it", () => undefined, { passphrase: "another passphrase" }, /take 'passphrase' out of the configuration/],
    ["beside an empty passphrase", (directory: string) => writeFileSync(join(directory, "passphrase"), "\n"), {}, /holds no passphrase/],
  ] as const) {
    test(`an authority ${name} is refused with the reason, and left as it is`, async (t) => {
      const { open, directory } = scratch(t);
      await open();
      harm(directory);
      const before = readFileSync(file(directory));
      await assert.rejects(open({ options }), (fault: Error) => fault.constructor.name === "OperatorError" && message.test(fault.message));
      assert.deepEqual(readFileSync(file(directory)), before);
    });
  }

  test("are not made without names, nor by a clock that cannot be right", async (t) => {
    const { open, clock } = scratch(t);
    await assert.rejects(open({ hosts: [] }), /no names to make certificates for/);
    clock.stepWall(-clock.wall() + DAY);
    await assert.rejects(open(), /the system's clock says 1970-01-02T00:00:00Z, which cannot be/);
  });
});

describe("its successor", () => {
  test("is exported at once, used after the switch and a reload, and the former one is still exported", async (t) => {
    const { open, directory, options, clock } = scratch(t);
    const authority = await open();
    const place = { name: "local", options, hosts: HOSTS, directory, now: clock.wall() };
    const first = authority.cert();
    const kept = await authority.mint("api.tax.example");
    const next = await prepareSuccessor(place);
    assert.notEqual(next.leaf.subject, readLeaf(first)?.subject);
    assert.deepEqual(await authority.reload(), { ok: true, changed: false });
    const before = authorityCertificates(directory, clock.wall());
    assert.deepEqual([before.current?.pem, before.next?.pem, before.former], [first, next.pem, null]);
    await assert.rejects(prepareSuccessor(place), /there is one already/);
    assert.equal(switchToSuccessor(place).pem, next.pem);
    const after = authorityCertificates(directory, clock.wall());
    assert.deepEqual([after.current?.pem, after.next, after.former?.pem], [next.pem, null, first]);
    assert.equal(await authority.mint("api.tax.example"), kept);
    assert.deepEqual(await authority.reload(), { ok: true, changed: true });
    const minted = await authority.mint("api.tax.example");
    assert.ok(new X509Certificate(second(minted?.cert ?? "")).verify(new X509Certificate(next.pem).publicKey));
    assert.throws(() => switchToSuccessor(place), /there is no successor/);
    assert.equal(authorityCertificates(directory, clock.wall() + 11 * 366 * DAY).former, null);
  });

  test("is there after a switch that was cut off between its steps", async (t) => {
    const { open, directory, options, clock } = scratch(t);
    const first = (await open()).cert();
    const place = { name: "local", options, hosts: HOSTS, directory, now: clock.wall() };
    const next = await prepareSuccessor(place);
    const draft = readFileSync(join(directory, "next.pem"));
    switchToSuccessor(place);
    writeFileSync(join(directory, "next.pem"), draft);
    assert.equal(authorityCertificates(directory, clock.wall()).next, null);
    switchToSuccessor(place);
    const { current, former } = authorityCertificates(directory, clock.wall());
    assert.deepEqual([current?.pem, former?.pem], [next.pem, first]);
  });

  test("a reload that finds something broken, or nothing, changes nothing and says why", async (t) => {
    const { open, directory } = scratch(t);
    const authority = await open();
    const pair = await authority.mint("api.tax.example");
    writeFileSync(join(directory, "authority.pem"), "half");
    assert.match(JSON.stringify(await authority.reload()), /never replaced/);
    unlinkSync(join(directory, "authority.pem"));
    assert.match(JSON.stringify(await authority.reload()), /its file is gone/);
    assert.equal(await authority.mint("api.tax.example"), pair);
  });
});

test("a file that root has left behind is named with its owner and with what to do", { skip: process.getuid?.() === 0 ? false : "only root has files of other users" }, async (t) => {
  const { open, directory } = scratch(t);
  await open();
  for (const path of [join(directory, "../.."), join(directory, ".."), directory, join(directory, "passphrase")]) chownSync(path, 65534, 65534);
  const module = (name: string): string => JSON.stringify(join(import.meta.dirname, "../../../src/certs", name));
  const script = `process.setgid(65534); process.setuid(65534);
    const [{ openStored }, { authorityOf }] = await Promise.all([import(${module("authority/open-files.ts")}), import(${module("options.ts")})]);
    try { openStored({ name: "local", options: authorityOf({ authority: true }), directory: ${JSON.stringify(directory)} }); } catch (fault) { console.log(fault.message); }`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  assert.match(stdout, /^reading authority 'local' in '.*authority\.pem': it belongs to root, and this process is (\w+): 'chown -R \1 .*\/authorities\/local'\n$/);
});
