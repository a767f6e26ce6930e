import { X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import type { ListenerOptions } from "./options.ts";

/** What a TLS listener shows and asks for. */
export interface ListenerTls {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string;
  readonly SNICallback: (name: string, done: (error: Error | null, context?: SecureContext) => void) => void;
}

/** A certificate with its key, PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** Protocols offered by ALPN, the better one first. */
export const ALPN_BOTH: string[] = ["h2", "http/1.1"];

/** Joins a listener's certificates into what node wants; the first serves names that none of them covers. */
export function listenerTls(options: NonNullable<ListenerOptions["tls"]>, certificates: ReadonlyMap<string, KeyPair>, clientCa: string | null): ListenerTls {
  const pairs = options.certificates.map((name) => certificates.get(name) as KeyPair);
  const first = pairs[0] as KeyPair;
  const contexts = pairs.map((pair) => ({ leaf: new X509Certificate(pair.cert), context: createSecureContext({ ...pair, ...(clientCa === null ? {} : { ca: clientCa }) }) }));
  return {
    ...first,
    ...(clientCa === null ? {} : { ca: clientCa }),
    SNICallback(name, done) {
      const fitting = contexts.find(({ leaf }) => leaf.checkHost(name) !== undefined);
      done(null, (fitting ?? contexts[0])?.context);
    },
  };
}
