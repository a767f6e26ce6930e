import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import { OperatorError } from "../../src/base/errors.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createCertificates, type CertificateEvents, type Certificates, type Prepared } from "../../src/certs/certs.ts";
import type { CertificatesConfig } from "../../src/certs/coming.ts";
import type { KeyPair } from "../../src/certs/key-pair.ts";
import { readLeaf } from "../../src/certs/leaf.ts";
import { certificateOptions } from "../../src/certs/options.ts";
import { createDirectoryStore } from "../../src/certs/store/directory-store.ts";
import { until } from "../support/until.ts";
import { DAY, madeAuthority, madeLeaf, NOW, pairOf, type MadeOptions } from "./made-pair.ts";

/** Nothing listens there: whoever orders fails at once. */
const NOBODY = "https://127.0.0.1:1/directory";
const root = await madeAuthority("root", { notBefore: NOW - 1000 * DAY, notAfter: NOW + 1000 * DAY });
const pair = async (options: MadeOptions = {}): Promise<KeyPair> => pairOf(await madeLeaf("gate.example", { by: root, ...options }), root);

/** What a configuration says, as it is written. */
interface Written {
  readonly certificates: Readonly<Record<string, object>>;
  readonly hosts?: readonly string[];
}

/** A room of its own: a folder, a clock that stands still, and all that was told. */
function setUp(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-certs-"));
  const clock = manualClock(NOW);
  const told: string[] = [];
  const events: CertificateEvents = {
    changed: (name, leaf, by) => void told.push(`changed ${name} ${leaf === null ? "none" : leaf.serial.slice(-4)} ${by}`),
    ordering: () => {}, ordered: (name, { result }) => void told.push(`ordered ${name} ${result}`),
    moved: () => undefined,
    challenge: () => undefined,
    storeFault: (path, why) => void told.push(`fault ${path} ${why}`),
    hookRan: (name, { how }) => void told.push(`hook ${name} ${how}`),
    kept: (name, why) => void told.push(`kept ${name} ${why}`),
  };
  const made = createCertificates({ clock, random: seededRandom(3), run: () => Promise.resolve({ kind: "ended", code: 0, output: "" } as never), call: () => Promise.resolve({ ok: true } as never), events });
  t.after(async () => {
    await made.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const put = (name: string, { cert, key }: KeyPair): { readonly cert: string; readonly key: string } => {
    const files = { cert: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
    writeFileSync(files.cert, cert);
    writeFileSync(files.key, key, { mode: 0o600 });
    return files;
  };
  const storeAt = (directory: string) => createDirectoryStore({ directory, holder: "the test", clock });
  const prepare = ({ certificates, hosts = [] }: Written): Promise<Prepared> => made.prepare(configOf(folder, certificates, hosts));
  const take = async (written: Written): Promise<readonly string[]> => (await prepare(written)).apply();
  return { folder, clock, told, made, put, storeAt, own: storeAt(join(folder, "acme")), prepare, take };
}

function configOf(stateDir: string, certificates: Written["certificates"], hosts: readonly string[]): CertificatesConfig {
  return {
    stateDir,
    certificates: Object.fromEntries(Object.entries(certificates).map(([name, written]) => [name, certificateOptions.parse(written)])),
    listeners: [{ intercept: { hosts, authority: "local" } }],
  };
}

const acme = (changes: object = {}, more: object = {}): object => ({ acme: { directory: NOBODY, domains: ["gate.example"], ...changes }, ...more });
const shownCert = (made: Certificates | Prepared, name: string): string | null => made.shown(name)?.pair?.cert ?? null;
const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

test("what cannot be read leaves everything as it was, and no timer", async (t) => {
  const { folder, made, put, prepare, take, clock, told, own } = setUp(t);
  const good = await pair();
  assert.ok(own.write("edge", good).ok);
  const files = put("file", good);
  await take({ certificates: { file: { files }, edge: acme() } });
  const before = { timers: clock.pending(), status: made.status().map(({ name }) => name) };
  const absent = join(folder, "absent.pem");
  const cases: readonly Written["certificates"][] = [
    { edge: acme({ ca: absent }) },
    { edge: acme(), other: acme({ ca: absent }) },
    { edge: acme({ fallback: [{ directory: NOBODY, ca: absent }] }) },
    { edge: acme({ ca: absent, store: join(folder, "elsewhere") }) },
    { edge: acme(), file: { files: { ...files, cert: absent } } },
  ];
  for (const certificates of cases) await assert.rejects(prepare({ certificates }), (fault) => fault instanceof OperatorError && fault.message.includes(absent));
  writeFileSync(files.cert, (await pair()).cert);
  await assert.rejects(prepare({ certificates: { edge: acme(), file: { files } } }), OperatorError);
  assert.deepEqual({ timers: clock.pending(), status: made.status().map(({ name }) => name) }, before);
  assert.deepEqual([shownCert(made, "file"), shownCert(made, "edge")], [good.cert, good.cert]);
  assert.deepEqual(told.filter((line) => line.startsWith("changed")), []);
});

test("files that changed are told of once, with the hook, and those that did not are not", async (t) => {
  const { made, put, prepare, take, told } = setUp(t);
  const certificates = { one: { files: put("one", await pair()), onChange: { command: ["/bin/hook"] } }, two: { files: put("two", await pair()) } };
  await take({ certificates });
  const next = await pair();
  put("one", next);
  const prepared = await prepare({ certificates });
  assert.equal(shownCert(prepared, "one"), next.cert);
  assert.notEqual(shownCert(made, "one"), next.cert);
  assert.deepEqual(prepared.apply(), []);
  await rest();
  assert.equal(shownCert(made, "one"), next.cert);
  assert.deepEqual(told.map((line) => line.replace(/ [0-9a-f]{4} /, " ")), ["changed one configuration", "hook one command"]);
  await take({ certificates });
  await rest();
  assert.equal(told.length, 2);
});

test("a hook runs from the reload on that names it, and no longer than it is named", async (t) => {
  const { put, take, told } = setUp(t);
  const swap = async (onChange: object): Promise<void> => {
    const files = put("one", await pair());
    await take({ certificates: { one: { files, ...onChange } } });
    await rest();
  };
  await swap({});
  await swap({ onChange: { command: ["/bin/hook"] } });
  await swap({ onChange: { webhook: "http://127.0.0.1:1/hook" } });
  await swap({});
  assert.deepEqual(told.filter((line) => line.startsWith("hook")), ["hook one command", "hook one webhook"]);
});

test("a pair that is not valid yet waits behind the one before, and takes its place without a reload", async (t) => {
  const { made, put, take, told, clock } = setUp(t);
  const [old, next] = [await pair({ notAfter: NOW + DAY }), await pair({ notBefore: NOW + 3_600_000 })];
  const certificates = { one: { files: put("one", old) } };
  await take({ certificates });
  put("one", next);
  await take({ certificates });
  assert.equal(shownCert(made, "one"), old.cert);
  assert.equal(told.filter((line) => line.startsWith("kept one")).length, 1);
  clock.advance(3_590_000);
  assert.equal(shownCert(made, "one"), old.cert);
  clock.advance(20_000);
  assert.equal(shownCert(made, "one"), next.cert);
  assert.deepEqual(told.filter((line) => line.startsWith("changed")).map((line) => line.split(" ").at(-1)), ["renewal"]);
});

test("what is in the store is shown by the configuration that names it, before it is in use and after", async (t) => {
  const { made, prepare, take, own } = setUp(t);
  const good = await pair();
  assert.ok(own.write("edge", good).ok);
  await take({ certificates: {} });
  const prepared = await prepare({ certificates: { edge: acme(), new: acme({ domains: ["new.example"] }) } });
  assert.deepEqual([shownCert(prepared, "edge"), prepared.shown("new")], [good.cert, { pair: null, names: ["new.example"] }]);
  assert.deepEqual(prepared.apply(), []);
  assert.deepEqual([shownCert(made, "edge"), made.shown("new")], [good.cert, { pair: null, names: ["new.example"] }]);
});

test("one that came between preparing and applying is to be shown again", async (t) => {
  const { made, prepare, own } = setUp(t);
  const [first, second] = [await pair(), await pair({ notAfter: NOW + 20 * DAY })];
  assert.ok(own.write("edge", first).ok);
  const prepared = await prepare({ certificates: { edge: acme() } });
  assert.equal(shownCert(prepared, "edge"), first.cert);
  assert.ok(own.write("edge", second).ok);
  assert.deepEqual(prepared.apply(), ["edge"]);
  assert.equal(shownCert(made, "edge"), second.cert);
});

test("names that are gone leave no keeper and no timer, and come back from the store", async (t) => {
  const { made, take, clock, own } = setUp(t);
  const good = await pair();
  assert.ok(own.write("edge", good).ok);
  await take({ certificates: { edge: acme() } });
  await rest();
  const running = clock.pending();
  await take({ certificates: {} });
  await rest();
  assert.deepEqual([made.shown("edge"), made.status(), made.renew("edge")], [null, [], null]);
  assert.ok(clock.pending() < running);
  await take({ certificates: { edge: acme() } });
  assert.equal(shownCert(made, "edge"), good.cert);
  await made.stop();
  await rest();
  assert.equal(clock.pending(), 0);
});

test("other times of renewal keep the keeper; another way to prove names or another store needs another one, and the pair is shown meanwhile", async (t) => {
  const { folder, made, prepare, take, own, storeAt, told } = setUp(t);
  const good = await pair();
  assert.ok(own.write("edge", good).ok);
  await take({ certificates: { edge: acme() } });
  const shared = join(folder, "shared");
  const steps: readonly (readonly [changes: object, same: boolean])[] = [
    [{ renew: { check: "1h" } }, true],
    [{ email: "it@gate.example" }, true],
    [{ challenge: "tls-alpn-01" }, true],
    [{ challenge: "dns-01", dns: { command: ["/bin/dns"] } }, false],
    [{ store: shared }, false],
  ];
  for (const [changes, same] of steps) {
    const before = made.renew("edge");
    const prepared = await prepare({ certificates: { edge: acme(changes) } });
    assert.equal(shownCert(prepared, "edge"), good.cert, JSON.stringify(changes));
    assert.deepEqual(prepared.apply(), [], JSON.stringify(changes));
    assert.equal(shownCert(made, "edge"), good.cert, JSON.stringify(changes));
    // Whoever waits for a keeper that ends is told so.
    const answer = await before;
    assert.equal(answer?.kind === "stopped", !same, JSON.stringify(changes));
  }
  assert.equal(storeAt(shared).read("edge")?.cert, good.cert);
  assert.deepEqual(told.filter((line) => line.startsWith("changed")), []);
});

test("files give way to a certificate that is ordered only once it is there", async (t) => {
  const { made, put, take, own, told } = setUp(t);
  const [old, next] = [await pair(), await pair({ notAfter: NOW + 20 * DAY })];
  await take({ certificates: { edge: { files: put("edge", old) } } });
  await take({ certificates: { edge: acme() } });
  assert.deepEqual([shownCert(made, "edge"), made.status()[0]?.leaf?.names, own.read("edge")], [old.cert, ["gate.example"], null]);
  assert.ok(own.write("edge", next).ok);
  await made.look();
  assert.ok(await until(() => shownCert(made, "edge") === next.cert, 2000));
  assert.deepEqual(told.filter((line) => line.startsWith("changed")).map((line) => line.split(" ").at(-1)), ["renewal"]);
});

test("what another process puts into the store is shown within ten seconds", async (t) => {
  const { made, take, own, clock, told } = setUp(t);
  const [first, second] = [await pair(), await pair({ notAfter: NOW + 20 * DAY })];
  assert.ok(own.write("edge", first).ok);
  await take({ certificates: { edge: acme() } });
  await rest();
  assert.ok(own.write("edge", second).ok);
  clock.advance(10_000);
  assert.ok(await until(() => shownCert(made, "edge") === second.cert, 2000));
  assert.deepEqual(told.filter((line) => line.startsWith("changed")).map((line) => line.split(" ").at(-1)), ["renewal"]);
});

test("a lock that the process before left behind does not keep its successor from ordering; one of a process that lives does", async (t) => {
  for (const [holder, free] of [["process 1 on before", true], ["process 1 on another", false]] as const) {
    const { folder, take, told } = setUp(t);
    const directory = join(folder, "acme");
    assert.ok(createDirectoryStore({ directory, holder, clock: manualClock(NOW) }).lock("edge", 120_000) !== null);
    writeFileSync(join(directory, "holder"), "process 1 on before\n");
    await take({ certificates: { edge: acme() } });
    const tried = await until(() => told.includes("ordered edge unreachable"), free ? 2000 : 200);
    assert.equal(tried, free, told.join(", "));
  }
});

test("an authority opens with its own passphrase alone, and takes other hosts and lifetimes with a reload", async (t) => {
  const { made, prepare, take } = setUp(t);
  const local = (changes: object): Written["certificates"] => ({ local: { authority: { passphrase: "a passphrase that is long", domains: ["tax.example"], ...changes } } });
  await take({ certificates: local({}), hosts: ["api.tax.example"] });
  const mint = made.mint("local");
  assert.ok(mint !== null);
  const first = await mint("api.tax.example");
  assert.ok(first !== null);
  assert.equal(await mint("new.tax.example"), null);
  await assert.rejects(prepare({ certificates: local({ passphrase: "another one that is long" }), hosts: ["new.tax.example"] }), OperatorError);
  assert.equal(await mint("new.tax.example"), null);
  await take({ certificates: local({}), hosts: ["new.tax.example"] });
  assert.deepEqual([await mint("api.tax.example"), (await mint("new.tax.example")) === null], [null, false]);
  await take({ certificates: local({ leafLifetime: "2h" }), hosts: ["new.tax.example"] });
  const short = await made.mint("local")?.("new.tax.example");
  assert.equal(readLeaf(short?.cert ?? "")?.notAfter, NOW + 2 * 3_600_000);
});

test("an authority that a person switched to is taken up by looking, and a reload that is refused takes up nothing", async (t) => {
  const { folder, made, prepare, take, told } = setUp(t);
  const certificates = { local: { authority: true } };
  await take({ certificates, hosts: ["api.tax.example"] });
  const before = await made.mint("local")?.("api.tax.example");
  const elsewhere = setUp(t);
  await elsewhere.take({ certificates, hosts: ["api.tax.example"] });
  copyAuthority(elsewhere.folder, folder);
  await assert.rejects(prepare({ certificates: { ...certificates, other: acme({ ca: join(folder, "absent.pem") }) }, hosts: ["api.tax.example"] }));
  assert.equal(await made.mint("local")?.("api.tax.example"), before);
  assert.deepEqual(await made.look(), [{ name: "local", kept: null }]);
  assert.notEqual(await made.mint("local")?.("api.tax.example"), before);
  assert.deepEqual(await made.look(), []);
  assert.equal(told.filter((line) => line.startsWith("changed local")).length, 1);
});

function copyAuthority(from: string, to: string): void {
  const below = (folder: string): string => join(folder, readdirSync(folder, { recursive: true }).map(String).find((path) => /(^|\/)local$/.test(path)) ?? "nowhere");
  cpSync(below(from), below(to), { recursive: true, force: true });
}
