import { z } from "zod";
import { parseAddress } from "../base/cidr.ts";
import { bytes, duration, name, nameServer, share, whole } from "../base/fields.ts";
import { concurrencyOptions } from "../limits/concurrency/options.ts";
import { paceOptions } from "../limits/pace/options.ts";

const ORIGIN = /^(https?:\/\/[^/?#@\s]+\/?|sandbox:[A-Za-z0-9._-]{1,64})$/;
const ORIGIN_WANTED = "an origin such as https://tax.example or https://tax.example:8443, or sandbox:NAME";

/** One server of a region. */
const endpoint = z.strictObject({
  /** `https://host[:port]`, or `sandbox:NAME` for a simulated platform. */
  url: z
    .string()
    .regex(ORIGIN, { error: () => ORIGIN_WANTED })
    // The pattern lets a port of 99999 pass, which nothing can connect to; one message a mistake is enough.
    .refine((url) => !ORIGIN.test(url) || URL.canParse(url), { error: () => ORIGIN_WANTED }),
  /** Share of the region's requests against its siblings. */
  weight: whole(1, 100).prefault(1),
  /** Address to dial instead of looking the host's name up, where that name leads to Taxgate itself. */
  address: z.string().refine((text) => parseAddress(text) !== null, { error: () => "an IP address such as 203.0.113.7" }).optional(),
});

/** TLS toward the platform. */
const tls = z.strictObject({
  /** PEM file of the authorities to trust instead of the system's. */
  ca: z.string().optional(),
  /** A name under `certificates`, shown where the platform asks for one. */
  clientCertificate: name().optional(),
  /** Server name to ask for and to verify, where it differs from the URL's host. */
  serverName: z.string().optional(),
  minVersion: z.enum(["1.2", "1.3"]).prefault("1.2"),
});

const timeouts = z.strictObject({
  /** To reach an endpoint: name look-up, TCP and TLS. */
  connect: duration("10ms", "5min").prefault("3s"),
  /** From the end of the request to the answer's head, and between two pieces of its body. */
  response: duration("10ms", "1h").prefault("30s"),
  /** All attempts together, up to the answer's head; for submissions up to its end. */
  total: duration("10ms", "24h").prefault("120s"),
});

const health = z.strictObject({
  /** Probes by connecting (and shaking hands where it is TLS). */
  connect: z.boolean().prefault(true),
  /** Probes by `GET path` instead, only where the platform documents one; any answer below 500 is healthy. */
  path: z.string().regex(/^\/[^\s#]*$/, { error: () => "a path such as /health" }).optional(),
  every: duration("50ms", "1h").prefault("5s"),
  healthyAfter: whole(1, 100).prefault(2),
  unhealthyAfter: whole(1, 100).prefault(3),
  /** A recovered endpoint takes its full share only after so long. */
  slowStart: duration("0ms", "1h").prefault("30s"),
  /** Consecutive failures of real requests that put an endpoint out; the last one standing is never put out. */
  outlierAfter: whole(1, 1000).prefault(5),
  /** How long an endpoint stays out the first time; it doubles each time up to ten times that. */
  outlierFor: duration("100ms", "1h").prefault("30s"),
});

const breaker = z.strictObject({
  consecutiveFailures: whole(1, 10_000).prefault(5),
  failureRatio: share().prefault(0.5),
  window: duration("1s", "10min").prefault("10s"),
  /** Ratios act only on so many requests inside the window. */
  minimumRequests: whole(1, 100_000).prefault(10),
  slowCall: duration("1ms", "10min").prefault("5s"),
  slowCallRatio: share().prefault(0.5),
  openFor: duration("100ms", "1h").prefault("60s"),
  /** Trials that must succeed one after another to close it. */
  halfOpenProbes: whole(1, 100).prefault(3),
});

const retry = z.strictObject({
  /** Attempts in all, the first included. */
  attempts: whole(1, 10).prefault(2),
  /** Retries as a share of requests, so that a brown-out is not doubled. */
  budget: share().prefault("20%"),
  /** First and longest pause before another attempt, written `100ms..2s`; the pause is random below the bound. */
  backoff: z
    .string({ error: () => "two durations such as 100ms..2s" })
    .regex(/^\d+(\.\d+)?(ms|s|min)\.\.\d+(\.\d+)?(ms|s|min)$/, { error: () => "two durations such as 100ms..2s" })
    .prefault("100ms..2s"),
});

/** How a platform is reached; a region may override any part. */
export const upstreamOptions = z.strictObject({
  tls: tls.prefault({}),
  /** Name servers that are asked for the endpoints' addresses, instead of the system with its hosts file; empty: the system. */
  nameServers: z.array(nameServer()).max(10).prefault([]),
  timeouts: timeouts.prefault({}),
  /** Connections to one endpoint at once. */
  connections: whole(1, 10_000).prefault(128),
  /** Requests waiting for one endpoint; more are refused. */
  queue: whole(0, 100_000).prefault(2000),
  /** Longest wait for one endpoint. */
  queueTimeout: duration("0ms", "10min").prefault("10s"),
  /** How many calls may be under way at one endpoint, and who waits; see limits/concurrency/options.ts. */
  concurrency: concurrencyOptions.prefault({}),
  /** Speaks HTTP/2 where the endpoint offers it. */
  http2: z.boolean().prefault(false),
  /** An answer's head larger than this is refused. */
  maxHeadBytes: bytes("1MiB").prefault("64KiB"),
  health: health.prefault({}),
  breaker: breaker.prefault({}),
  retry: retry.prefault({}),
  /** What the platform allows, all routes together; see limits/pace/options.ts. */
  pace: paceOptions.prefault([]),
});

/** See {@link upstreamOptions}. */
export type UpstreamOptions = z.output<typeof upstreamOptions>;

/** A region before its `upstream` overrides are merged with the site's. */
export const regionOptions = z.strictObject({
  endpoints: z.array(endpoint).min(1).max(64),
  /** Prefixes of the administrative division inside the taxpayer number (GB/T 2260); the longest one wins. */
  taxpayers: z
    .array(z.string({ error: () => "a quoted prefix of one to six digits, such as \"44\"" }).regex(/^\d{1,6}$/, { error: () => "a quoted prefix of one to six digits, such as \"44\"" }))
    .prefault([]),
  /** Client networks (CIDR) at home in this region. */
  clients: z.array(z.string()).prefault([]),
  /** Regions to read from when this one is down, in order. */
  fallback: z.array(name()).prefault([]),
  /** What differs from the site's `upstream`. */
  upstream: z.record(z.string(), z.unknown()).optional(),
});

/** An endpoint of a region, checked. */
export interface EndpointOptions {
  readonly url: string;
  readonly weight: number;
  /** Dialled instead of what the host's name says. */
  readonly address?: string | undefined;
}

/** A region with everything it inherits from its site. */
export interface RegionOptions {
  readonly name: string;
  readonly endpoints: readonly EndpointOptions[];
  readonly taxpayers: readonly string[];
  readonly clients: readonly string[];
  readonly fallback: readonly string[];
  readonly upstream: UpstreamOptions;
}
