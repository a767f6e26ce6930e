import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test, type TestContext } from "node:test";
import { lockState } from "../../src/base/state-lock.ts";
import { realWorld } from "../../src/cli/world.ts";
import { run, type Said } from "./console.ts";

const CONFIG = `version: 1
state: { dir: ./data }
listeners:
  - { name: outbound, bind: 127.0.0.1:3128, mode: forward-proxy, intercept: { hosts: [api.tax.example, "*.gov.example"], authority: local } }
certificates:
  local: { authority: true }
sites: [{ name: one, hosts: ["*"], regions: { main: { endpoints: [{ url: "https://203.0.113.7" }] } } }]
`;

const parts = { wholeConfig: realWorld.wholeConfig, workOnAuthority: realWorld.workOnAuthority, writePublic: realWorld.writePublic };

/** A configuration in a folder of its own, and a way to run commands on it. */
function place(t: TestContext, config = CONFIG): { readonly folder: string; cert(...words: string[]): Promise<Said> } {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-cli-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "taxgate.yaml");
  writeFileSync(file, config);
  return { folder, cert: (...words) => run(["cert", ...words.map((word) => (word === "FILE" ? file : word))], parts) };
}

describe("taxgate cert authority", () => {
  test("makes it where there is none, and shows it from then on", async (t) => {
    const { cert, folder } = place(t);
    const made = await cert("authority", "local", "FILE");
    assert.equal(made.code, 0);
    assert.match(made.out, /^authority local, made now\n {2}subject {6}CN=Taxgate authority \(.*\) local 20\d\d-\d\d [0-9a-f]{4}\n {2}fingerprint {2}SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}\n/);
    assert.match(made.out, /\n {2}permits {6}api\.tax\.example, gov\.example and names below\n {2}files {8}.*\/data\/authorities\/local\n$/);
    const shown = await cert("authority", "local", "FILE");
    assert.equal(shown.out, made.out.replace(", made now", ""));
    const pem = readFileSync(join(folder, "data", "authorities", "local", "authority.pem"), "utf8");
    assert.ok(made.out.includes(new X509Certificate(pem).fingerprint256));
  });

  test("makes none while another process has the state directory, and says how there will be one", async (t) => {
    const { cert, folder } = place(t);
    const state = lockState(join(folder, "data"));
    assert.ok(state.ok);
    t.after(() => state.lock.stop());
    const { code, err } = await cert("authority", "local", "FILE");
    assert.equal(code, 2);
    assert.match(err, /making authority 'local': state directory '.*': in use by process \d+ .*; that Taxgate makes it as soon as/);
  });

  test("shows what a running Taxgate has made", async (t) => {
    const { cert, folder } = place(t);
    await cert("authority", "local", "FILE");
    const state = lockState(join(folder, "data"));
    assert.ok(state.ok);
    t.after(() => state.lock.stop());
    assert.equal((await cert("authority", "local", "FILE")).code, 0);
  });

  test("leaves everything that root makes to the owner of the directory, for the service that runs as another user", { skip: process.getuid?.() === 0 ? false : "only root gives files away" }, async (t) => {
    const { cert, folder } = place(t);
    chownSync(folder, 65534, 65533);
    for (const more of [[], ["--next"], ["--switch"], ["--next"]]) assert.equal((await cert("authority", "local", "FILE", ...more)).code, 0);
    const made = ["", ...(readdirSync(join(folder, "data"), { recursive: true }) as string[])].toSorted();
    assert.deepEqual(made, ["", "authorities", "authorities/local", ...["authority", "former", "next"].map((name) => `authorities/local/${name}.pem`), "authorities/local/passphrase", "lock.sqlite", "owner"]);
    for (const name of made) assert.deepEqual([name, statSync(join(folder, "data", name)).uid, statSync(join(folder, "data", name)).gid], [name, 65534, 65533]);
  });

  test("takes the names from --domains where the configuration lists none", async (t) => {
    const { cert } = place(t, CONFIG.replace(/, intercept.*\} \}/, ", proxy: { others: tunnel } }"));
    assert.match((await cert("authority", "local", "FILE")).err, /no names to make certificates for; list them under 'certificates\.local\.authority\.domains'/);
    assert.match((await cert("authority", "local", "FILE", "--domains", "tax example")).err, /got 'tax example', want host names/);
    assert.match((await cert("authority", "local", "FILE", "--domains", "Tax.example, 10.0.0.7")).out, /permits {6}10\.0\.0\.7, tax\.example and/);
    assert.match((await cert("authority", "local", "FILE", "--domains", "other.example")).err, /they count when an authority is made/);
  });

  test("refuses --domains where the configuration lists them", async (t) => {
    const { cert } = place(t, CONFIG.replace("authority: true", "authority: { domains: [tax.example, gov.example] }"));
    assert.match((await cert("authority", "local", "FILE", "--domains", "x.example")).err, /the configuration lists them already/);
  });

  test("names the hosts that it does not permit, and what to do", async (t) => {
    const { cert, folder } = place(t);
    await cert("authority", "local", "FILE");
    writeFileSync(join(folder, "taxgate.yaml"), CONFIG.replace("[api.tax.example,", "[api.bank.example,"));
    assert.match((await cert("authority", "local", "FILE")).out, /not permitted, but intercepted: api\.bank\.example\n[^]*'taxgate cert authority local --next' prepares a successor\n$/);
    await cert("authority", "local", "FILE", "--next");
    assert.match((await cert("authority", "local", "FILE", "--switch")).out, /in use from the next 'taxgate reload' or start on\n[^]*permits {6}api\.bank\.example, gov\.example and/);
  });

  for (const [name, words, message] of [
    ["a name that is none", ["nope", "FILE"], /finding authority 'nope': the configuration has 'local'/],
    ["--next and --switch at once", ["local", "FILE", "--next", "--switch"], /say --next or --switch/],
    ["--next without one to follow", ["local", "FILE", "--next"], /there is no authority to follow/],
    ["--switch without a successor", ["local", "FILE", "--switch"], /there is no successor/],
  ] as const) {
    test(`${name} is wrong usage and says why`, async (t) => {
      const { code, out, err } = await place(t).cert("authority", ...words);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, message);
    });
  }
});

describe("taxgate cert export-ca", () => {
  test("writes every certificate that counts, the one in use first, and never a key", async (t) => {
    const { cert, folder } = place(t);
    assert.match((await cert("export-ca", "local", "FILE")).err, /there is none yet; 'taxgate cert authority local' makes it/);
    await cert("authority", "local", "FILE");
    const one = await cert("export-ca", "local", "FILE");
    await cert("authority", "local", "FILE", "--next");
    const two = await cert("export-ca", "local", "FILE");
    const next = await cert("export-ca", "local", "FILE", "--which", "next");
    assert.equal(two.out, one.out + next.out);
    await cert("authority", "local", "FILE", "--switch");
    assert.equal((await cert("export-ca", "local", "FILE")).out, next.out + one.out);
    assert.equal((await cert("export-ca", "local", "FILE", "--which", "former")).out, one.out);
    assert.match((await cert("export-ca", "local", "FILE", "--which", "next")).err, /there is no next one/);
    assert.doesNotMatch(two.out, /BEGIN (?!CERTIFICATE)/);
    const file = join(folder, "ca.cer");
    assert.equal((await cert("export-ca", "", "FILE", "--format", "der", "--out", file)).out, "");
    assert.equal(new X509Certificate(readFileSync(file)).fingerprint256, new X509Certificate(next.out).fingerprint256);
    assert.equal(statSync(file).mode & 0o777, 0o644 & ~process.umask());
  });

  test("wants a file and one certificate for der", async (t) => {
    for (const words of [["--format", "der"], ["--format", "der", "--which", "all", "--out", "x"]]) assert.equal((await place(t).cert("export-ca", "local", "FILE", ...words)).code, 2);
  });
});
