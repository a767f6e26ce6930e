import { X509Certificate } from "node:crypto";
import type { RedisOptions as ClientOptions } from "ioredis";
import { OperatorError } from "../base/errors.ts";
import { readBounded } from "../base/files.ts";

/** Where and how to connect, as ioredis takes it. */
export interface RedisAddress {
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  readonly cluster: boolean;
  /** Database, credentials, TLS: the same for all nodes. */
  readonly login: Pick<ClientOptions, "db" | "username" | "password" | "tls">;
}

/** Where Redis is, as the configuration says it. */
export interface RedisPlace {
  /** One server, or some nodes of a Redis Cluster. */
  readonly url: string | readonly string[];
  /** PEM file of the authorities of rediss:// servers, instead of the system's. */
  readonly ca?: string | undefined;
}

const MOST_BYTES = 1024 * 1024;

/** Reads the addresses; throws an OperatorError, never with the address in it: it may hold a password. */
export function redisAddress({ url, ca }: RedisPlace): RedisAddress {
  const urls = (typeof url === "string" ? [url] : url).map(parsed);
  const first = urls[0] as URL;
  if (urls.some((other) => other.protocol !== first.protocol || other.username !== first.username || other.password !== first.password)) {
    throw new OperatorError("reading cache.redis.url: all nodes need the same scheme, user and password");
  }
  const cluster = typeof url !== "string";
  return {
    cluster,
    nodes: urls.map(({ hostname, port }) => ({ host: hostname.replace(/^\[|\]$/g, ""), port: port === "" ? 6379 : Number(port) })),
    login: { ...database(first, cluster), ...credentials(first), ...encrypted(first, cluster, ca) },
  };
}

function parsed(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === "" || url.port === "0") throw new OperatorError("reading cache.redis.url: it is no valid address; percent-encode '/' in a password");
  if (url.search !== "" || url.hash !== "") throw new OperatorError("reading cache.redis.url: it takes no options behind '?' or '#'; percent-encode those characters in a password");
  return url;
}

function database({ pathname }: URL, cluster: boolean): Pick<ClientOptions, "db"> {
  const name = pathname.replace(/^\//, "");
  if (name === "") return {};
  // Not quoted: behind a '/' that stands in a password as it is, the path holds the rest of it.
  if (cluster) throw new OperatorError("reading cache.redis.url: a cluster has no databases, so nothing may follow the port; percent-encode '/' in a password");
  if (!/^\d{1,4}$/.test(name)) throw new OperatorError("reading cache.redis.url: the database is no number; percent-encode '/' in a password");
  return { db: Number(name) };
}

function credentials({ username, password }: URL): Pick<ClientOptions, "username" | "password"> {
  return { ...(username !== "" && { username: decoded(username) }), ...(password !== "" && { password: decoded(password) }) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function encrypted({ protocol, hostname }: URL, cluster: boolean, ca: string | undefined): Pick<ClientOptions, "tls"> {
  if (protocol !== "rediss:") return {};
  // The nodes of a cluster have names of their own, and an address is no name.
  const named = cluster || /^[\d.]+$|^\[/.test(hostname) ? {} : { servername: hostname };
  return { tls: { ...named, ...(ca !== undefined && { ca: authorities(ca) }) } };
}

/** Checked here, since a client that fails on them later gives up for good. */
function authorities(path: string): string {
  const reading = readBounded(path, MOST_BYTES);
  if (!reading.ok) throw new OperatorError(`reading '${path}': ${reading.reason}`);
  const pem = Buffer.from(reading.bytes).toString("utf8");
  try {
    void new X509Certificate(pem);
  } catch {
    throw new OperatorError(`reading '${path}': it is not valid PEM`);
  }
  return pem;
}
