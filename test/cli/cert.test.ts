import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CertificateLineView, CertificateView } from "../../src/admin/certificate-views.ts";
import { manualClock } from "../../src/base/clock.ts";
import type { AdminReply } from "../../src/cli/admin-client.ts";
import { certificateDoubts } from "../../src/cli/certificate-doubts.ts";
import { loadConfig } from "../../src/config/load.ts";
import { DAY, madeAuthority, madeLeaf, NOW } from "../certs/made-pair.ts";
import { run, type Said, VIEW } from "./console.ts";

const answer = (status: number, body: unknown): AdminReply => ({ kind: "answer", status, body });

/** Runs a command against a Taxgate that gives this answer; what was called stands in `asked`. */
async function against(line: string | readonly string[], reply: AdminReply, io: Parameters<typeof run>[2] = {}): Promise<Said & { readonly asked: string[] }> {
  const asked: string[] = [];
  const said = await run(line, { loadConfig: () => Promise.resolve({ ok: true, config: VIEW, warnings: [] }), readText: () => "t", callAdmin: (_target, method, path) => Promise.resolve((asked.push(`${method} ${path}`), reply)) }, io);
  return { ...said, asked };
}

const LINE: CertificateLineView = { kind: "own", name: "edge", stage: "2d", notAfter: "2026-11-24T00:00:00Z", secondsLeft: 46 * 3600, where: "listener tls", renewal: "alarm", note: "the last try failed: validation: refused\u001b[2J" };
const LIST = { at: "2026-11-22T00:00:00Z", certificates: [
  { ...LINE, name: "new", stage: "none", notAfter: null, secondsLeft: null, where: "", renewal: "new", note: "" },
  { ...LINE, name: "old", stage: "expired", secondsLeft: -3 * 86_400, renewal: null, note: "" },
  LINE,
  { ...LINE, kind: "platform", name: "tax.example:443", stage: "30d", secondsLeft: 20 * 86_400, where: "site a", renewal: null, note: "" },
  { ...LINE, name: "stuck", stage: "fine", secondsLeft: 30 * 86_400, note: "" },
  { ...LINE, name: "well", stage: "fine", secondsLeft: 80 * 86_400, renewal: "good", note: "" },
] };

test("cert list has a line each, what needs somebody first on top, and obeys no terminal codes of others", async () => {
  const { code, out, asked } = await against("cert list", answer(200, LIST));
  assert.deepEqual([code, asked], [0, ["GET /api/v1/certificates"]]);
  assert.equal(out, `left           ends                  kind      name             used by       note
nothing        -                     own       new              -             renewal new
ended 3 d ago  2026-11-24T00:00:00Z  own       old              listener tls
46 h           2026-11-24T00:00:00Z  own       edge             listener tls  renewal alarm; the last try failed: validation: refused?[2J
20 d           2026-11-24T00:00:00Z  platform  tax.example:443  site a
30 d           2026-11-24T00:00:00Z  own       stuck            listener tls  renewal alarm
80 d           2026-11-24T00:00:00Z  own       well             listener tls
6 things that can run out, 4 soon or already: 'taxgate cert show NAME' says what to do
`);
});

test("cert list marks lines by their stages", async () => {
  const { out } = await against("cert list", answer(200, LIST), { tty: true, env: { TERM: "xterm" } });
  const marks = out.split("\n").slice(1, 7).map((line) => /^\u001b\[(\d+)m/.exec(line)?.[1] ?? "-");
  assert.deepEqual(marks, ["31", "31", "31", "33", "31", "-"]);
});

const VIEWED: CertificateView = {
  ...LINE, kinds: ["own"], at: "2026-11-22T00:00:00Z", files: null, authority: null, credential: null,
  leaf: { subject: "CN=gate.example", issuer: "CN=R3", names: ["gate.example"], serial: "0a", fingerprint: "abcd", notBefore: "2026-08-26T00:00:00Z", notAfter: "2026-11-24T00:00:00Z" },
  acme: {
    state: "alarm", doing: "waiting", domains: ["gate.example"], challenge: "http-01", issuedBy: "https://ca.example/dir", authorities: ["https://ca.example/dir", "https://other.example/dir"],
    window: { start: "2026-10-20T00:00:00Z", end: "2026-10-22T00:00:00Z", chosen: "2026-10-21T00:00:00Z", movedUp: true, explanation: "https://ca.example/why" },
    next: { at: "2026-11-22T01:00:00Z", inSeconds: 3600, why: "back-off" }, failures: 3,
    lastFailure: { at: "2026-11-21T23:00:00Z", authority: "https://ca.example/dir", kind: "validation", detail: "refused\u001b[2J" }, unwritten: null, directory: "/state/certificates/edge",
  },
  advice: ["do this", "then that"],
};

test("cert show tells all that somebody needs at three in the morning", async () => {
  const { code, out, asked } = await against("cert show edge", answer(200, VIEWED));
  assert.deepEqual([code, asked], [0, ["GET /api/v1/certificates/show?name=edge"]]);
  assert.equal(out, `edge (own): ends in 46 h, 2026-11-24T00:00:00Z
  used by      listener tls
  subject      CN=gate.example
  names        gate.example
  issuer       CN=R3
  valid        2026-08-26T00:00:00Z to 2026-11-24T00:00:00Z
  serial       0a
  fingerprint  SHA-256 AB:CD
  renewal      alarm
  ordered for  gate.example, by http-01
  authority    https://ca.example/dir (issued it), then https://other.example/dir
  window       the authority asks for 2026-10-20T00:00:00Z to 2026-10-22T00:00:00Z, drawn 2026-10-21T00:00:00Z: moved forward; see https://ca.example/why
  next try     2026-11-22T01:00:00Z, in 60 min: it waits after what failed
  failed       2026-11-21T23:00:00Z at https://ca.example/dir, 3 times in a row
               validation: refused?[2J
  stands in    /state/certificates/edge
  -> do this
  -> then that
`);
});

const CREDENTIAL: CertificateView = {
  ...VIEWED, name: "riyadh/seal", kinds: ["credential"], leaf: null, acme: null, note: "", advice: [],
  credential: { site: "riyadh", profile: "sa-zatca", what: { en: "a seal", zh: "电子印章" }, life: "5 years", ends: "2026-12-31T00:00:00Z", certificate: null, steps: [{ begin: "2026-11-20T00:00:00Z", en: "first", zh: "先" }, { begin: "2026-12-20T00:00:00Z", en: "second", zh: "后" }] },
};

for (const [flags, env, lines] of [
  ["", {}, ["  what         a seal", "  1. begin by 2026-11-20, overdue unless it is done: first", "  2. begin by 2026-12-20: second"]],
  [" --lang zh", {}, ["  what         电子印章", "  1. 最迟开始于 2026-11-20（已逾期，除非已完成）: 先", "  2. 最迟开始于 2026-12-20: 后"]],
  ["", { TERM: "xterm", LANG: "zh_CN.UTF-8" }, ["  1. \u001b[33m最迟开始于 2026-11-20（已逾期，除非已完成）\u001b[0m: 先", "  2. 最迟开始于 2026-12-20: 后"]],
] as const) {
  test(`cert show${flags} says the steps of a credential with their days, in the language of ${JSON.stringify(env)}`, async () => {
    const { out } = await against(`cert show riyadh/seal${flags}`, answer(200, CREDENTIAL), { env, tty: "TERM" in env });
    for (const line of lines) assert.ok(out.split("\n").includes(line), `${line}\n${out}`);
  });
}

for (const [result, code, out, err] of [
  ["issued", 0, /^issued: well, until 2027-02-20T00:00:00Z\n$/, /^$/],
  ["taken-over", 0, /^taken-over: well/, /^$/],
  ["under-way", 0, /^under-way: well.*'taxgate cert show edge' says how it goes\n$/, /^$/],
  ["locked", 0, /^locked: well.*'taxgate cert show edge'/, /^$/],
  ["failed", 1, /^$/, /^failed: well; 'taxgate cert show edge' says what to look at\n$/],
  ["stopped", 3, /^$/, /^stopped: well/],
] as const) {
  test(`cert renew ends with ${code} when it is ${result}`, async () => {
    const said = await against("cert renew edge", answer(result === "under-way" ? 202 : 200, { result, detail: "well", notAfter: "2027-02-20T00:00:00Z" }));
    assert.deepEqual([said.code, said.asked], [code, ["POST /api/v1/certificates/renew?name=edge"]]);
    assert.match(said.out, out);
    assert.match(said.err, err);
  });
}

test("what is refused is said in the API's words, and is a mistake of the caller", async () => {
  const refused = answer(400, { detail: "certificate 'bank' stands in files" });
  for (const line of ["cert show bank", "cert renew bank"]) assert.deepEqual(await against(line, refused).then(({ code, out, err }) => [code, out, err]), [2, "", "certificate 'bank' stands in files\n"]);
});

test("check says what runs out within 14 days, what has, and what is broken", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-doubts-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [ending, ended, later, root] = await Promise.all([
    madeLeaf("a.example", { notBefore: NOW - 300 * DAY, notAfter: NOW + 13 * DAY }), madeLeaf("b.example", { notBefore: NOW - 300 * DAY, notAfter: NOW - DAY }),
    madeLeaf("c.example", { notBefore: NOW - 300 * DAY, notAfter: NOW + 15 * DAY }), madeAuthority("Root", { notBefore: NOW - 300 * DAY, notAfter: NOW + 3 * DAY }),
  ]);
  for (const [name, { pem, keyPem }] of Object.entries({ ending, ended, later, root })) {
    writeFileSync(join(folder, `${name}.pem`), pem);
    writeFileSync(join(folder, `${name}.key`), keyPem, { mode: 0o600 });
  }
  const file = join(folder, "taxgate.yaml");
  const yaml = `version: 1
listeners: [{ name: tls, bind: "127.0.0.1:0", tls: { certificates: [ending, ended, later] } }]
certificates: { ${["ending", "ended", "later"].map((name) => `${name}: { files: { cert: ./${name}.pem, key: ./${name}.key } }`).join(", ")} }
platform: sa-zatca
upstream: { tls: { ca: ./root.pem } }
credentials: { production-certificate: { ends: "2026-11-30" } }
`;
  const doubts = (text: string): string[] => {
    writeFileSync(file, text);
    const loaded = loadConfig(file, {});
    assert.ok(loaded.ok, JSON.stringify(loaded));
    return certificateDoubts("taxgate.yaml", loaded.config, manualClock(NOW)).map((one) => `${one.file.replace(`${folder}/`, "")}: ${one.path}: ${one.message}`).filter((line) => !line.includes("weak"));
  };
  assert.deepEqual(doubts(yaml).filter((line) => !line.startsWith("ended.pem")), [
    "ending.pem: listener tls: certificate ending ends in 13 d",
    `root.pem: site default: an authority in ${folder}/root.pem ends in 3 d (CN=Root)`,
    "taxgate.yaml: site default: credential default/production-certificate ends in 8 d (renewed by a person: profile sa-zatca)",
  ]);
  assert.deepEqual(doubts(yaml).filter((line) => line.startsWith("ended.pem")).length, 1);
  assert.throws(() => doubts(yaml.replace("key: ./ending.key", "key: ./later.key")), /certificates\.ending: reading .*the key does not belong/);
});
