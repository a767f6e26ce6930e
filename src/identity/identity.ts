import type { KeyLookUp } from "../base/secret-keys.ts";
import type { JsonMatch, XmlMatch } from "../document/options.ts";
import type { Headers } from "../http/message.ts";
import { bodyLook } from "./body-look.ts";
import { compileBodyTest, type BodyLook, type BodyTest } from "./body-test.ts";
import { clientAddress } from "./client-address.ts";
import { compileEntitled, type Entitled } from "./entitled.ts";
import type { Fit } from "./fit.ts";
import { networkSet } from "../base/network-set.ts";
import type { IdentityOptions } from "./options.ts";
import { compilePrincipal, type PrincipalOf } from "./principal.ts";
import { compileRegion, type RegionAreas, type RegionOf } from "./region.ts";
import { soapActionTest } from "./soap-action.ts";
import { compileTaxpayer, type TaxpayerOf } from "./taxpayer.ts";

/** Who asks, for whom, and where they are at home. Takes plain inputs; remembers nothing about requests but digests. */
export interface Identity {
  /** True where the taxpayer may stand in a variable of the path. */
  readonly needsPath: boolean;
  /** The client's address behind trusted hops; see client-address.ts. `peer` is the address on the socket. */
  clientAddress(peer: string, headers: Headers): string;
  /** See principal.ts. `address` is the client's. */
  readonly principal: PrincipalOf;
  /** See taxpayer.ts; null: nothing says it. `peer` is the address on the socket. */
  readonly taxpayer: TaxpayerOf | null;
  /** See region.ts. `address` is the client's. */
  readonly region: RegionOf;
  /** Whatever says the taxpayer is a claim of a token: the platform looks at that itself. */
  readonly provesTaxpayer: boolean;
  /** Kinds of principals that change although the caller is the same: digests of headers, which hold tokens, and addresses. */
  readonly changing: ReadonlySet<string>;
  /** See entitled.ts; null: the site has no such table. */
  readonly entitled: Entitled | null;
}

/** What a route asks of requests, beside method, path and single fields. Null: nothing. */
export interface RequestTest {
  readonly head: ((headers: Headers) => Fit) | null;
  readonly body: BodyTest | null;
}

/** Compiles the rest of a route's `match`. */
export function compileRequestTest({ soapAction, json, xml }: { readonly soapAction?: string | undefined; readonly json: readonly JsonMatch[]; readonly xml: readonly XmlMatch[] }): RequestTest {
  return { head: soapAction === undefined ? null : soapActionTest(soapAction), body: compileBodyTest(json, xml) };
}

/** Looks at one body on behalf of all that ask about it, so that each place is read once. Null: no body. */
export function lookAt(body: Uint8Array | null, headers: Headers, tests: readonly BodyTest[]): BodyLook {
  return bodyLook(body, headers, tests.flatMap(({ conditions }) => conditions));
}

/**
 * Compiles a site's identity once, so that a request costs comparisons only. `defaultRegion` must be one of `regions`;
 * `keys` are the site's. Throws an OperatorError for a malformed network.
 */
export function compileIdentity(options: IdentityOptions, regions: readonly RegionAreas[], defaultRegion: string, keys?: KeyLookUp): Identity {
  const trusted = networkSet(options.trustedProxies, "identity.trustedProxies");
  return {
    needsPath: options.taxpayer.some((source) => source.path !== undefined),
    clientAddress: (peer, headers) => clientAddress(peer, headers, trusted),
    principal: compilePrincipal(options.principal),
    taxpayer: options.taxpayer.length === 0 ? null : compileTaxpayer(options.taxpayer, keys),
    region: compileRegion(options.region, regions, defaultRegion),
    provesTaxpayer: options.taxpayer.length > 0 && options.taxpayer.every(({ jwt }) => jwt !== undefined),
    changing: new Set(options.principal.flatMap((source) => ("address" in source ? ["address"] : "header" in source && source.hash ? [source.header.toLowerCase()] : []))),
    entitled: compileEntitled(options.entitled),
  };
}
