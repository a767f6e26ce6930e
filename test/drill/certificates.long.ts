import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { pebbleMissing } from "../support/pebble.ts";
import { runCertificatesDrill } from "./certificates-drill.ts";
import { HOSTS, SHORT_CERTIFICATES_PLAN, WAYS, type CertificatesPlan } from "./certificates-plan.ts";
import type { CertificatesRecord } from "./certificates-record.ts";
import { certificatesTable, judgeCertificates } from "./certificates-verdict.ts";
import { claimTable, type Claim } from "./claim.ts";
import type { Visit } from "./tls-visits.ts";

const PLAN: CertificatesPlan = { ...SHORT_CERTIFICATES_PLAN, life: 20, length: 60_000, visits: 30, forgets: 30_000, swaps: 5 };

/** A visit every 100 ms to each name, shown another certificate every ten seconds. */
const VISITS: readonly Visit[] = Array.from({ length: (PLAN.length / 1000) * PLAN.visits }, (_, index): Visit => {
  const at = (index * 1000) / PLAN.visits;
  const { visited } = HOSTS[WAYS[index % WAYS.length] ?? "http-01"];
  return { at, host: visited, fault: null, distrust: null, fingerprint: `${visited} ${Math.floor(at / 10_000)}`, left: 20_000 - (at % 10_000) };
});

const WELL: CertificatesRecord = {
  plan: PLAN, first: 9000, visits: VISITS, connections: 1, said: [],
  kept: Array.from({ length: 300 }, (_, index) => ({ at: index * 200, fault: null })),
  trouble: { away: { from: 20_000, to: 26_000 }, forgot: 31_000 },
};

describe("the certificates drill's judgement", () => {
  const failing = (claims: readonly Claim[]): string[] => claims.filter(({ holds }) => !holds).map(({ name }) => name);
  const changed = (change: (visit: Visit) => Visit): Partial<CertificatesRecord> => ({ visits: VISITS.map((one, index) => (index === 900 ? change(one) : one)) });
  const stale = (from: number): Partial<CertificatesRecord> => ({ visits: VISITS.map((one) => (one.at >= from && one.host === HOSTS["dns-01"].visited ? { ...one, fingerprint: `${one.host} ${from / 10_000 - 1}` } : one)) });
  const cases: readonly (readonly [string, Partial<CertificatesRecord>, readonly string[]])[] = [
    ["holds where all went well", {}, []],
    ["notices a handshake that failed", changed((one) => ({ ...one, fault: "ECONNRESET", fingerprint: null, left: null })), ["TLS handshakes that failed"]],
    ["notices a certificate that has just expired", changed((one) => ({ ...one, left: 0 })), ["certificates shown after their end"]],
    ["notices a certificate under another name", changed((one) => ({ ...one, distrust: "ERR_TLS_CERT_ALTNAME_INVALID" })), ["certificates shown that a client refuses"]],
    ["notices a load that stopped", { visits: VISITS.slice(0, 1700) }, ["new TLS connections, of those that were planned"]],
    ["notices a request that failed", { kept: WELL.kept.map((one, index) => (index === 7 ? { ...one, fault: "ECONNRESET" } : one)) }, ["requests that failed on the connection that was kept"]],
    ["notices that the connection was not kept", { connections: 2 }, ["connections that those took"]],
    ["notices that it was kept for a while only", { kept: WELL.kept.slice(0, 200) }, ["until the last of them"]],
    ["notices a certificate that is no longer renewed", stale(50_000), ["swaps of the certificate by dns-01"]],
    ["notices one that is not renewed any more by an authority that forgot it", stale(30_000), ["swaps of the certificate by dns-01", "swaps by dns-01 after it had forgotten everything"]],
    ["does not count a certificate that comes back as a swap", { visits: VISITS.map((one) => ({ ...one, fingerprint: `${one.host} ${Math.floor(one.at / 10_000) % 2}` })) }, [...WAYS.map((way) => `swaps of the certificate by ${way}`), ...WAYS.map((way) => `swaps by ${way} after it had forgotten everything`)]],
    ["notices an authority that was never away", { trouble: { ...WELL.trouble, away: null } }, ["time that the authority was away with an order under way"]],
    ["notices an authority that forgot nothing", { trouble: { ...WELL.trouble, forgot: null } }, WAYS.map((way) => `swaps by ${way} after it had forgotten everything`)],
    ["notices that there was never a certificate", { first: null, visits: [], kept: [] }, ["until every name has its first certificate"]],
  ];
  for (const [name, change, expected] of cases) test(name, () => assert.deepEqual(failing(judgeCertificates({ ...WELL, ...change })), expected));
});

test("the short drill holds: certificates are renewed under load, whatever the authority does", { skip: pebbleMissing }, async () => {
  const record = await runCertificatesDrill(SHORT_CERTIFICATES_PLAN, () => {});
  assert.ok(typeof record !== "string");
  const claims = judgeCertificates(record);
  assert.ok(claims.every(({ holds }) => holds), `${certificatesTable(record)}\n${claimTable(claims)}\n${record.said.join("\n")}`);
});
