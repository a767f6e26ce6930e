import { z } from "zod";
import { bind, bytes, duration, name, whole } from "../base/fields.ts";

/** Hosts that Taxgate answers for with certificates of a private authority. */
const intercept = z.strictObject({
  /** Host names, `*.example.com` for any one label in front; nothing is ever made for others. */
  hosts: z.array(z.string().min(1).max(253)).min(1).max(1000),
  /** A name under `certificates` that is an authority. */
  authority: name("the name of a certificate with authority (under certificates)"),
});

/** TLS on a listener. */
const tls = z.strictObject({
  /** Names under `certificates`; the first one serves clients that name no host. Without any, hosts under `intercept` alone are served. */
  certificates: z.array(name()).max(1000).prefault([]),
  minVersion: z.enum(["1.2", "1.3"]).prefault("1.2"),
  /** Offers HTTP/2 by ALPN. */
  http2: z.boolean().prefault(true),
  /** PEM file of the authorities whose client certificates are accepted; a client without one is refused. */
  clientCa: z.string().optional(),
  /** PEM file of revocation lists of those authorities, read again when it changes; a certificate that one of them names is refused. */
  clientCrl: z.string().optional(),
});

/** What a forward proxy lets through beside what it intercepts. */
const proxy = z.strictObject({
  /** Hosts that `intercept` does not list: refused, or passed on unread. */
  others: z.enum(["refuse", "tunnel"]).prefault("refuse"),
  /** Ports to which others may be passed on. Hosts under `intercept` are answered for at these, and at 443 and 80 in any case. */
  ports: z.array(whole(1, 65_535)).min(1).max(100).prefault([443, 80]),
  /** Who may use it (Proxy-Authorization, Basic); empty: whoever can connect. */
  users: z
    .array(
      z.strictObject({
        name: name(),
        /** Made by `taxgate token`; the token is the password. */
        hash: z.string().regex(/^scrypt:\d+:\d+:\d+:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$/, { error: () => "a hash made by `taxgate token`" }),
      }),
    )
    .max(100)
    .prefault([]),
});

/** Bounds in time on a client's connection. */
const timeouts = z.strictObject({
  /** From the connection's first byte to the end of the head. */
  head: duration("100ms", "10min").prefault("10s"),
  /** Longest pause inside a request body, or with an answer the client does not read. It also counts what is slower than `minRate`. */
  body: duration("100ms", "1h").prefault("30s"),
  /** Longest pause between two requests; keep it above the keep-alive of a balancer in front. */
  idle: duration("1s", "1h").prefault("75s"),
});

/** One address to listen on. */
export const listenerOptions = z.strictObject({
  name: name(),
  bind: bind(),
  /** `reverse`: called by its own address, or by the platform's name; `forward-proxy`: set as HTTP_PROXY and HTTPS_PROXY. */
  mode: z.enum(["reverse", "forward-proxy"]).prefault("reverse"),
  tls: tls.optional(),
  /** Hosts that Taxgate answers for in the platform's place: under their names on a TLS listener, after CONNECT on a forward proxy. */
  intercept: intercept.optional(),
  /** For `forward-proxy` alone. */
  proxy: proxy.optional(),
  timeouts: timeouts.prefault({}),
  /** Connections at once; further ones are closed on arrival. */
  maxConnections: whole(1, 1_000_000).prefault(10_000),
  /**
   * Connections at once from one address, an IPv6 /64 being one; further ones are closed on arrival. Trusted proxies stand
   * for many clients and are not counted. The default is half of all: one application may wait with thousands of requests
   * while its platform is slow, but nobody takes everything.
   */
  maxConnectionsPerClient: whole(1, 1_000_000).prefault(5000),
  /**
   * Least rate in bytes a second at which a client sends a body and takes an answer, over more than `timeouts.body`; 0B:
   * only pauses are bounded. Only time in which the client alone is waited for counts.
   */
  minRate: bytes("1MiB").prefault("500B"),
  /** Fields of a request head; more are answered 431. */
  maxFields: whole(20, 10_000).prefault(500),
  /** Size of a request head; larger ones are answered 431. */
  maxHeadBytes: bytes("1MiB").prefault("32KiB"),
  /** Requests served at the same time on one HTTP/2 connection. */
  maxStreams: whole(1, 10_000).prefault(100),
});

/** See {@link listenerOptions}. */
export type ListenerOptions = z.output<typeof listenerOptions>;

/** How the process ends. */
export const drainOptions = z.strictObject({
  /** Readiness is off for so long before listeners close, for balancers to notice. */
  grace: duration("0ms", "10min").prefault("5s"),
  /** In-flight exchanges get so long, then they are cut. */
  max: duration("0ms", "1h").prefault("30s"),
});

/** See {@link drainOptions}. */
export type DrainOptions = z.output<typeof drainOptions>;

/** A listener that answers /livez and /readyz and nothing else. */
export const healthOptions = z.strictObject({ bind: bind() });

/** See {@link healthOptions}. */
export type HealthOptions = z.output<typeof healthOptions>;
