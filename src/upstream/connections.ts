import { isIP, type LookupFunction, type Socket } from "node:net";
import { buildConnector, Client } from "undici";
import type { Clock, Timer } from "../base/clock.ts";
import type { PeerWatch } from "./peer-watch.ts";

/** TLS material toward the platform, PEM. */
export interface UpstreamTls {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly serverName?: string | undefined;
  readonly minVersion: "TLSv1.2" | "TLSv1.3";
}

/** Bounds of a pool; times in milliseconds. */
export interface PoolOptions {
  readonly origin: string;
  readonly tls: UpstreamTls | null;
  readonly connections: number;
  readonly queue: number;
  readonly queueTimeout: number;
  readonly connectTimeout: number;
  readonly responseTimeout: number;
  readonly maxHeadBytes: number;
  readonly http2: boolean;
}

/** One connection's place in a pool. The socket behind it comes and goes; one request at a time uses it. */
export interface Connection {
  readonly client: Client;
  /** Set when the socket failed: an answer that ends at the connection's end was then cut off. */
  failure: Error | null;
  /** For a single request only. */
  readonly once: boolean;
  /** Says the same in every request, so that no Host of a caller chooses whom TLS asks for and believes. */
  readonly serverName: string;
  /** True while there is a socket. */
  open: boolean;
  /** Monotonic ms of the socket's start. */
  bornAt: number;
}

/** A wait for a connection. */
export interface Wait {
  cancel(): void;
}

/** Why no connection was given. */
export type PoolRefusal = "overloaded" | "queue-timeout" | "stopped";

/** Connections to one origin. */
export interface ConnectionPool {
  readonly origin: string;
  /** Host and, where it is not the scheme's own, port: what Host says unless the route keeps the caller's. */
  readonly host: string;
  /** Gives a connection, at once where one is free. `fresh` asks for one that never carried a request. */
  acquire(fresh: boolean, ready: (connection: Connection | null, refusal: PoolRefusal | null) => void): Wait | null;
  release(connection: Connection): void;
  counts(): { readonly busy: number; readonly idle: number; readonly waiting: number; readonly sockets: number };
  stop(): Promise<void>;
}

/**
 * An idle connection is given up after so long, or a second before the peer's own keep-alive ends. Whatever is reused
 * is thereby just proven: the race of a request against the peer's idle close (node#47130) has no room.
 */
const IDLE_MS = 5000;
const IDLE_MARGIN_MS = 1000;
/** A connection in constant use is renewed after so long, so that a changed DNS record is followed. */
const MAX_AGE_MS = 300_000;

interface Waiter {
  readonly fresh: boolean;
  readonly ready: (connection: Connection | null, refusal: PoolRefusal | null) => void;
  timer: Timer | null;
}

/** Makes an empty pool; connections are made when requests need them, last used first. `lookup` finds the origin's addresses in place of the system, `peers` looks at every new connection. */
export function createPool(options: PoolOptions, clock: Clock, lookup?: LookupFunction, peers?: PeerWatch): ConnectionPool {
  const free: Connection[] = [];
  const all = new Set<Connection>();
  const waiting = new Set<Waiter>();
  let sockets = 0;
  let stopped = false;
  const onSocket = (change: number): void => {
    sockets += change;
  };

  function open(once: boolean): Connection {
    const connection = createConnection(options, once, { clock, onSocket, lookup, peers });
    all.add(connection);
    return connection;
  }

  function discard(connection: Connection): void {
    all.delete(connection);
    connection.client.close().catch(() => undefined);
  }

  function queue(fresh: boolean, ready: Waiter["ready"]): Wait | null {
    if (waiting.size >= options.queue) {
      ready(null, "overloaded");
      return null;
    }
    const waiter: Waiter = { fresh, ready, timer: null };
    waiter.timer = clock.after(options.queueTimeout, () => {
      waiting.delete(waiter);
      ready(null, "queue-timeout");
    });
    waiting.add(waiter);
    return {
      cancel() {
        waiter.timer?.cancel();
        waiting.delete(waiter);
      },
    };
  }

  return {
    origin: options.origin,
    host: new URL(options.origin).host,
    acquire(fresh, ready) {
      if (stopped) {
        ready(null, "stopped");
        return null;
      }
      const reusable = fresh ? undefined : free.pop();
      if (reusable === undefined && all.size >= options.connections) {
        const spare = free.pop();
        if (spare === undefined) return queue(fresh, ready);
        discard(spare);
      }
      ready(reusable ?? open(fresh), null);
      return null;
    },
    release(connection) {
      const next = waiting.values().next().value;
      const spent = connection.once || stopped || clock.now() - connection.bornAt > MAX_AGE_MS || next?.fresh === true;
      if (spent) discard(connection);
      if (next === undefined) {
        if (!spent) free.push(connection);
        return;
      }
      waiting.delete(next);
      next.timer?.cancel();
      next.ready(spent ? open(next.fresh) : connection, null);
    },
    counts: () => ({ busy: all.size - free.length, idle: free.filter((connection) => connection.open).length, waiting: waiting.size, sockets }),
    async stop() {
      stopped = true;
      for (const waiter of waiting) {
        waiter.timer?.cancel();
        waiter.ready(null, "stopped");
      }
      waiting.clear();
      free.length = 0;
      await Promise.all([...all].map((connection) => connection.client.destroy()));
      all.clear();
    },
  };
}

/** What belongs to the pool. */
interface Pooled {
  readonly clock: Clock;
  readonly onSocket: (change: number) => void;
  readonly lookup: LookupFunction | undefined;
  readonly peers: PeerWatch | undefined;
}

function createConnection(options: PoolOptions, once: boolean, { clock, onSocket, lookup, peers }: Pooled): Connection {
  const { hostname } = new URL(options.origin);
  // Left to undici it would be the name in Host.
  const serverName = options.tls?.serverName ?? (isIP(hostname.replace(/^\[|\]$/g, "")) === 0 ? hostname : "");
  const connect = buildConnector({
    timeout: options.connectTimeout,
    allowH2: options.http2,
    keepAlive: true,
    autoSelectFamily: true,
    ...(lookup === undefined ? {} : { lookup }),
    ...tlsOptions(options.tls),
  });
  const client = new Client(options.origin, {
    pipelining: 1,
    allowH2: options.http2,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: IDLE_MS,
    keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
    headersTimeout: options.responseTimeout,
    bodyTimeout: options.responseTimeout,
    maxHeaderSize: options.maxHeadBytes,
    connect: (target, done) => {
      connect({ ...target, servername: serverName }, (error, socket) => {
        if (error !== null || socket === null) return done(error ?? new Error("no socket"), null);
        connection.failure = null;
        connection.bornAt = clock.now();
        watch(socket);
        peers?.(options.origin, socket);
        done(null, socket);
      });
    },
  });
  const watch = (socket: Socket): void => {
    onSocket(1);
    socket.once("error", (error) => {
      connection.failure = error;
    });
    connection.open = true;
    socket.once("close", () => {
      connection.open = false;
      onSocket(-1);
    });
  };
  const connection: Connection = { client, failure: null, once, serverName: serverName === "" ? hostname : serverName, open: false, bornAt: clock.now() };
  return connection;
}

function tlsOptions(tls: UpstreamTls | null): Record<string, unknown> {
  if (tls === null) return {};
  const options: Record<string, unknown> = { minVersion: tls.minVersion, maxCachedSessions: 100 };
  if (tls.ca !== undefined) options["ca"] = tls.ca;
  if (tls.cert !== undefined) options["cert"] = tls.cert;
  if (tls.key !== undefined) options["key"] = tls.key;
  return options;
}
