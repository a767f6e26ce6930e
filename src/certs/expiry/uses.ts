import type { Bilingual } from "../../platforms/options.ts";
import type { CertificateOptions } from "../options.ts";

/** What a configuration says of whatever can run out. */
export interface ExpiryConfig {
  readonly listeners: readonly {
    readonly name: string;
    readonly tls?: { readonly certificates: readonly string[]; readonly clientCa?: string | undefined; readonly clientCrl?: string | undefined } | undefined;
    readonly intercept?: { readonly authority: string } | undefined;
  }[];
  readonly admin: { readonly tls?: { readonly certificate: string } | undefined };
  readonly cache: { readonly redis?: { readonly ca?: string | undefined } | undefined };
  readonly certificates: Readonly<Record<string, CertificateOptions>>;
  readonly sites: readonly ExpirySite[];
}

/** The same of one site. */
export interface ExpirySite {
  readonly name: string;
  readonly platform: { readonly name: string; readonly credentials: readonly ProfileCredential[] } | null;
  readonly credentials?: Readonly<Record<string, { readonly ends: string; readonly remind: number }>> | undefined;
  readonly regions: readonly {
    readonly name: string;
    readonly endpoints: readonly { readonly url: string }[];
    readonly upstream: { readonly tls: { readonly ca?: string | undefined; readonly clientCertificate?: string | undefined } };
  }[];
}

/** What a profile says of something that is renewed at its platform. */
export interface ProfileCredential {
  readonly name: string;
  readonly what: Bilingual;
  readonly life: string;
  readonly renew: readonly Bilingual[];
  readonly human: boolean;
  /** It is the certificate that the platform is shown at the handshake. */
  readonly clientCertificate: boolean;
}

/** Who uses something: words for people, such as `listener tls`. */
export type Users = readonly string[];

/** Who shows a certificate to callers and operators. */
export function shownBy({ listeners, admin }: Pick<ExpiryConfig, "listeners" | "admin">, certificate: string): Users {
  const ours = listeners.filter(({ tls }) => tls?.certificates.includes(certificate) === true).map(({ name }) => `listener ${name}`);
  return admin.tls?.certificate === certificate ? [...ours, "admin"] : ours;
}

/** Who shows a certificate to platforms. */
export function shownToPlatformsBy({ sites }: Pick<ExpiryConfig, "sites">, certificate: string): Users {
  return sites.filter(({ regions }) => regions.some(({ upstream }) => upstream.tls.clientCertificate === certificate)).map(({ name }) => `site ${name}`);
}

/** Listeners that intercept with certificates of a private authority. */
export function interceptedBy({ listeners }: Pick<ExpiryConfig, "listeners">, authority: string): Users {
  return listeners.filter(({ intercept }) => intercept?.authority === authority).map(({ name }) => `listener ${name}`);
}

/** Files of authorities that are trusted, with who trusts them. */
export function trustedFiles({ listeners, cache, certificates, sites }: ExpiryConfig): ReadonlyMap<string, Users> {
  const orders = Object.entries(certificates).flatMap(([name, { acme }]) => (acme === undefined ? [] : [acme, ...acme.fallback].map(({ ca }) => ({ file: ca, user: `orders of certificate ${name}` }))));
  return grouped([
    ...listeners.map(({ name, tls }) => ({ file: tls?.clientCa, user: `clients of listener ${name}` })),
    { file: cache.redis?.ca, user: "cache.redis" },
    ...orders,
    ...sites.flatMap(({ name, regions }) => regions.map(({ upstream }) => ({ file: upstream.tls.ca, user: `site ${name}` }))),
  ]);
}

/** Files of revocation lists, with the listeners that go by them. */
export function revocationFiles({ listeners }: Pick<ExpiryConfig, "listeners">): ReadonlyMap<string, Users> {
  return grouped(listeners.map(({ name, tls }) => ({ file: tls?.clientCrl, user: `clients of listener ${name}` })));
}

/** Endpoints over TLS, by host and port, with the regions that they belong to. */
export function platformEndpoints({ sites }: Pick<ExpiryConfig, "sites">): ReadonlyMap<string, Users> {
  const all = sites.flatMap(({ name, regions }) => regions.flatMap((region) => region.endpoints.map(({ url }) => ({ file: url.startsWith("https:") ? endpointName(url) : undefined, user: `site ${name}, region ${region.name}` }))));
  return grouped(all);
}

/** `HOST:PORT` of an https: address. */
export function endpointName(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === "" ? "443" : port}`;
}

function grouped(uses: readonly { readonly file: string | undefined; readonly user: string }[]): ReadonlyMap<string, Users> {
  const files = new Map<string, Set<string>>();
  for (const { file, user } of uses) if (file !== undefined) files.set(file, (files.get(file) ?? new Set()).add(user));
  return new Map([...files].map(([file, users]) => [file, [...users]]));
}
