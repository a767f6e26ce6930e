import { fileURLToPath } from "node:url";
import type { Pebble } from "../support/pebble.ts";

/** The three ways of showing an authority that a name is ours. */
export const WAYS = ["http-01", "tls-alpn-01", "dns-01"] as const;

/** One of {@link WAYS}. */
export type Way = (typeof WAYS)[number];

/** Certificates of the drill, by how each is ordered: the name that it is for, and the one that visitors ask for. */
export const HOSTS: Readonly<Record<Way, { readonly domain: string; readonly visited: string }>> = {
  "http-01": { domain: "web.drill.example", visited: "web.drill.example" },
  "tls-alpn-01": { domain: "alpn.drill.example", visited: "alpn.drill.example" },
  "dns-01": { domain: "*.dns.drill.example", visited: "api.dns.drill.example" },
};

/** Load and trouble. Times in milliseconds from the begin of the load unless said otherwise. */
export interface CertificatesPlan {
  /** Life of a certificate, in seconds. */
  readonly life: number;
  /** Per cent of good nonces that the authority refuses. */
  readonly nonceRejects: number;
  /** Each of its three looks at a challenge waits a whole number of seconds below this. */
  readonly validationSleep: number;
  /** Longest time until every name has its first certificate; the load begins then. */
  readonly first: number;
  readonly length: number;
  /** New TLS connections a second, to the names in turn. */
  readonly visits: number;
  /** Pause between two requests on the connection that is kept. */
  readonly keptEvery: number;
  /** With the first order from then on the authority keeps its port and answers nothing, for so long. */
  readonly away: { readonly from: number; readonly for: number };
  /** With the first order from then on it forgets this one, all others and every account. */
  readonly forgets: number;
  /** Of each certificate, at least. */
  readonly swaps: number;
}

/** The drill as it is run by hand. */
export const FULL_CERTIFICATES_PLAN: CertificatesPlan = {
  life: 60, nonceRejects: 15, validationSleep: 4, first: 60_000,
  length: 600_000, visits: 30, keptEvery: 200, away: { from: 180_000, for: 20_000 }, forgets: 360_000, swaps: 8,
};

/** The same in little more than a minute. */
export const SHORT_CERTIFICATES_PLAN: CertificatesPlan = {
  ...FULL_CERTIFICATES_PLAN, life: 24, validationSleep: 2, length: 66_000, away: { from: 18_000, for: 5000 }, forgets: 36_000, swaps: 3,
};

const HOOK = fileURLToPath(new URL("./dns-hook.ts", import.meta.url));

/** A Taxgate with a certificate for each way, at the ports that the authority looks at. */
export function certificatesConfig({ directory, caFile, httpPort, tlsPort, dns }: Pick<Pebble, "directory" | "caFile" | "httpPort" | "tlsPort" | "dns">, origin: string): string {
  const zone = JSON.stringify({ command: [process.execPath, HOOK, dns.management], resolvers: [dns.address], propagation: "10s" });
  const ordered = (way: Way): string => `acme: { directory: "${directory}", ca: "${caFile}", domains: ["${HOSTS[way].domain}"], challenge: ${way}${way === "dns-01" ? `, dns: ${zone}` : ""} }`;
  return `version: 1
state: { dir: "{folder}/state" }
listeners:
  - { name: plain, bind: "127.0.0.1:${httpPort}" }
  - { name: tls, bind: "127.0.0.1:${tlsPort}", tls: { certificates: [${WAYS.join(", ")}] } }
certificates:
${WAYS.map((way) => `  ${way}: { ${ordered(way)} }`).join("\n")}
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
regions: { home: { endpoints: [{ url: "${origin}" }] } }
routes:
  - { name: all, match: { path: /** }, class: pass }
`;
}
