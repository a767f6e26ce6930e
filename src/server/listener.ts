import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import { Server as NetServer, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { ErrorCode } from "../base/errors.ts";
import type { Stoppable } from "../base/lifetime.ts";
import { onRequest, type Front } from "./arrival.ts";
import { connectionOf, track, type ClientConnection } from "./client-connection.ts";
import { Crowd, tighter, type Guard, type RefusedConnection } from "./crowd.ts";
import { http2Bounds, watchManners } from "./http2-manners.ts";
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
  /** What is known of clients elsewhere; without it all are strangers. */
  readonly guard?: Guard;
}

/** Starts listening. Rejects where the address cannot be had. */
export async function listen(options: ListenerOptions, tls: ListenerTls | null, env: ListenerEnv): Promise<Listener> {
  const sockets = new Set<Socket>();
  const sessions = new Set<ServerHttp2Session>();
  let shown = tls;
  // node keeps the first callback for good, whatever setSecureContext is given: the choice behind it is what is renewed.
  const choose: ListenerTls["SNICallback"] = (name, done) => shown?.SNICallback(name, done);
  const server = tls === null ? createServer(serverOptions(options)) : createSecureServer({ ...serverOptions(options), ...secureOptions(options), ...tls, SNICallback: choose });
  const turnedAway = (reason: RefusedConnection, socket: Pick<Socket, "remoteAddress">): void => env.guard?.refused(options.name, reason, socket.remoteAddress ?? "");
  const refused = (code: ErrorCode, socket: Socket): void => {
    env.refused(options.name, code, socket.remoteAddress ?? "");
    if (code === "client-timeout") turnedAway("slow-head", socket);
    else if (code === "tls-handshake") turnedAway("handshake", socket);
  };
  let part = 1;
  const { clock } = env.front;
  const crowd = new Crowd(options, clock, env.guard ?? null, (by) => {
    part = by;
    // node looks at both when it needs them.
    (server as Server).headersTimeout = tighter(options.timeouts.head, by);
    (server as Server).keepAliveTimeout = tighter(options.timeouts.idle, by);
  });
  configure(server as Server, options);
  takeIn(server as Server, options, sockets, { crowd, refused, turnedAway, now: clock.now });
  wire(server as Server, options, env, refused);
  (server as NetServer).on("session", (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    const connection = connectionOf(session.socket);
    if (connection === null) return session.destroy();
    connection.end = () => session.close();
    const flooded = (): void => turnedAway("flood", { remoteAddress: connection.caller.address });
    watchManners(session, connection, options, { clock, part: () => part, flooded });
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
    ...http2Bounds(options),
    ...(options.tls?.clientCa === undefined ? {} : { requestCert: true, rejectUnauthorized: true }),
  };
}

function configure(server: Server, options: ListenerOptions): void {
  server.maxConnections = options.maxConnections;
  server.maxHeadersCount = options.maxFields;
  server.timeout = 0;
  server.keepAliveTimeout = options.timeouts.idle;
  server.headersTimeout = options.timeouts.head;
  server.requestTimeout = 0;
  // A client may close its half of the connection once it has sent its request; it still gets its answer.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
}

/** What connections meet before they have said anything. */
interface Entry {
  readonly crowd: Crowd;
  readonly refused: (code: ErrorCode, socket: Socket) => void;
  readonly turnedAway: (reason: RefusedConnection, socket: Pick<Socket, "remoteAddress">) => void;
  readonly now: () => number;
}

function takeIn(server: Server, options: ListenerOptions, sockets: Set<Socket>, { crowd, refused, turnedAway, now }: Entry): void {
  const secure = options.tls !== undefined;
  const speak = (socket: Socket, certificate: string | null): void => {
    const connection: ClientConnection = track(socket, { listener: options.name, secure, certificate }, crowd.bounds, now());
    crowd.speaks(connection);
    socket.once("close", () => crowd.fellSilent(connection));
  };
  // In front of node's own listeners, which know no way to leave a connection alone: TLS is not even begun with one that is not taken.
  const takers = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const why = crowd.arrived(address);
    if (why !== null) {
      turnedAway(why, socket);
      socket.destroy();
      return;
    }
    sockets.add(socket);
    socket.once("close", () => {
      sockets.delete(socket);
      crowd.left(address);
    });
    if (!secure) speak(socket, null);
    for (const take of takers) take.call(server, socket);
  });
  server.on("drop", (told?: { readonly remoteAddress?: string }) => turnedAway("full", { remoteAddress: told?.remoteAddress }));
  // Before node makes a session of it, which asks for what is known of the connection.
  server.prependListener("secureConnection", (socket: TLSSocket) => speak(socket, socket.authorized ? subjectOf(socket) : null));
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
  server.on("upgrade", (request: IncomingMessage, socket, head: Buffer) => {
    // A tunnel is under way as long as it lasts.
    const connection = connectionOf(socket);
    if (connection !== null) connection.due++;
    env.upgrades.serve(request, socket as Socket, head, options);
  });
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
