import type { IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { requestFraming } from "../../http/framing.ts";
import { NO_BODY } from "../../http/message.ts";
import type { TunnelResult } from "../../observe/tunnel-recorders.ts";
import { answer } from "../../pipeline/answer.ts";
import { createExchange, type Exchange } from "../../pipeline/exchange.ts";
import { refuse, type Verdict } from "../../pipeline/verdict.ts";
import type { Front } from "../arrival.ts";
import { connectionOf, type ClientConnection } from "../client-connection.ts";
import type { ListenerOptions } from "../options.ts";
import { lastWords, rawAnswer, rawProblem } from "../refuse-early.ts";
import { UNRECOGNIZED_NAME } from "../tls/refuse-name.ts";
import { connectTarget, shownTarget, type ConnectTarget } from "./connect-target.ts";
import type { Dial } from "./dial.ts";
import type { ForwardProxyEnv } from "./forward-proxy.ts";
import type { Began, Interception } from "./interception.ts";
import { join, type Direction } from "./join.ts";
import type { ProxyUsers } from "./proxy-users.ts";
import { judgeTarget, judgeUser, type ProxyVerdict, type Reach } from "./proxy-verdict.ts";

/** Tunnels that are open at this moment. */
export interface OpenTunnels {
  readonly intercepted: number;
  readonly passed: number;
}

/** What takes CONNECT on one listener. */
export interface ConnectLane {
  readonly onConnect: (request: IncomingMessage, socket: Socket, head: Buffer) => void;
  readonly tunnels: () => OpenTunnels;
}

/** What it needs. */
export interface ConnectLaneEnv {
  readonly options: ListenerOptions;
  readonly front: Front;
  readonly env: Pick<ForwardProxyEnv, "record" | "recorders">;
  readonly known: ProxyUsers;
  readonly reach: Reach;
  readonly interception: Interception;
  readonly dial: Dial;
}

const ESTABLISHED = "HTTP/1.1 200 Connection Established\r\n\r\n";
/** Longest silence in a tunnel that is passed on, unless idle connections may last longer: polls wait for minutes. */
const LEAST_IDLE_MS = 300_000;

/** Why a host that is intercepted is not served: in the log, and to the client. */
const NO_PLACE = {
  uncertified: { reason: "no-certificate", detail: (host: string) => `the authority does not permit a certificate for '${host}', or has none to give: see 'taxgate cert list' on the proxy` },
  full: { reason: "too-many-hosts", detail: (host: string) => `too many other hosts are being served to serve '${host}' too` },
} as const;

/** A CONNECT under way. */
interface Asked {
  readonly x: Exchange;
  readonly socket: Socket;
  /** What came behind its head in the same read. */
  readonly head: Buffer;
}

/** Makes the lane. */
export function createConnectLane(parts: ConnectLaneEnv): ConnectLane {
  const { front, env } = parts;
  const lane: Lane = { ...parts, open: { intercepted: 0, passed: 0 } };
  return {
    tunnels: () => ({ ...lane.open }),
    onConnect(request, socket, head) {
      const connection = connectionOf(socket);
      // Whoever asks for a tunnel behind a request that is not answered yet would get the answers mixed up.
      if (connection === null || connection.due > 0 || connection.broken) return void socket.destroy();
      const x = exchangeOf(request, connection, front);
      occupy(connection, socket);
      serve(lane, request, { x, socket, head }).catch((fault: unknown) => {
        x.error = "internal";
        x.reason = String(fault);
        x.endedBy = "edge";
        env.record(x);
        socket.destroy();
      });
    },
  };
}

interface Lane extends ConnectLaneEnv {
  readonly open: { intercepted: number; passed: number };
}

async function serve(lane: Lane, request: IncomingMessage, asked: Asked): Promise<void> {
  const { x, socket } = asked;
  const target = connectTarget(x.head.target);
  if (target !== null) x.path = shownTarget(target);
  const verdict = await judged(lane, request, x, target);
  if (verdict.kind === "refuse") return turnedAway(lane, asked, verdict);
  if (socket.destroyed) return over(lane, asked, "client");
  if (verdict.kind === "intercept") await intercept(lane, asked, target as ConnectTarget);
  else await pass(lane, asked, target as ConnectTarget);
}

async function judged({ options, front, known, reach }: Lane, request: IncomingMessage, x: Exchange, target: ConnectTarget | null): Promise<ProxyVerdict> {
  if (front.draining()) return malformed("overloaded", "this process is ending");
  const wrong = wrongWith(request, x, options);
  if (wrong !== null) return malformed("malformed-request", wrong);
  const user = await known(x.head.headers, x.caller.address);
  const stranger = judgeUser(user);
  if (stranger !== null) return stranger;
  if (user.kind === "known") x.principal = user.name;
  return target === null ? malformed("malformed-target", "CONNECT wants host:port") : judgeTarget(target, reach);
}

function over({ env }: Lane, { x }: Asked, endedBy: Exchange["endedBy"]): void {
  x.endedBy = endedBy;
  env.record(x);
}

function turnedAway(lane: Lane, asked: Asked, verdict: Verdict): void {
  const { x, socket } = asked;
  x.verdict = verdict;
  const made = answer(x);
  x.status = made.status;
  lane.env.recorders.tunnelMet(lane.options.name, resultOf(x.error));
  lastWords(socket, rawAnswer(made));
  over(lane, asked, "edge");
}

function begin({ options, env, open }: Lane, { x, socket, head }: Asked, kind: keyof OpenTunnels): void {
  x.status = 200;
  x.reason = kind;
  x.phase = "forward";
  env.recorders.tunnelMet(options.name, kind);
  open[kind] += 1;
  socket.once("close", () => (open[kind] -= 1));
  socket.write(ESTABLISHED, "latin1");
  if (head.length > 0) socket.unshift(head);
}

async function intercept(lane: Lane, asked: Asked, target: ConnectTarget): Promise<void> {
  const place = await lane.interception.placeFor(target);
  if (place === "uncertified" || place === "full") {
    asked.x.reason = NO_PLACE[place].reason;
    return turnedAway(lane, asked, refuse("tunnel-failed", NO_PLACE[place].detail(target.host)));
  }
  if (asked.socket.destroyed) return over(lane, asked, "client");
  begin(lane, asked, "intercepted");
  asked.socket.once("close", () => over(lane, asked, "none"));
  place.take(asked.socket, (how) => began(lane, asked, how));
}

function began({ options, front }: Lane, { x, socket }: Asked, how: Began): void {
  if (how === "handshake") return;
  front.refused(options.name, how === "late" ? "client-timeout" : how === "other-name" ? "misdirected" : "tls-handshake", x.caller.address);
  x.reason = how;
  if (how === "late") socket.destroy();
  else lastWords(socket, how === "other-name" ? UNRECOGNIZED_NAME.toString("latin1") : rawProblem("tls-handshake"));
}

async function pass(lane: Lane, asked: Asked, target: ConnectTarget): Promise<void> {
  const { options, front, env } = lane;
  const { x, socket } = asked;
  const dialled = await lane.dial(target);
  if (!dialled.ok) return turnedAway(lane, asked, refuse("tunnel-failed", `connecting to '${target.host}': ${dialled.why}`));
  if (socket.destroyed) {
    dialled.socket.destroy();
    return over(lane, asked, "client");
  }
  begin(lane, asked, "passed");
  const moved = (direction: Direction, bytes: number): void => {
    if (direction === "in") x.sentBytes += bytes;
    env.recorders.tunnelMoved(options.name, direction, bytes);
  };
  const end = await join(socket, dialled.socket, { clock: front.clock, idle: Math.max(LEAST_IDLE_MS, options.timeouts.idle), moved });
  if (end !== "closed") x.reason = `passed-${end}`;
  over(lane, asked, end === "idle" ? "edge" : "none");
}

function malformed(code: "malformed-request" | "malformed-target" | "overloaded", detail: string): ProxyVerdict {
  return refuse(code, detail) as Extract<ProxyVerdict, { kind: "refuse" }>;
}

function resultOf(code: Exchange["error"]): TunnelResult {
  if (code === "proxy-auth-required") return "unauthenticated";
  if (code === "not-intercepted") return code;
  return code === "tunnel-failed" || code === "overloaded" ? "failed" : "malformed";
}

function exchangeOf(request: IncomingMessage, { caller }: ClientConnection, front: Front): Exchange {
  const head = { method: "CONNECT", target: request.url ?? "", authority: request.headers.host ?? "", version: request.httpVersionMinor === 0 ? "1.0" : "1.1", headers: request.rawHeaders } as const;
  return createExchange({ id: front.nextId(), caller, head, body: NO_BODY, startedAt: front.clock.now() });
}

/** The connection is the tunnel's as long as it lasts. */
function occupy(connection: ClientConnection, socket: Socket): void {
  connection.due++;
  connection.tunnel = true;
  socket.setTimeout(0);
  socket.on("error", () => undefined);
}

/** What is wrong with the head; null: nothing. A body would be the tunnel's first bytes to one reader and not to the next. */
function wrongWith({ httpVersion }: IncomingMessage, { head }: Exchange, { maxFields }: ListenerOptions): string | null {
  if (httpVersion !== head.version) return `the version '${httpVersion}' is not spoken here`;
  if (head.headers.length >= maxFields * 2) return `${maxFields} header fields or more`;
  const framing = requestFraming(head.headers, head.version);
  if (!framing.ok) return framing.detail;
  return framing.framing.body.kind === "none" ? null : "CONNECT with a body";
}
