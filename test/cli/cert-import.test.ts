import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { importCertificate } from "../../src/cli/import-certificate.ts";
import type { World } from "../../src/cli/world.ts";
import { DAY, madeAuthority, madeLeaf, NOW, pairOf, type Made } from "../certs/made-pair.ts";
import { run, type Said } from "./console.ts";

const root = await madeAuthority("Root");
const stale = await madeAuthority("Stale", { by: root, notAfter: NOW - DAY });
const old = await madeLeaf("old", { by: root, names: ["a.example", "b.example"] });
const next = await madeLeaf("next", { by: root, names: ["*.example", "c.test"], notAfter: NOW + 20 * DAY });
const same = await madeLeaf("same", { by: root, names: ["a.example", "b.example"], notAfter: NOW + 20 * DAY });
const fewer = await madeLeaf("fewer", { names: ["a.example"], notAfter: NOW + 20 * DAY });
const sooner = await madeLeaf("sooner", { names: ["a.example", "b.example"], notAfter: NOW + 5 * DAY });
const expired = await madeLeaf("expired", { names: ["a.example", "b.example"], notAfter: NOW - DAY });
const future = await madeLeaf("future", { notBefore: NOW + DAY, notAfter: NOW + 20 * DAY });
const staleLeaf = await madeLeaf("stale leaf", { by: stale });

const CONFIG = `version: 1
regions: { main: { endpoints: [{ url: https://tax.example }], upstream: { tls: { clientCertificate: bank } } } }
certificates:
  bank: { files: { cert: ./bank.pem, key: ./bank.key } }
  joint: { files: { cert: ./joint.pem, key: ./joint.pem } }
  edge: { acme: { directory: letsencrypt, domains: [gate.example] } }
  local: { authority: true }
`;

interface Place {
  readonly path: string;
  read(name: string): string | null;
  write(name: string, text: string): void;
  /** Runs `cert import` with the real work at NOW; `{x}` in the line is a file of the place. */
  cert(line: string): Promise<Said>;
}

function place(t: TestContext): Place {
  const path = fs.mkdtempSync(join(tmpdir(), "taxgate-import-"));
  t.after(() => fs.rmSync(path, { recursive: true, force: true }));
  const write = (name: string, text: string): void => fs.writeFileSync(join(path, name), text, { mode: 0o600 });
  write("taxgate.yaml", CONFIG);
  write("bank.pem", old.pem);
  write("bank.key", old.keyPem);
  write("joint.pem", old.pem + old.keyPem);
  write("new.pem", next.pem + root.pem);
  write("new.key", next.keyPem);
  const importing: World["importCertificate"] = (asked, env) => importCertificate(asked, env, manualClock(NOW));
  return {
    path,
    write,
    read: (name) => (fs.existsSync(join(path, name)) ? fs.readFileSync(join(path, name), "utf8") : null),
    async cert(line) {
      const said = await run(["cert", "import", ...line.split(" ").map((word) => word.replace(/^\{(.+)\}$/, (_, name: string) => join(path, name))), join(path, "taxgate.yaml")], { importCertificate: importing });
      return { ...said, out: said.out.replaceAll(path, "."), err: said.err.replaceAll(path, ".") };
    },
  };
}

const NEW = "--cert {new.pem} --key {new.key}";

function offer(at: Place, leaf: Made, ...chain: readonly Made[]): void {
  const pair = pairOf(leaf, ...chain);
  at.write("new.pem", pair.cert);
  at.write("new.key", pair.key);
}

test("the old one and the new one are shown beside each other, and both files are replaced", async (t) => {
  const at = place(t);
  const { code, out, err } = await at.cert(`bank ${NEW}`);
  assert.deepEqual([code, err], [0, ""]);
  assert.deepEqual(out.split("\n").map((line) => line.replace(/[0-9a-f]{16}/g, "HASH")), [
    "             in the files          new",
    "subject      CN=old                CN=next",
    "names        a.example b.example   *.example c.test",
    "issuer       CN=Root               CN=Root",
    "valid from   2026-11-12T00:00:00Z  2026-11-12T00:00:00Z",
    "valid until  2026-12-02T00:00:00Z  2026-12-12T00:00:00Z",
    "fingerprint  HASH      HASH",
    "chain        none                  CN=Root",
    "written to './bank.pem' and './bank.key'; what stood there is beside, as *.previous. A running Taxgate takes it up within seconds, and its log says so or why not",
    "",
  ]);
  assert.deepEqual(["bank.pem", "bank.key", "bank.pem.previous", "bank.key.previous"].map(at.read), [next.pem + root.pem, next.keyPem, old.pem, old.keyPem]);
  assert.deepEqual(["bank.key", "bank.key.previous", "bank.pem.previous"].map((name) => (fs.statSync(join(at.path, name)).mode & 0o777).toString(8)), ["600", "600", "600"]);
});

test("certificate and key in one file are replaced as one file", async (t) => {
  const at = place(t);
  assert.equal((await at.cert(`joint ${NEW}`)).code, 0);
  assert.deepEqual([at.read("joint.pem"), at.read("joint.pem.previous")], [next.pem + root.pem + next.keyPem, old.pem + old.keyPem]);
});

test("what is there already is not written again", async (t) => {
  const at = place(t);
  offer(at, old);
  const { code, out } = await at.cert(`bank ${NEW}`);
  assert.deepEqual([code, at.read("bank.pem.previous")], [0, null]);
  assert.match(out, /hold just this already; nothing was changed/);
});

test("a dry run shows all and writes nothing", async (t) => {
  const at = place(t);
  const { code, out } = await at.cert(`bank ${NEW} --dry-run`);
  assert.deepEqual([code, at.read("bank.pem"), at.read("bank.pem.previous")], [0, old.pem, null]);
  assert.match(out, /CN=next[\s\S]*a dry run: '\.\/bank\.pem' and '\.\/bank\.key' would be replaced/);
});

for (const [title, leaf, why] of [
  ["is for fewer names", fewer, /it is not for 'b\.example', which the one in the files is for/],
  ["lacks the chain that the old one has", same, /it comes without its chain, and the one in the files, from the same issuer, has it: 'CN=Root'/],
  ["runs out sooner", sooner, /it runs out on 2026-11-27T00:00:00Z, sooner than the one in the files \(2026-12-02T00:00:00Z\)/],
] as const) {
  test(`one that ${title} wants --force`, async (t) => {
    const at = place(t);
    at.write("bank.pem", old.pem + root.pem);
    offer(at, leaf);
    for (const line of [`bank ${NEW}`, `bank ${NEW} --dry-run`]) {
      const { code, err } = await at.cert(line);
      assert.deepEqual([code, at.read("bank.pem")], [2, old.pem + root.pem]);
      assert.match(err, why);
      assert.match(err, /nothing was changed; if that is meant, say it with --force/);
    }
    const forced = await at.cert(`bank ${NEW} --force`);
    assert.deepEqual([forced.code, at.read("bank.pem")], [0, leaf.pem]);
    assert.match(forced.err, /^warning: /);
  });
}

describe("what does not prove is refused whatever is said, and nothing changes", () => {
  const cases: Record<string, readonly [(at: Place) => void, RegExp]> = {
    "another's key": [(at) => at.write("new.key", old.keyPem), /proving '\.\/new\.pem': the key does not belong to the certificate; nothing was changed/],
    "run out": [(at) => offer(at, expired), /ran out on 2026-11-21/],
    "not valid yet": [(at) => offer(at, future), /valid from 2026-11-23/],
    "a chain that does not belong": [(at) => offer(at, next, stale), /was not issued by 'CN=Stale'/],
    "an intermediate that ran out": [(at) => offer(at, staleLeaf, stale), /'CN=Stale' ran out/],
    "an encrypted key": [(at) => at.write("new.key", next.key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })), /key is encrypted/],
    "no file": [(at) => fs.rmSync(join(at.path, "new.pem")), /reading '\.\/new\.pem': no such file/],
  };
  for (const [title, [spoil, why]] of Object.entries(cases)) {
    test(title, async (t) => {
      const at = place(t);
      spoil(at);
      const { code, out, err } = await at.cert(`bank ${NEW} --force`);
      assert.deepEqual([code, out, at.read("bank.pem"), at.read("bank.key"), at.read("bank.pem.previous")], [2, "", old.pem, old.keyPem, null]);
      assert.match(err, why);
    });
  }
});

describe("the first import mends files that are missing or broken", () => {
  for (const [title, spoil] of Object.entries<(at: Place) => void>({
    "missing": (at) => ["bank.pem", "bank.key"].forEach((name) => fs.rmSync(join(at.path, name))),
    "empty": (at) => at.write("bank.pem", ""),
    "no PEM": (at) => at.write("bank.pem", "not found\n"),
    "of another key": (at) => at.write("bank.key", next.keyPem),
  })) {
    test(title, async (t) => {
      const at = place(t);
      spoil(at);
      const { code, out, err } = await at.cert(`bank ${NEW}`);
      assert.deepEqual([code, err, at.read("bank.pem"), at.read("bank.key")], [0, "", next.pem + root.pem, next.keyPem]);
      assert.match(out, /subject {6}- +CN=next/);
      assert.equal(out.includes("*.previous"), title !== "missing");
    });
  }
  test("and one that stands alone is warned of", async (t) => {
    const at = place(t);
    at.write("bank.pem", "");
    offer(at, same);
    const { code, err } = await at.cert(`bank ${NEW}`);
    assert.equal(code, 0);
    assert.match(err, /^warning: it stands alone, without its issuer 'CN=Root'/);
  });
  test("but no other mistake of the configuration is passed over", async (t) => {
    const at = place(t);
    fs.rmSync(join(at.path, "bank.pem"));
    at.write("taxgate.yaml", CONFIG.replace("joint.pem, key: ./joint.pem", "none.pem, key: ./none.pem"));
    const { code, err } = await at.cert(`bank ${NEW}`);
    assert.equal(code, 2);
    assert.match(err, /certificates\.joint\.files\.cert: .*none\.pem/);
    assert.equal(at.read("bank.key"), old.keyPem);
  });
});

for (const [line, why] of [
  ["edge", /finding certificate 'edge': it is ordered by Taxgate itself, and 'taxgate cert renew' orders it anew; those with 'files' are 'bank', 'joint'/],
  ["local", /it is a private authority/],
  ["nobody", /there is no such certificate/],
] as const) {
  test(`'${line}' is no certificate with files`, async (t) => {
    const { code, err } = await place(t).cert(`${line} ${NEW}`);
    assert.equal(code, 2);
    assert.match(err, why);
  });
}

for (const options of ["", "--cert a", "--key a", "--pkcs12 a", "--passphrase-file a", "--cert a --key b --pkcs12 c", "--pkcs12 a --passphrase-file b --key c"]) {
  test(`'cert import bank ${options}' is wrong usage`, async () => {
    assert.deepEqual(await run(`cert import bank ${options}`), { code: 2, out: "", err: "taxgate: say either --cert and --key, or --pkcs12 and --passphrase-file (an empty file where there is no passphrase)\n" });
  });
}

test("a PKCS#12 file is opened by its passphrase, and by no other", { skip: process.platform === "win32" }, async (t) => {
  const at = place(t);
  execFileSync("openssl", ["pkcs12", "-export", "-inkey", join(at.path, "new.key"), "-in", join(at.path, "new.pem"), "-passout", "pass:open sesame", "-out", join(at.path, "new.p12")]);
  at.write("wrong.txt", "open barley\n");
  at.write("right.txt", "open sesame\r\n");
  const line = "bank --pkcs12 {new.p12} --passphrase-file";
  const wrong = await at.cert(`${line} {wrong.txt}`);
  assert.deepEqual([wrong.code, wrong.err, at.read("bank.pem")], [2, "taxgate: reading './new.p12': the passphrase is wrong, or the file is damaged\n", old.pem]);
  assert.equal((await at.cert(`${line} {right.txt}`)).code, 0);
  assert.deepEqual([at.read("bank.pem"), at.read("bank.key")], [next.pem, next.keyPem]);
  assert.match((await at.cert("bank --pkcs12 {none} --passphrase-file {right.txt}")).err, /reading '\.\/none': no such file/);
});
