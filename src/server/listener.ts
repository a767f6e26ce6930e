import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import { Server as NetServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ErrorCode } from "../base/errors.ts";
import type { Stoppable } from "../base/lifetime.ts";
import { MOST_FIELDS, onRequest, type Front } from "./arrival.ts";
import { connectionOf, track } from "./client-connection.ts";
import type { ListenerOptions } from "./options.ts";
import { onClientError, refuseConnect } from "./refuse-early.ts";
import { ALPN_BOTH, type ListenerTls } from "./tls-material.ts";
import type { UpgradeLane } from "./upgrade.ts";

/** An address that is being listened on. */
export interface Listener extends Stoppable {
  readonly name: string;
  /** The address and port in use. */
  readonly address: { readonly host: string; readonly port: number };
  /** Takes new certificates for connections to come. */
  renew(tls: ListenerTls): void;
  /** Accepts no further connection; those that are open go on. */
  close(): void;
  /** Ends connections on which nothing is under way. */
  closeIdle(): void;
  /** Open sockets. */
  sockets(): number;
}

/** What a listener needs. */
export interface ListenerEnv {
  readonly front: Front;
  readonly upgrades: UpgradeLane;
  readonly refused: (listener: string, code: ErrorCode, address: string) => void;
  /** Told of a fault of ours while taking a request in. */
  readonly failed: (listener: string, fault: unknown) => void;
}

/** Starts listening. Rejects where the address cannot be had. */
export async function listen(options: ListenerOptions, tls: ListenerTls | null, env: ListenerEnv): Promise<Listener> {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  let shown = tls;
  // node keeps the first callback for good, whatever setSecureContext is given: the choice behind it is what is renewed.
  const choose: ListenerTls["SNICallback"] = (name, done) => shown?.SNICallback(name, done);
  const server = tls === null ? createServer(serverOptions(options)) : createSecureServer({ ...serverOptions(options), ...secureOptions(options), ...tls, SNICallback: choose });
  const refused = (code: ErrorCode, socket: Socket): void => env.refused(options.name, code, socket.remoteAddress ?? "");
  configure(server as Server, options, sockets, refused);
  wire(server as Server, options, env, refused);
  (server as NetServer).on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    // node's idle bound is for HTTP/1 alone. A session whose exchanges are under way is not idle, however quiet.
    session.setTimeout(options.timeouts.idle, () => {
      if ((connectionOf(session.socket)?.open.size ?? 0) === 0) session.close();
    });
  });
  await bound(server as NetServer, options);
  (server as NetServer).on("error", (fault) => env.failed(options.name, fault));
  const address = (server as NetServer).address();
  if (address === null || typeof address === "string") throw new Error("listener has no address");
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= new Promise((resolve) => void server.close(() => resolve())));
  return {
    name: options.name,
    address: { host: address.address, port: address.port },
    renew(next) {
      shown = next;
      // node forgets the least version with every new context.
      if ("setSecureContext" in server) server.setSecureContext({ ...next, minVersion: leastVersion(options) });
    },
    close: () => void close(),
    closeIdle() {
      if ("closeIdleConnections" in server) server.closeIdleConnections();
      for (const session of sessions) session.close();
    },
    sockets: () => sockets.size,
    async stop() {
      const closing = close();
      for (const socket of sockets) socket.destroy();
      await closing;
    },
  };
}

function serverOptions(options: ListenerOptions) {
  const { head, idle } = options.timeouts;
  return {
    headersTimeout: head,
    // The whole request has no bound of its own: pauses inside a body have, so that a slow but steady upload may finish.
    requestTimeout: 0,
    connectionsCheckingInterval: Math.min(1000, head),
    keepAliveTimeout: idle,
    maxHeaderSize: options.maxHeadBytes,
    requireHostHeader: false,
    insecureHTTPParser: false,
    noDelay: true,
    shouldUpgradeCallback: undefined as unknown as (request: IncomingMessage) => boolean,
  };
}

function leastVersion(options: ListenerOptions): "TLSv1.2" | "TLSv1.3" {
  return options.tls?.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2";
}

function secureOptions(options: ListenerOptions) {
  return {
    allowHTTP1: true,
    ALPNProtocols: options.tls?.http2 === false ? ["http/1.1"] : ALPN_BOTH,
    minVersion: leastVersion(options),
    handshakeTimeout: options.timeouts.head,
    settings: { maxConcurrentStreams: options.maxStreams, maxHeaderListSize: options.maxHeadBytes, enablePush: false },
    maxSessionInvalidFrames: 100,
    ...(options.tls?.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  };
}

function configure(server: Server, options: ListenerOptions, sockets: Set<Socket>, refused: (code: ErrorCode, socket: Socket) => void): void {
  server.maxConnections = options.maxConnections;
  server.maxHeadersCount = MOST_FIELDS;
  server.timeout = 0;
  server.keepAliveTimeout = options.timeouts.idle;
  server.headersTimeout = options.timeouts.head;
  server.requestTimeout = 0;
  // A client may close its half of the connection once it has sent its request; it still gets its answer.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
  const secure = options.tls !== undefined;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    if (!secure) track(socket, options.name, false, null);
  });
  server.on("secureConnection", (socket: TLSSocket) => track(socket, options.name, true, socket.authorized ? subjectOf(socket) : null));
  server.on("tlsClientError", (_error: Error, socket: Socket) => {
    refused("tls-handshake", socket);
    socket.destroy();
  });
}

function subjectOf(socket: TLSSocket): string | null {
  const { subject } = socket.getPeerCertificate();
  return subject === undefined ? null : Object.entries(subject).map(([name, value]) => `${name}=${String(value)}`).join(",");
}

function wire(server: Server, options: ListenerOptions, env: ListenerEnv, refused: (code: ErrorCode, socket: Socket) => void): void {
  const serve = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void => {
    try {
      onRequest(request, response, options, env.front);
    } catch (fault) {
      // Whatever one request makes of us, the others go on.
      env.failed(options.name, fault);
      request.socket.destroy();
    }
  };
  server.on("request", serve);
  server.on("checkContinue", serve);
  server.on("checkExpectation", serve);
  server.on("clientError", (error: Error & { code?: string }, socket) => onClientError(error, socket as Socket, (code) => refused(code, socket as Socket)));
  server.on("connect", (request: IncomingMessage, peer) => {
    refused("method-not-allowed", request.socket);
    refuseConnect(peer as Socket);
  });
  (server as Server & { shouldUpgradeCallback: (request: IncomingMessage) => boolean }).shouldUpgradeCallback = (request) => env.upgrades.wanted(request);
  server.on("upgrade", (request: IncomingMessage, socket, head: Buffer) => env.upgrades.serve(request, socket as Socket, head, options));
}

function bound(server: NetServer, options: ListenerOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: options.bind.host, port: options.bind.port, backlog: 1024 }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
