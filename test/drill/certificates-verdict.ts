import { columns } from "../bench/table.ts";
import { HOSTS, WAYS, type Way } from "./certificates-plan.ts";
import type { CertificatesRecord } from "./certificates-record.ts";
import { atLeast, atMost, noneOf, type Claim } from "./claim.ts";
import type { Visit } from "./tls-visits.ts";

/** Every claim of the drill, judged. */
export function judgeCertificates(record: CertificatesRecord): readonly Claim[] {
  const { plan, first, visits, kept, connections, trouble } = record;
  if (first === null) return [atMost("until every name has its first certificate", Number.NaN, plan.first, "ms")];
  const met = visits.filter(({ fault }) => fault === null);
  const { away, forgot } = trouble;
  return [
    atMost("until every name has its first certificate", first, plan.first, "ms"),
    noneOf("TLS handshakes that failed", visits.flatMap(({ host, fault }) => (fault === null ? [] : [`${host} ${fault}`])), visits.length),
    noneOf("certificates shown after their end", met.filter(({ left }) => left === null || left <= 0).map(({ host, left }) => `${host} by ${left} ms`), met.length),
    noneOf("certificates shown that a client refuses", met.flatMap(({ host, distrust }) => (distrust === null ? [] : [`${host} ${distrust}`])), met.length),
    atLeast("new TLS connections, of those that were planned", (visits.length * 100_000) / (plan.visits * plan.length), 95, "%"),
    noneOf("requests that failed on the connection that was kept", kept.flatMap(({ fault }) => fault ?? []), kept.length),
    atMost("connections that those took", connections, 1),
    atLeast("until the last of them", (kept.at(-1)?.at ?? Number.NaN) / 1000, (plan.length - 2000) / 1000, "s"),
    ...WAYS.map((way) => atLeast(`swaps of the certificate by ${way}`, swaps(shownBy(visits, way)).length, plan.swaps)),
    atLeast("time that the authority was away with an order under way", away === null ? Number.NaN : away.to - away.from, plan.away.for, "ms"),
    ...WAYS.map((way) => atLeast(`swaps by ${way} after it had forgotten everything`, swaps(shownBy(visits, way)).filter(({ at }) => forgot !== null && at > forgot).length, 1)),
  ];
}

/** What was shown, certificate by certificate. */
export function certificatesTable({ visits, plan }: CertificatesRecord): string {
  const row = (way: Way): string[] => {
    const seen = shownBy(visits, way);
    const left = seen.map((one) => one.left ?? 0);
    const least = left.reduce((some, one) => Math.min(some, one), Infinity);
    const [begin, ...others] = [seen[0]?.at ?? 0, ...swaps(seen).map(({ at }) => at)];
    const gaps = others.map((at, index) => (at - (index === 0 ? begin : (others[index - 1] ?? 0))) / 1000);
    const seconds = (value: number): string => (Number.isFinite(value) ? `${value.toFixed(1)} s` : "–");
    return [way, HOSTS[way].domain, String(seen.length), String(others.length), seconds(least / 1000), seconds(Math.max(...gaps)), `${plan.life} s`];
  };
  return columns([["certificate", "name", "visits", "swaps", "least left when shown", "longest in use", "life"], ...WAYS.map(row)]);
}

function shownBy(visits: readonly Visit[], way: Way): readonly Visit[] {
  return visits.filter(({ host, fault }) => host === HOSTS[way].visited && fault === null).toSorted((one, other) => one.at - other.at);
}

/** The visits that were the first to be shown another certificate. */
function swaps(seen: readonly Visit[]): readonly Visit[] {
  const known = new Set([seen[0]?.fingerprint]);
  return seen.filter(({ fingerprint }) => !known.has(fingerprint) && known.add(fingerprint));
}
