import assert from "node:assert/strict";
import { test } from "node:test";
import type { CertificateView } from "../../src/admin/certificate-views.ts";
import { adviceOn } from "../../src/app/certificate-advice.ts";
import { refusedFiles } from "../../src/app/certificates.ts";
import { certificateViews } from "../../src/app/certificate-views.ts";
import { tellUncovered } from "../../src/app/certificates.ts";
import { createExpiry } from "../../src/app/expiry.ts";
import type { AcmeOptions } from "../../src/certs/options.ts";
import { bareListeners, expiryNotes } from "../../src/app/expiry-lines.ts";
import { manualClock } from "../../src/base/clock.ts";
import { rankOf } from "../../src/certs/expiry/stage.ts";
import type { CertificateStatus, Shown } from "../../src/certs/holding.ts";
import { readLeaf } from "../../src/certs/leaf.ts";
import type { KeeperStatus, RenewAnswer } from "../../src/certs/renewal/keeper-status.ts";
import type { Config } from "../../src/config/config.ts";
import { DAY, madeLeaf, NOW, pairOf, type Made } from "../certs/made-pair.ts";
import { loadText, PEM } from "../config/load-text.ts";

const HOUR = 3_600_000;
const leaf = await madeLeaf("gate.example", { notBefore: NOW - 88 * DAY, notAfter: NOW + 46 * HOUR });
const longer = await madeLeaf("gate.example", { notBefore: NOW, notAfter: NOW + 90 * DAY });
const FAILURE = { at: NOW - HOUR, issuer: "https://ca.example/dir", kind: "validation" as const, detail: "gate.example: connection refused" };

const YAML = `version: 1
listeners:
  - { name: plain, bind: "127.0.0.1:8080" }
  - { name: tls, bind: "0.0.0.0:8443", tls: { certificates: [edge] } }
  - { name: out, bind: "127.0.0.1:3128", mode: forward-proxy, proxy: { others: tunnel } }
certificates:
  edge: { acme: { directory: letsencrypt, domains: [gate.example, www.gate.example] } }
  bank: { files: { cert: a.crt, key: a.key } }
sites:
  - { name: riyadh, hosts: [sa.example], platform: sa-zatca, credentials: { production-certificate: { ends: "2026-12-31" } } }
  - { name: dammam, hosts: [da.example], platform: sa-zatca, credentials: { production-certificate: { ends: "2031-01-31" } } }
  - { name: warsaw, hosts: [pl.example], platform: pl-ksef, upstream: { tls: { clientCertificate: bank } } }
`;

function configOf(yaml = YAML): Config {
  const loaded = loadText(yaml, {}, { "a.crt": PEM, "a.key": PEM });
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.config;
}

const renewal = (more: Partial<KeeperStatus> = {}): KeeperStatus => ({
  name: "edge", state: "alarm", names: ["gate.example", "www.gate.example"], leaf: readLeaf(leaf.pem), issuer: null, window: null, explanation: null,
  doing: "waiting", next: { at: NOW + HOUR, why: "back-off" }, failures: 3, lastFailure: FAILURE, unwritten: null, ...more,
});
const edge = (more: Partial<KeeperStatus> = {}): CertificateStatus => ({ name: "edge", kind: "acme", leaf: more.leaf === undefined ? readLeaf(leaf.pem) : more.leaf, renewal: renewal(more), authority: null, files: null });
const bank: CertificateStatus = { name: "bank", kind: "files", leaf: readLeaf(longer.pem), renewal: null, authority: null, files: { unused: null, doubts: [] } };
const ADDRESSES = new Map([["plain", { host: "127.0.0.1", port: 8080 }], ["tls", { host: "0.0.0.0", port: 8443 }], ["out", { host: "127.0.0.1", port: 3128 }]]);

function setUp(first: readonly CertificateStatus[] = [edge(), bank], answer: Promise<RenewAnswer> | null = null) {
  const clock = manualClock(NOW);
  const lines: string[] = [];
  const note = (level: string) => (event: string, fields: object = {}): void => void lines.push(`${level} ${event} ${JSON.stringify(fields)}`);
  const log = { debug: note("debug"), info: note("info"), warn: note("warn"), error: note("error") };
  const expiry = createExpiry({ clock, log });
  let statuses = first;
  const pairs: Record<string, Made> = { edge: leaf, bank: longer };
  const certificates = {
    status: () => [...statuses],
    shown: (name: string): Shown => ({ pair: statuses.find((one) => one.name === name)?.leaf == null ? null : pairOf(pairs[name] ?? leaf), names: [] }),
    renew: (name: string) => (name === "edge" ? answer : null),
  };
  const config = configOf();
  expiry.configure(config, certificates);
  const parts = { clock, certificates, expiry, config: () => config, addresses: () => ADDRESSES };
  const views = certificateViews(parts);
  const show = (name: string): CertificateView => {
    const shown = views.show(name);
    assert.ok(shown.ok, shown.ok ? "" : shown.detail);
    return shown.value;
  };
  return { clock, lines, expiry, views, show, parts, config, set: (next: readonly CertificateStatus[]) => void (statuses = next) };
}

test("a start tells what is in a stage, once each, and how much is watched", () => {
  const { lines } = setUp();
  assert.deepEqual(lines.map((line) => line.replace(/"notAfter.*/, "")), [
    'error runs out within hours {"kind":"own","name":"edge","where":"listener tls",',
    'warn runs out soon {"kind":"credential","name":"riyadh/production-certificate","where":"site riyadh","detail":"renewed by a person: profile sa-zatca",',
    'info watching what can run out {"things":4,"first":"own edge",',
  ]);
});

test("the list has what ends first on top, with what failed", () => {
  const { views } = setUp();
  assert.deepEqual(views.list().certificates.map(({ kind, name, stage, secondsLeft, renewal, note }) => [kind, name, stage, secondsLeft, renewal, note]), [
    ["own", "edge", "2d", 46 * 3600, "alarm", "the last try failed: validation: gate.example: connection refused"],
    ["credential", "riyadh/production-certificate", "remind", 39 * 86_400, null, "renewed by a person: profile sa-zatca"],
    ["client", "bank", "fine", 90 * 86_400, null, ""],
    ["credential", "dammam/production-certificate", "fine", (Date.UTC(2031, 0, 31) - NOW) / 1000, null, "renewed by a person: profile sa-zatca"],
  ]);
});

test("files that are not used are told of wherever somebody looks, and what is doubtful where one is shown", () => {
  const { views, show, parts } = setUp([{ ...bank, files: { unused: "the key is cut off", doubts: ["it stands alone"] } }]);
  const why = "what stands in its files is not used: the key is cut off";
  assert.deepEqual(views.list().certificates.find(({ name }) => name === "bank")?.note, why);
  assert.deepEqual(show("bank").note, `${why}; it stands alone`);
  assert.ok(expiryNotes(parts).includes(`certificate bank: ${why}`), expiryNotes(parts).join());
});

test("the mistakes of a configuration are found by the certificates whose files they are in", () => {
  const problem = (path: string, message: string) => ({ file: "taxgate.yaml", line: 1, column: 1, path, message });
  const status = (): CertificateStatus[] => [bank, { ...bank, name: "a.b" }, { ...bank, name: "ban" }];
  const found = refusedFiles([problem("certificates.bank.files.cert", "got nothing"), problem('certificates["a.b"].files.key', "got none"), problem("certificates.other.files.key", "x"), problem("log.level", "y")], { status });
  assert.deepEqual([...found], [["bank", "got nothing"], ["a.b", "got none"]]);
});

test("one that ran out is not held any more, and stays on top of the list; one that is not there yet stands before it", () => {
  const { clock, views, expiry, set, lines } = setUp();
  clock.advance(47 * HOUR);
  set([edge({ leaf: null }), bank]);
  expiry.refresh();
  assert.deepEqual(views.list().certificates.slice(0, 1).map(({ name, stage, notAfter, secondsLeft }) => [name, stage, notAfter, secondsLeft]), [["edge", "expired", "2026-11-23T22:00:00Z", -3600]]);
  assert.ok(lines.some((line) => line.startsWith('error has run out {"kind":"own","name":"edge"')), lines.join("\n"));
  const fresh = setUp([edge({ leaf: null }), bank]);
  assert.deepEqual(fresh.views.list().certificates.slice(0, 1).map(({ name, stage, notAfter, where }) => [name, stage, notAfter, where]), [["edge", "none", null, "listener tls"]]);
});

test("a reload tells nothing anew of what it does not change", () => {
  const { lines, expiry, parts, config } = setUp();
  lines.length = 0;
  expiry.configure(config, parts.certificates);
  assert.deepEqual(lines, []);
});

test("a reload without a certificate forgets it, and tells nothing anew of the others", () => {
  const { lines, expiry, parts, set } = setUp();
  lines.length = 0;
  const without = configOf(YAML.replace(/ {2}edge:.*\n/, "").replace(/ {2}- \{ name: tls.*\n/, ""));
  set([bank]);
  expiry.configure(without, parts.certificates);
  assert.deepEqual([lines, expiry.status().map(({ name }) => name)], [[], ["riyadh/production-certificate", "bank", "dammam/production-certificate"]]);
});

test("readyz names what somebody should see to, and a listener that can serve nobody is a reason", () => {
  const { parts, config } = setUp();
  assert.deepEqual(expiryNotes(parts), ["certificate edge ends in 46 h: the last try failed: validation: gate.example: connection refused", "credential riyadh/production-certificate ends in 39 d"]);
  assert.deepEqual(expiryNotes(setUp([edge({ leaf: null }), bank]).parts).slice(0, 1), ["certificate edge is not there: the last try failed: validation: gate.example: connection refused"]);
  assert.deepEqual(expiryNotes(setUp([{ ...edge(), leaf: readLeaf(longer.pem), renewal: renewal({ state: "failing" }) }, bank]).parts).length, 2);
  const shown = (pair: Shown["pair"]) => ({ shown: () => ({ pair, names: [] }) });
  assert.deepEqual(bareListeners(config, shown(pairOf(leaf))), []);
  // Its authority comes to this very process: who waits for readiness would wait for ever.
  assert.deepEqual(bareListeners(config, shown(null)), []);
  const { edge: ordered, ...others } = config.certificates;
  const byDns = { ...config, certificates: { ...others, edge: { ...ordered, acme: { ...(ordered?.acme as AcmeOptions), challenge: "dns-01" as const } } } };
  assert.deepEqual(bareListeners(byDns, shown(null)), ["listener tls has no certificate to show: edge is not there yet ('taxgate cert show edge')"]);
});

test("hosts that are intercepted with an authority which does not permit them are told in the list, by readyz and in the log", () => {
  const root = readLeaf(longer.pem);
  assert.ok(root !== null);
  const local = (uncovered: readonly string[]): CertificateStatus => ({ ...bank, name: "local", kind: "authority", authority: { name: "local", certificate: { pem: longer.pem, leaf: root }, permitted: ["tax.example"], uncovered, state: "good" } });
  const what = "intercepted, but not permitted: a.example, b.example: see 'taxgate cert show local'";
  for (const [hosts, notes] of [[["a.example", "b.example"], [what]], [[], [""]]] as const) {
    const { parts, views, lines } = setUp([local(hosts)]);
    assert.deepEqual(views.list().certificates.filter(({ name }) => name === "local").map(({ note }) => note), notes);
    assert.deepEqual(expiryNotes(parts).filter((note) => note.startsWith("authority")), hosts.length === 0 ? [] : [`authority local: ${what}`]);
    lines.length = 0;
    tellUncovered(parts.certificates, { warn: (event, fields) => void lines.push(`${event} ${JSON.stringify(fields)}`) });
    assert.deepEqual(lines, hosts.length === 0 ? [] : ['authority does not permit hosts that are intercepted with it {"certificate":"local","hosts":["a.example","b.example"],"see":"taxgate cert show local"}']);
  }
});

test("a certificate that is ordered here is shown with its next try, its failure and its place", () => {
  const window = { start: NOW - DAY, end: NOW, chosen: NOW - HOUR, movedUp: true };
  const { show, config } = setUp([edge({ window, explanation: "https://ca.example/why" }), bank]);
  const { acme, kinds, where, leaf: shown } = show("edge");
  assert.deepEqual([kinds, where, shown?.names], [["own"], "listener tls", ["gate.example"]]);
  assert.deepEqual(acme, {
    state: "alarm", doing: "waiting", domains: ["gate.example", "www.gate.example"], challenge: "http-01", issuedBy: null, authorities: ["https://acme-v02.api.letsencrypt.org/directory"],
    window: { start: "2026-11-21T00:00:00Z", end: "2026-11-22T00:00:00Z", chosen: "2026-11-21T23:00:00Z", movedUp: true, explanation: "https://ca.example/why" },
    next: { at: "2026-11-22T01:00:00Z", inSeconds: 3600, why: "back-off" }, failures: 3,
    lastFailure: { at: "2026-11-21T23:00:00Z", authority: "https://ca.example/dir", kind: "validation", detail: "gate.example: connection refused" },
    unwritten: null, directory: `${config.stateDir}/acme/certificates/edge`,
  });
});

for (const [challenge, dns, parts] of [
  ["http-01", "", ["http://gate.example/.well-known/acme-challenge/… at port 80", "www.gate.example", "listener plain (127.0.0.1:8080, this machine alone", "port 80 of these names has to lead there"]],
  ["tls-alpn-01", "", ["port 443 of gate.example, www.gate.example", "listener tls (0.0.0.0:8443)", "ALPN"]],
  ["dns-01", ", dns: { command: [/usr/local/bin/hook, --secret] }", ["TXT record _acme-challenge.gate.example, _acme-challenge.www.gate.example", "'/usr/local/bin/hook' writes it"]],
  ["dns-01", ', dns: { webhook: "https://user:password@dns.example/hook" }', ["the webhook at dns.example writes it"]],
] as const) {
  test(`a failed validation over ${challenge}${dns} says what has to be reached, and who answers`, () => {
    const config = configOf(YAML.replace("domains:", `challenge: ${challenge}${dns}, domains:`));
    const advice = adviceOn(edge(), config.certificates["edge"] ?? {}, config, ADDRESSES).join("\n");
    for (const part of parts) assert.ok(advice.includes(part), `${part} in ${advice}`);
    assert.ok(!/--secret|password|listener out/.test(advice), advice);
    assert.ok(advice.includes("'taxgate cert renew edge' tries at once"));
  });
}

for (const kind of ["unreachable", "rate-limited", "refused", "challenge", "server", "proof", "store", "fault"] as const) {
  test(`a failure of kind ${kind} comes with something to do`, () => {
    const config = configOf();
    const advice = adviceOn(edge({ lastFailure: { ...FAILURE, kind } }), config.certificates["edge"] ?? {}, config, ADDRESSES);
    assert.ok(advice.length >= 2 && (advice[0] ?? "").length > 40, advice.join("\n"));
  });
}

test("a directory's address that leads elsewhere is what to look at", () => {
  const config = configOf();
  const advice = (detail: string): string => adviceOn(edge({ lastFailure: { ...FAILURE, kind: "server", detail } }), config.certificates["edge"] ?? {}, config, ADDRESSES)[0] ?? "";
  assert.match(advice("fetching the directory: 'ca.example' answered 404 without a problem document, as 'text/html'; there is no directory of the protocol at this address"), /^look at 'acme\.directory'.*: https:\/\/ca\.example\/dir is no directory/);
  assert.match(advice("fetching the directory: 'ca.example' answered 503 without a problem document, as ''"), /^the fault is on the authority's side/);
});

test("what is not held is shown too: a credential by either name, unless two sites have it", () => {
  const { show, views } = setUp();
  const { credential, stage } = show("riyadh/production-certificate");
  assert.deepEqual([stage, credential?.ends, credential?.steps.length, credential?.steps[0]?.begin, credential?.steps[0]?.en], ["remind", "2026-12-31T00:00:00Z", 4, "2026-11-01T00:00:00Z", "Get a one-time password in the Fatoora portal."]);
  for (const [name, said] of [
    ["production-certificate", /several are called 'production-certificate': riyadh\/production-certificate, dammam\/production-certificate/],
    ["ksef-token", /when 'ksef-token' ends is not known: write 'credentials: \{ ksef-token: \{ ends: "…" \} \}' in site 'warsaw'/],
    ["nothing", /nothing is called 'nothing'; 'taxgate cert list' has the names/],
  ] as const) {
    const shown = views.show(name);
    assert.ok(!shown.ok);
    assert.match(shown.detail, said);
  }
});

test("another certificate is ordered, and what came of it is told; what is not ordered here says who renews it", async () => {
  const issued = setUp(undefined, Promise.resolve({ kind: "issued", leaf: readLeaf(longer.pem) ?? assert.fail(), issuer: "https://ca.example/dir" }));
  assert.deepEqual(await issued.views.renew("edge"), { ok: true, value: { result: "issued", detail: "issued by https://ca.example/dir, and in use", notAfter: "2027-02-20T00:00:00Z" } });
  const failed = setUp(undefined, Promise.resolve({ kind: "failed", failure: FAILURE }));
  assert.deepEqual(await failed.views.renew("edge"), { ok: true, value: { result: "failed", detail: "validation: gate.example: connection refused", notAfter: null } });
  for (const [name, said] of [
    ["bank", /stands in files \('.*a\.crt'\): whoever writes them renews it, and 'taxgate cert import bank' takes a new one in/],
    ["riyadh/production-certificate", /is not ordered here: 'taxgate cert show/],
    ["nothing", /there is no certificate 'nothing'; those that are ordered here: edge/],
  ] as const) {
    const answer = await issued.views.renew(name);
    assert.ok(!answer.ok);
    assert.match(answer.detail, said);
  }
});

test("nobody waits longer than 100 s for an order", async () => {
  const { clock, views } = setUp(undefined, new Promise<RenewAnswer>(() => undefined));
  const answer = views.renew("edge");
  clock.advance(100_000);
  assert.deepEqual(await answer, { ok: true, value: { result: "under-way", detail: "it is being ordered", notAfter: null } });
});

test("what stands in a stage of the list counts in metrics as its rank", () => {
  assert.deepEqual(setUp().expiry.status().map(({ stage }) => rankOf(stage)), [4, 1, 0, 0]);
});
