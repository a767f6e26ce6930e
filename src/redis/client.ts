import { Cluster, Redis } from "ioredis";
import type { CommonRedisOptions } from "ioredis";
import { codeOf } from "../base/fault-code.ts";
import type { Random } from "../base/random.ts";
import type { RedisAddress } from "./address.ts";

/** A connection to one server, or to the nodes of a cluster. */
export type RedisClient = Redis | Cluster;

const MOST_PAUSE = 2000;
/** How long a connection may take to say goodbye. */
const GOODBYE = 50;

/** Connects, and keeps reconnecting; `name` is what the server lists it under. Nothing queues while there is no connection, and no command is tried twice. `connectTimeout` in ms. */
export function connectRedis({ nodes, cluster, login }: RedisAddress, connectTimeout: number, random: Random, name: string): RedisClient {
  const pause = (times: number): number => Math.min(MOST_PAUSE, 25 * 2 ** Math.min(times, 10)) * (0.5 + random.next() / 2);
  const common = {
    ...login,
    connectTimeout,
    // A server that takes commands and answers none for so long is left; the handshake is a command too.
    socketTimeout: connectTimeout,
    disconnectTimeout: GOODBYE,
    maxRetriesPerRequest: 0,
    maxLoadingRetryTime: 1000,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
    connectionName: name,
  } satisfies CommonRedisOptions & { disconnectTimeout: number };
  if (!cluster) return new Redis({ ...nodes[0], ...common, enableOfflineQueue: false, retryStrategy: pause });
  const client = new Cluster([...nodes], {
    redisOptions: common,
    enableOfflineQueue: false,
    clusterRetryStrategy: pause,
    maxRedirections: 3,
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    slotsRefreshInterval: 10_000,
    slotsRefreshTimeout: Math.min(connectTimeout, 1000),
    // The socket looks names up itself: certificates are for names.
    dnsLookup: (name, done) => done(null, name),
  });
  client.on("+node", rememberDuplicates);
  return client;
}

/** A cluster asks for its slots over connections that it does not end with the others: they are held here, by node. */
const duplicates = new WeakMap<Redis, Set<Redis>>();

function rememberDuplicates(node: Redis): void {
  const made = new Set<Redis>();
  const duplicate = node.duplicate.bind(node);
  duplicates.set(node, made);
  node.duplicate = (override) => {
    const other = duplicate(override);
    made.add(other);
    other.once("end", () => made.delete(other));
    return other;
  };
}

/** Ends a client at once, whatever it is doing. */
export function endClient(client: RedisClient): void {
  const nodes = client instanceof Cluster ? client.nodes() : [client];
  const all = nodes.flatMap((node) => [node, ...(duplicates.get(node) ?? [])]);
  client.disconnect();
  for (const each of all) {
    if (each !== client) each.disconnect();
    streamOf(each)?.destroy();
  }
}

function streamOf(node: Redis): { destroy(): void } | undefined {
  return (node as { stream?: { destroy(): void } }).stream;
}

/** Why a connection failed, in words that hold neither address nor secret. */
export function reasonOf(fault: unknown): string {
  const code = codeOf(fault);
  const known: Readonly<Record<string, string>> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    ETIMEDOUT: "connect timed out",
    ENOTFOUND: "unknown host",
    EAI_AGAIN: "name look-up failed",
    EHOSTUNREACH: "host unreachable",
    ENETUNREACH: "network unreachable",
  };
  if (known[code] !== undefined) return known[code];
  if (/^(ERR_TLS|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|ERR_SSL)/.test(code)) return `TLS failed: ${code}`;
  const word = /^[A-Z]{4,20}(?= )/.exec(fault instanceof Error ? fault.message : "")?.[0];
  return word === undefined ? "connection lost" : `the server says ${word}`;
}
