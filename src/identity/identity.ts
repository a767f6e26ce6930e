import type { Headers } from "../http/message.ts";
import { clientAddress } from "./client-address.ts";
import { compileEntitled, type Entitled } from "./entitled.ts";
import { networkSet } from "./network-set.ts";
import type { IdentityOptions } from "./options.ts";
import { compilePrincipal, type PrincipalOf } from "./principal.ts";
import { compileRegion, type RegionAreas, type RegionOf } from "./region.ts";
import { compileTaxpayer, type TaxpayerOf } from "./taxpayer.ts";

/** Who asks, for whom, and where they are at home. Takes plain inputs; remembers nothing about requests but digests. */
export interface Identity {
  /** True when the taxpayer may stand in the body. */
  readonly needsBody: boolean;
  /** The client's address behind trusted hops; see client-address.ts. `peer` is the address on the socket. */
  clientAddress(peer: string, headers: Headers): string;
  /** See principal.ts. `address` is the client's. */
  readonly principal: PrincipalOf;
  /** See taxpayer.ts. `peer` is the address on the socket. */
  readonly taxpayer: TaxpayerOf;
  /** See region.ts. `address` is the client's. */
  readonly region: RegionOf;
  /** Kinds of principals that change although the caller is the same: digests of headers, which hold tokens, and addresses. */
  readonly changing: ReadonlySet<string>;
  /** See entitled.ts; null: the site has no such table. */
  readonly entitled: Entitled | null;
}

/**
 * Compiles a site's identity once, so that a request costs comparisons only. `defaultRegion` must be one of `regions`.
 * Throws an OperatorError for a malformed network.
 */
export function compileIdentity(options: IdentityOptions, regions: readonly RegionAreas[], defaultRegion: string): Identity {
  const trusted = networkSet(options.trustedProxies, "identity.trustedProxies");
  return {
    needsBody: options.taxpayer.some((source) => "json" in source),
    clientAddress: (peer, headers) => clientAddress(peer, headers, trusted),
    principal: compilePrincipal(options.principal),
    taxpayer: compileTaxpayer(options.taxpayer),
    region: compileRegion(options.region, regions, defaultRegion),
    changing: new Set(options.principal.flatMap((source) => ("address" in source ? ["address"] : "header" in source && source.hash ? [source.header.toLowerCase()] : []))),
    entitled: compileEntitled(options.entitled),
  };
}
