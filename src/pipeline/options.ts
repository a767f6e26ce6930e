import { z } from "zod";
import { bytes, duration, name } from "../base/fields.ts";
import { keyName, secretKey } from "../base/secret-keys.ts";
import { routeCacheOptions } from "../cache/options.ts";
import { jsonMatch, soapAction, xmlMatch } from "../document/options.ts";
import { UNUSUAL_SPELLINGS } from "../http/target.ts";
import { learnsOptions, submissionOptions } from "../journal/options.ts";
import { limitNames } from "../limits/caller/options.ts";
import { paceOptions } from "../limits/pace/options.ts";
import { identityOptions, type IdentityOptions } from "../identity/options.ts";
import { credentialDate, platformChoice, type CredentialDate, type PlatformFacts } from "../platforms/options.ts";
import { regionOptions, upstreamOptions, type RegionOptions } from "../upstream/options.ts";
import { routeWafOptions, siteWafOptions, type SiteWafOptions } from "../waf/options.ts";
import { errorForm, type ErrorForm } from "./error-form.ts";

/** What a route is for. A closed list: it decides buffering, retries, cancelling and journalling. */
export const ROUTE_CLASSES = ["submit", "poll", "read", "auth", "control", "inbound", "pass"] as const;

/** See {@link ROUTE_CLASSES}. */
export type RouteClass = (typeof ROUTE_CLASSES)[number];

const match = z.strictObject({
  /** Empty: every method. GET takes HEAD along. */
  methods: z.array(z.string().regex(/^[A-Z-]{1,20}$/, { error: () => "a method in capitals such as POST" })).prefault([]),
  /** `/a/b`, `/a/{name}/b` (one segment), `/a/**` (any depth). */
  path: z.string().regex(/^\/([^?#\s]*)$/, { error: () => "a path such as /api/invoices, /api/{id} or /**" }),
  /** Header fields that must have exactly this value. */
  header: z.record(z.string(), z.string()).prefault({}),
  /** Query members that must have exactly this value. */
  query: z.record(z.string(), z.string()).prefault({}),
  /** Values that variables of the path must have, decoded; of a list one of them. */
  variables: z.record(z.string(), z.union([z.string(), z.array(z.string()).min(1).max(1000)], { error: () => "a text in quotes, or a list of them" })).prefault({}),
  /** What SOAPAction, or `action` in the content type, must say; quotes do not count. Its sender may say there what it likes. */
  soapAction: soapAction().optional(),
  /** Places in a JSON body and what stands there; all must hold. The body is read before the route is chosen. */
  json: z.array(jsonMatch()).max(20).prefault([]),
  /** The same in an XML body. */
  xml: z.array(xmlMatch()).max(20).prefault([]),
});

/** One kind of request. The first route that matches decides. */
export const routeOptions = z.strictObject({
  name: name(),
  match,
  class: z.enum(ROUTE_CLASSES),
  /** Spellings of the path that this route accepts and forwards as they are. */
  allow: z.array(z.enum(UNUSUAL_SPELLINGS)).prefault([]),
  body: z
    .strictObject({
      /** Larger bodies are refused; in the pass class there is no bound unless one stands here. */
      maxBytes: bytes().optional(),
      /** Content types accepted; empty: all. */
      types: z.array(z.string()).prefault([]),
    })
    .prefault({}),
  timeouts: z.strictObject({ response: duration("10ms", "1h").optional(), total: duration("10ms", "24h").optional() }).prefault({}),
  /** Protocols that may be switched to. */
  upgrade: z.array(z.literal("websocket")).prefault([]),
  /** A fresh connection for every attempt, where the platform forgets idle ones. */
  connection: z.enum(["proven", "fresh"]).prefault("proven"),
  /**
   * May it go to a fallback region? Unless said, reads may and nothing else: another region answers a query about a
   * submission with "no such invoice", and whoever believes it issues again.
   */
  crossRegion: z.boolean().optional(),
  /** What is kept of its answers; nothing unless written, and `{}` is RFC 9111. */
  cache: routeCacheOptions.optional(),
  /** What the platform allows on this route, beside what it allows on all. */
  pace: paceOptions.prefault([]),
  /** What callers are allowed here, beside what they are on all routes: names under the top's `limits`. */
  limits: limitNames.prefault([]),
  /** How submissions are kept from being issued twice; needs class submit. */
  submission: submissionOptions.optional(),
  /** The form of answers that Taxgate makes itself here; the site's unless written. */
  errors: errorForm.optional(),
  /** What its answers tell about submissions of other routes; needs class poll or read. */
  learns: learnsOptions.optional(),
  /** How its requests are looked at, where that is not as on the site. */
  waf: routeWafOptions.optional(),
  /** Tells browsers and clients to come by TLS alone from now on (RFC 6797), on answers over TLS; nothing unless asked. */
  hsts: z
    .strictObject({
      maxAge: duration("0ms", "10y").prefault("1y"),
      includeSubDomains: z.boolean().prefault(false),
    })
    .optional(),
  /** What the platform is told about the caller; nothing unless asked. */
  forward: z
    .strictObject({
      /** Sends X-Forwarded-For, -Host, -Proto and Forwarded. */
      client: z.boolean().prefault(false),
      /** Sends traceparent and tracestate. */
      trace: z.boolean().prefault(false),
      /** Keeps the Host of the caller instead of the endpoint's own. */
      host: z.boolean().prefault(false),
    })
    .prefault({}),
});

/** See {@link routeOptions}. */
export type RouteOptions = z.output<typeof routeOptions>;

/** A platform, its regions and the routes that lead there, as written. */
export const siteOptions = z.strictObject({
  name: name().prefault("default"),
  /** The profile of the tax platform: its routes come after the site's own, and its defaults hold where the site says nothing. */
  platform: platformChoice.optional(),
  /** Host names this site answers to; `*` is any, `*.example.com` any below. The first site that matches wins. */
  hosts: z.array(z.string().min(1)).min(1).prefault(["*"]),
  /** Home of requests that say nothing else; the first region unless named. */
  defaultRegion: name().optional(),
  regions: z.record(name(), regionOptions),
  upstream: upstreamOptions.prefault({}),
  identity: identityOptions.prefault({}),
  /** Keys that extractors decode with, by the names that they use. */
  keys: z.record(keyName(), secretKey()).prefault({}),
  /** When what a person renews at the platform ends, by the names that the profile has for it. */
  credentials: z.record(name(), credentialDate).optional(),
  /** The form of answers that Taxgate makes itself; problem details (RFC 9457) unless written. */
  errors: errorForm.optional(),
  /** How its requests are looked at, where that is not as everywhere. */
  waf: siteWafOptions.optional(),
  /** What callers are allowed on all of its routes together: names under the top's `limits`. */
  limits: limitNames.prefault([]),
  routes: z.array(routeOptions).max(1000).prefault([]),
});

/** A site, checked and complete. */
export interface SiteOptions {
  readonly name: string;
  /** The profile it was made with, which is written out in it; null: none. */
  readonly platform: PlatformFacts | null;
  readonly hosts: readonly string[];
  readonly defaultRegion: string;
  readonly regions: readonly RegionOptions[];
  readonly identity: IdentityOptions;
  /** As text; see {@link siteOptions}. */
  readonly keys: Readonly<Record<string, string>>;
  readonly credentials?: Readonly<Record<string, CredentialDate>> | undefined;
  readonly errors?: ErrorForm | undefined;
  readonly waf?: SiteWafOptions | undefined;
  readonly limits?: readonly string[];
  readonly routes: readonly RouteOptions[];
}
