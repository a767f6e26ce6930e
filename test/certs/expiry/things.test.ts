import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { manualClock } from "../../../src/base/clock.ts";
import type { CertificateStatus } from "../../../src/certs/holding.ts";
import { readLeaf } from "../../../src/certs/leaf.ts";
import { certificateOptions } from "../../../src/certs/options.ts";
import { credentialThing, datedCredentials, datedSteps } from "../../../src/certs/expiry/credentials.ts";
import { watchedOf } from "../../../src/certs/expiry/held.ts";
import { createSightings } from "../../../src/certs/expiry/sightings.ts";
import { bundleOf, revocationOf, trustedThings } from "../../../src/certs/expiry/trusted.ts";
import { platformEndpoints, trustedFiles, type ExpiryConfig } from "../../../src/certs/expiry/uses.ts";
import { HAS_OPENSSL, testAuthority } from "../../support/openssl-authority.ts";
import { DAY, madeAuthority, madeLeaf, NOW, pairOf, type Made } from "../made-pair.ts";

const root = await madeAuthority("Root", { notAfter: NOW + 5 * DAY });
const middle = await madeAuthority("Middle", { by: root, notAfter: NOW + 8 * DAY });
const leaf = await madeLeaf("tax.example", { by: middle, notAfter: NOW + 20 * DAY });
const renewed = await madeLeaf("tax.example", { by: middle, notAfter: NOW + 90 * DAY });
const parsed = ({ pem }: Made): X509Certificate => new X509Certificate(pem);

const config = (more: Partial<ExpiryConfig> = {}): ExpiryConfig => ({ listeners: [], admin: {}, cache: {}, certificates: {}, sites: [], ...more });
const region = (own: Partial<ExpiryConfig["sites"][number]["regions"][number]> = {}): ExpiryConfig["sites"][number]["regions"][number] => ({ name: "main", endpoints: [], upstream: { tls: {} }, ...own });
const site = (name: string, regions: ExpiryConfig["sites"][number]["regions"]): ExpiryConfig["sites"][number] => ({ name, platform: null, regions });

test("of what a platform shows the part that ends first counts, roots apart", () => {
  const sightings = createSightings(manualClock(NOW), () => undefined);
  sightings.seen("tax.example:443", [leaf, middle, root].map(parsed));
  const [thing] = sightings.things(() => ["site a", "site b"]);
  assert.deepEqual([thing?.notAfter, thing?.detail, thing?.where], [NOW + 8 * DAY, "of its chain 'CN=Middle' ends first", "site a; site b"]);
  assert.deepEqual(sightings.leaf("tax.example:443")?.notAfter, NOW + 20 * DAY);
});

test("a part of a chain that has ended without harm does not count", () => {
  const sightings = createSightings(manualClock(NOW + 9 * DAY), () => undefined);
  sightings.seen("tax.example:443", [leaf, middle, root].map(parsed));
  assert.deepEqual(sightings.things(() => []).map(({ notAfter, detail }) => [notAfter, detail]), [[NOW + 20 * DAY, ""]]);
});

test("of several servers behind a name the certificate that ends first counts, until it was not seen for an hour", () => {
  const clock = manualClock(NOW);
  let changes = 0;
  const sightings = createSightings(clock, () => void changes++);
  const ends = (): number[] => sightings.things(() => []).map(({ notAfter }) => (notAfter - NOW) / DAY);
  const [old, young] = [[parsed(leaf)], [parsed(renewed)]];
  for (const chain of [young, old, young, old, young]) {
    sightings.seen("tax.example:443", chain);
    clock.advance(60_000);
  }
  assert.deepEqual([ends(), changes], [[20], 2]);
  clock.advance(3_400_000);
  sightings.seen("tax.example:443", young);
  assert.deepEqual(ends(), [20]);
  clock.advance(100_000);
  sightings.seen("tax.example:443", young);
  assert.deepEqual([ends(), changes], [[90], 3]);
  sightings.keep(new Set(["other:443"]));
  assert.deepEqual(ends(), []);
});

test("a bundle counts by its first end, but not by that of an authority that another of its name follows", async () => {
  const successor = await madeAuthority("Root", { notAfter: NOW + 900 * DAY });
  const other = await madeAuthority("Other", { notAfter: NOW + 30 * DAY });
  const end = (pem: string): unknown => [bundleOf("ca.pem", pem, ["site a"])].map((one) => (one === null ? null : [(one.notAfter - NOW) / DAY, one.detail]))[0];
  assert.deepEqual(end(root.pem + other.pem), [5, "'CN=Root' ends first of 2"]);
  assert.deepEqual(end(root.pem + other.pem + successor.pem), [30, "'CN=Other' ends first of 3"]);
  assert.deepEqual(end(root.pem), [5, "CN=Root"]);
  assert.equal(end("nothing"), null);
  assert.equal(end(other.pem.repeat(21)), null);
});

test("revocation lists end with their next update, of each authority the latest", { skip: HAS_OPENSSL ? false : "openssl is not here" }, (t) => {
  const authority = testAuthority("Clients");
  t.after(() => authority.remove());
  const early = authority.revocationList([5], { from: "20261101000000Z", to: "20261201000000Z" });
  const late = authority.revocationList([5], { from: "20261115000000Z", to: "20261215000000Z" });
  const ends = (pem: string): string => new Date(revocationOf("crl.pem", pem, [])?.notAfter ?? 0).toISOString().slice(0, 10);
  assert.deepEqual([ends(early), ends(early + late), ends(late + early)], ["2026-12-01", "2026-12-15", "2026-12-15"]);
  assert.equal(revocationOf("crl.pem", "nothing", []), null);
});

const acme = (renew: object = {}) => certificateOptions.parse({ acme: { directory: "letsencrypt", domains: ["tax.example"], renew } });
const statusOf = (made: Made, window: { start: number; end: number } | null = null): CertificateStatus =>
  ({ name: "edge", kind: "acme", leaf: readLeaf(made.pem), authority: null, files: null, renewal: { window: window === null ? null : { ...window, chosen: window.start, movedUp: false } } as CertificateStatus["renewal"] });

for (const [name, renew, window, ahead] of [
  ["a third of its life", {}, null, 100 / 3],
  ["what is configured", { before: "40d" }, null, 40],
  ["the end of the authority's window", {}, { start: NOW + 30 * DAY, end: NOW + 50 * DAY }, 40],
  ["never less than the emergency, whatever the authority says", {}, { start: NOW + 80 * DAY, end: NOW + 89 * DAY }, 100 / 12],
  ["the emergency alone, where blackouts may put it off", { before: "40d", emergency: "6d", blackouts: [{ days: "1..20" }] }, null, 6],
] as const) {
  test(`a certificate that is ordered here is expected to be renewed before its end by ${name}`, () => {
    const things = watchedOf(statusOf(renewed, window), { pair: pairOf(renewed), names: [] }, config({ certificates: { edge: acme(renew) }, admin: { tls: { certificate: "edge" } } }));
    assert.deepEqual(things.map((one) => Math.round((one.renewedAhead ?? 0) / 1000)), [Math.round((ahead * DAY) / 1000)]);
  });
}

test("a certificate is watched for each kind of its uses, and not at all where nothing uses it", () => {
  const status: CertificateStatus = { name: "edge", kind: "files", leaf: readLeaf(leaf.pem), renewal: null, authority: null, files: null };
  const shown = { pair: pairOf(leaf, middle), names: [] };
  const used = config({ listeners: [{ name: "tls", tls: { certificates: ["edge"] } }], admin: { tls: { certificate: "edge" } }, sites: [site("china", [region({ upstream: { tls: { clientCertificate: "edge" } } })])] });
  assert.deepEqual(watchedOf(status, shown, used).map(({ kind, where, detail, renewedAhead }) => [kind, where, detail, renewedAhead]), [
    ["own", "listener tls, admin", "of its chain 'CN=Middle' ends first", null],
    ["client", "site china", "of its chain 'CN=Middle' ends first", null],
  ]);
  assert.deepEqual(watchedOf(status, shown, config()), []);
  assert.deepEqual(watchedOf(status, { pair: null, names: [] }, used), []);
});

test("an authority is reminded of in the last tenth of its life", () => {
  const status: CertificateStatus = { name: "local", kind: "authority", leaf: readLeaf(renewed.pem), renewal: null, authority: null, files: null };
  const [thing] = watchedOf(status, null, config({ listeners: [{ name: "out", intercept: { authority: "local" } }] }));
  assert.deepEqual([thing?.kind, thing?.remind, thing?.where], ["authority", 10 * DAY, "listener out"]);
});

test("files and endpoints are known with all who use them", () => {
  const both = config({
    listeners: [{ name: "tls", tls: { certificates: [], clientCa: "/ca.pem" } }],
    cache: { redis: { ca: "/redis.pem" } },
    certificates: { edge: certificateOptions.parse({ acme: { directory: "letsencrypt", domains: ["a.example"], fallback: [{ directory: "https://b.example", ca: "/acme.pem" }] } }) },
    sites: [
      site("a", [region({ endpoints: [{ url: "https://tax.example" }, { url: "http://plain.example" }, { url: "sandbox:x" }], upstream: { tls: { ca: "/ca.pem" } } })]),
      site("b", [region({ name: "west", endpoints: [{ url: "https://tax.example:443/" }, { url: "https://[2001:db8::1]:8443" }] })]),
    ],
  });
  assert.deepEqual([...trustedFiles(both)], [["/ca.pem", ["clients of listener tls", "site a"]], ["/redis.pem", ["cache.redis"]], ["/acme.pem", ["orders of certificate edge"]]]);
  assert.deepEqual([...platformEndpoints(both)], [["tax.example:443", ["site a, region main", "site b, region west"]], ["[2001:db8::1]:8443", ["site b, region west"]]]);
});

const step = (en: string): { en: string; zh: string } => ({ en, zh: en });
const profile = (clientCertificate: boolean) => ({ name: "p", credentials: [
  { name: "seal", what: step("a seal"), life: "5 years", renew: [step("one"), step("two")], human: true, clientCertificate },
  { name: "token", what: step("a token"), life: "1 h", renew: [], human: false, clientCertificate: false },
] });

test("a credential ends on the day that is written, and each step has a day to begin with", () => {
  const [dated, ...more] = datedCredentials({ ...site("riyadh", []), platform: profile(false), credentials: { seal: { ends: "2027-01-31", remind: 62 * DAY } } }, () => null);
  assert.ok(dated !== undefined && more.length === 0);
  const { kind, name, notAfter, remind } = credentialThing(dated);
  assert.deepEqual([kind, name, notAfter, remind], ["credential", "riyadh/seal", Date.UTC(2027, 0, 31), 62 * DAY]);
  assert.deepEqual(datedSteps(dated).map(({ begin, en }) => [new Date(begin).toISOString().slice(0, 10), en]), [["2026-11-30", "one"], ["2026-12-30", "two"]]);
});

test("a credential that is the client certificate ends with it, in the region where that is first; by hand counts before", () => {
  const own = { ...site("madrid", [region({ upstream: { tls: { clientCertificate: "new" } } }), region({ upstream: { tls: { clientCertificate: "old" } } })]), platform: profile(true) };
  const leafOf = (name: string) => readLeaf((name === "old" ? leaf : renewed).pem);
  assert.deepEqual(datedCredentials(own, leafOf).map(({ ends, certificate }) => [(ends - NOW) / DAY, certificate]), [[20, "old"]]);
  assert.deepEqual(datedCredentials(own, () => null), []);
  assert.deepEqual(datedCredentials({ ...own, credentials: { seal: { ends: "2027-01-31", remind: DAY } } }, leafOf).map(({ certificate }) => certificate), [null]);
  assert.deepEqual(datedCredentials({ ...own, platform: profile(false) }, leafOf), []);
});

test("a bundle's file is read where it stands, and one that is gone is nobody's end", () => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-trusted-"));
  try {
    const file = join(folder, "ca.pem");
    writeFileSync(file, root.pem);
    const over = (ca: string) => trustedThings(config({ sites: [site("a", [region({ upstream: { tls: { ca } } })])] })).map(({ name }) => name);
    assert.deepEqual([over(file), over(join(folder, "none"))], [[file], []]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
