import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse, type ServerHttp2Session } from "node:http2";
import type { Server as NetServer, Socket } from "node:net";
import type { TLSSocket, TlsOptions } from "node:tls";
import type { ErrorCode } from "../base/errors.ts";
import { NO_BODY, type RequestHead } from "../http/message.ts";
import { createExchange } from "../pipeline/exchange.ts";
import { onRequest, type Front } from "./arrival.ts";
import { connectionOf, track } from "./client-connection.ts";
import { Crowd, tighter, type RefusedConnection } from "./crowd.ts";
import type { Gate, Runner } from "./gate.ts";
import { http2Bounds, watchManners } from "./http2-manners.ts";
import type { ListenerEnv } from "./listener-env.ts";
import type { ListenerOptions } from "./options.ts";
import { lastWords, onClientError, rawAnswer, refuseConnect } from "./refuse-early.ts";
import type { HandshakeFailure } from "./tls/handshake-failure.ts";
import { peerOf, rememberArrival } from "./tls/handshake-peer.ts";
import type { SecureDoor } from "./tls/secure-door.ts";

/** What one server of a listener is for. */
export interface ServerRole {
  /** TLS, and what is told of it; null: it speaks plain HTTP. */
  readonly tls: { readonly options: TlsOptions; readonly door: SecureDoor } | null;
  /** Looks at requests before the pipeline does; null: nothing does. */
  readonly gate: Gate | null;
  /** Takes CONNECT; null: it is refused. */
  readonly onConnect: ((request: IncomingMessage, socket: Socket, head: Buffer) => void) | null;
}

/** The servers behind one listener: configured alike, and bounded together. */
export interface HttpServers {
  readonly crowd: Crowd;
  /** `why` tells more of a handshake. */
  readonly refused: (code: ErrorCode, socket: Pick<Socket, "remoteAddress">, why?: HandshakeFailure) => void;
  readonly turnedAway: (reason: RefusedConnection, socket: Pick<Socket, "remoteAddress">, why?: HandshakeFailure) => void;
  make(role: ServerRole): Server;
  /** A connection speaks HTTP from now on. */
  speak(socket: Socket, secure: boolean, certificate: string | null): void;
  /** Ends connections on which nothing is under way. */
  closeIdle(): void;
}

/** Makes the common ground of a listener's servers. */
export function httpServers(options: ListenerOptions, env: ListenerEnv): HttpServers {
  const servers = new Set<Server>();
  const sessions = new Set<ServerHttp2Session>();
  const { clock } = env.front;
  let part = 1;
  const turnedAway: HttpServers["turnedAway"] = (reason, socket, why) => env.guard?.refused(options.name, reason, socket.remoteAddress ?? "", why);
  const refused: HttpServers["refused"] = (code, socket, why) => {
    env.refused(options.name, code, socket.remoteAddress ?? "", why);
    if (code === "client-timeout") turnedAway("slow-head", socket);
    else if (code === "tls-handshake") turnedAway("handshake", socket, why);
  };
  const crowd = new Crowd(options, clock, env.guard ?? null, (by) => {
    part = by;
    for (const server of servers) boundIn(server, options, by);
  });
  const speak: HttpServers["speak"] = (socket, secure, certificate) => {
    const connection = track(socket, { listener: options.name, secure, certificate }, crowd.bounds, clock.now());
    crowd.speaks(connection);
    socket.once("close", () => crowd.fellSilent(connection));
  };
  const watchSession = (session: ServerHttp2Session): void => {
    sessions.add(session);
    session.once("close", () => sessions.delete(session));
    const connection = connectionOf(session.socket);
    if (connection === null) return session.destroy();
    connection.end = () => session.close();
    connection.endsGently = true;
    const flooded = (): void => turnedAway("flood", { remoteAddress: connection.caller.address });
    watchManners(session, connection, options, { clock, part: () => part, flooded });
  };
  return {
    crowd,
    refused,
    turnedAway,
    speak,
    make(role) {
      const server = role.tls === null ? createServer(serverOptions(options)) : (createSecureServer({ ...serverOptions(options), ...secureOptions(options), ...role.tls.options }) as unknown as Server);
      servers.add(server);
      server.once("close", () => servers.delete(server));
      configure(server, options);
      boundIn(server, options, part);
      if (role.tls !== null) watchTls(server, role.tls.door, { speak, refused });
      wire(server, role, options, env, refused);
      (server as NetServer).on("session", watchSession);
      return server;
    },
    closeIdle() {
      for (const server of servers) if ("closeIdleConnections" in server) server.closeIdleConnections();
      for (const session of sessions) session.close();
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

function secureOptions(options: ListenerOptions) {
  return {
    allowHTTP1: true,
    handshakeTimeout: options.timeouts.head,
    ...http2Bounds(options),
  };
}

function configure(server: Server, options: ListenerOptions): void {
  server.maxConnections = options.maxConnections;
  server.maxHeadersCount = options.maxFields;
  server.timeout = 0;
  server.requestTimeout = 0;
  // A client may close its half of the connection once it has sent its request; it still gets its answer.
  (server as Server & { httpAllowHalfOpen: boolean }).httpAllowHalfOpen = true;
}

/** Bounds in time, divided in a crowd; node looks at both when it needs them. */
function boundIn(server: Server, { timeouts }: ListenerOptions, part: number): void {
  server.headersTimeout = tighter(timeouts.head, part);
  server.keepAliveTimeout = tighter(timeouts.idle, part);
}

function watchTls(server: Server, door: SecureDoor, { speak, refused }: Pick<HttpServers, "speak" | "refused">): void {
  server.prependListener("connection", rememberArrival);
  // Before node makes a session of it, which asks for what is known of the connection.
  server.prependListener("secureConnection", (socket: TLSSocket) => {
    speak(socket, true, socket.authorized ? subjectOf(socket) : null);
    door.opened(socket);
  });
  server.on("tlsClientError", (error: Error, socket: TLSSocket) => {
    refused("tls-handshake", { remoteAddress: peerOf(socket).address }, door.failed(error, socket));
    socket.destroy();
  });
  // What the authority says of the certificate goes to whoever asks.
  server.on("OCSPRequest", (certificate: Uint8Array, _issuer: unknown, done: (error: null, response: Uint8Array | null) => void) => done(null, door.show.material().staple(certificate)));
}

/** Attributes as `NAME=value`, joined by commas; what divides them is escaped in values (RFC 4514 section 2.4), so that no text of an applicant reads like another's subject. */
function subjectOf(socket: TLSSocket): string | null {
  const { subject } = socket.getPeerCertificate();
  if (subject === undefined) return null;
  return Object.entries(subject).flatMap(([name, values]) => [values].flat().map((value) => `${name}=${String(value).replaceAll(/[\\,=+]/g, "\\$&")}`)).join(",");
}

function wire(server: Server, { gate, onConnect }: ServerRole, options: ListenerOptions, env: ListenerEnv, refused: HttpServers["refused"]): void {
  const serve = (request: IncomingMessage | Http2ServerRequest, response: ServerResponse | Http2ServerResponse): void => {
    try {
      onRequest(request, response, options, env.front, gate);
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
  server.on("connect", (request: IncomingMessage, peer, head: Buffer) => {
    if (onConnect !== null) return onConnect(request, peer as Socket, head);
    refused("method-not-allowed", request.socket);
    refuseConnect(peer as Socket);
  });
  wireUpgrades(server, gate, options, env);
}

function wireUpgrades(server: Server, gate: Gate | null, options: ListenerOptions, env: ListenerEnv): void {
  // What the gate holds up is an ordinary request, and refused as one; where it takes its time, node cannot wait for it.
  const judged = (request: IncomingMessage): ReturnType<Gate> => {
    const caller = connectionOf(request.socket)?.caller;
    return gate === null || caller === undefined ? null : gate(upgradeHead(request), caller);
  };
  const passes = (request: IncomingMessage): boolean => {
    const runner = judged(request);
    return runner === null || runner instanceof Promise;
  };
  (server as Server & { shouldUpgradeCallback: (request: IncomingMessage) => boolean }).shouldUpgradeCallback = (request) => env.upgrades.wanted(request) && passes(request);
  server.on("upgrade", (request: IncomingMessage, peer, head: Buffer) => {
    const socket = peer as Socket;
    // A tunnel is under way as long as it lasts.
    const connection = connectionOf(socket);
    if (connection !== null) {
      connection.due++;
      connection.tunnel = true;
    }
    const serve = (): void => env.upgrades.serve(request, socket, head, options);
    // The same question while it is open has the same answer.
    const runner = judged(request);
    if (runner === null) return serve();
    socket.on("error", () => undefined);
    Promise.resolve(runner).then((found) => socket.destroyed || (found === null ? serve() : refuseUpgrade(found, request, socket, env.front))).catch(() => void socket.destroy());
  });
}

function upgradeHead(request: IncomingMessage): RequestHead {
  return { method: request.method ?? "", target: request.url ?? "", authority: request.headers.host ?? "", version: "1.1", headers: request.rawHeaders };
}

/** Answers on a socket that node has let go of. What the gate would have passed on elsewhere cannot go there any more. */
async function refuseUpgrade(run: Runner, request: IncomingMessage, socket: Socket, { nextId, clock }: Front): Promise<void> {
  const connection = connectionOf(socket);
  if (connection === null) return void socket.destroy();
  const x = createExchange({ id: nextId(), caller: connection.caller, head: upgradeHead(request), body: NO_BODY, startedAt: clock.now() });
  await run(x, ({ status, headers, body }) => {
    if (body.kind === "source") body.source.cancel();
    lastWords(socket, body.kind === "source" ? "" : rawAnswer({ status, headers, body }));
  });
}
