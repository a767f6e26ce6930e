import type { ClientRequest, IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import httpProxy, { type ProxyTarget } from "http-proxy";
import { requestFraming } from "../http/framing.ts";
import { NO_BODY, type RequestHead } from "../http/message.ts";
import { createExchange, type Exchange } from "../pipeline/exchange.ts";
import type { Generation, Surroundings } from "../pipeline/generation.ts";
import { judgeUpgrade, wantsUpgrade, type UpgradeJudgement } from "../pipeline/judge-upgrade.ts";
import { record } from "../pipeline/record.ts";
import { via } from "../pipeline/via.ts";
import { connectionOf } from "./client-connection.ts";
import type { ListenerOptions } from "./options.ts";
import { rawAnswer, rawProblem } from "./refuse-early.ts";

/** The lane of requests that leave HTTP: http-proxy carries them, after the same judgement as any other request. */
export interface UpgradeLane {
  /** True where a route allows the switch that this request asks for; else it is an ordinary request. */
  wanted(request: IncomingMessage): boolean;
  /** Judges and serves it; the socket is the lane's from here on. */
  serve(request: IncomingMessage, socket: Socket, head: Buffer, options: ListenerOptions): void;
  /** Cuts the tunnels that began with a generation, or all. */
  cut(generation: Generation | null): void;
}

/** What the lane needs. */
export interface UpgradeEnv {
  readonly around: Surroundings;
  readonly current: () => Generation;
  readonly nextId: () => string;
}

type TunnelProxy = ReturnType<typeof httpProxy.createProxyServer<typeof IncomingMessage, typeof ServerResponse, Error>>;

/** Makes the lane. */
export function createUpgradeLane(env: UpgradeEnv): UpgradeLane {
  const tunnels = new Map<Socket, Generation>();
  const proxy = httpProxy.createProxyServer({ ws: true, xfwd: false, ignorePath: false });
  proxy.on("error", () => undefined);

  const serve = async (request: IncomingMessage, socket: Socket, head: Buffer, options: ListenerOptions): Promise<void> => {
    const generation = env.current();
    const x = exchangeOf(request, socket, options, env);
    generation.inFlight++;
    tunnels.set(socket, generation);
    socket.on("error", () => undefined);
    // A client that keeps its own half open does not keep the socket.
    socket.once("finish", () => socket.destroy());
    try {
      const judgement = await judgeUpgrade(x, generation, env.around);
      if (judgement.kind === "answer") socket.end(rawAnswer(judgement.answer), "latin1");
      else await tunnel(proxy, { request, socket, head }, x, judgement);
      await closed(socket);
    } finally {
      tunnels.delete(socket);
      generation.inFlight--;
      record(x, env.around);
    }
  };

  return {
    wanted(request) {
      const framing = requestFraming(request.rawHeaders, "1.1");
      if (!framing.ok || framing.framing.body.kind !== "none" || request.httpVersion !== "1.1") return false;
      return request.method === "GET" && framing.framing.upgrade?.toLowerCase() === "websocket" && wantsUpgrade(headOf(request), env.current());
    },
    serve: (request, socket, head, options) => void serve(request, socket, head, options).catch((fault: unknown) => {
      env.around.log.error("upgrade failed", { fault: String(fault) });
      socket.destroy();
    }),
    cut(generation) {
      for (const [socket, began] of tunnels) if (generation === null || began === generation) socket.destroy();
    },
  };
}

function headOf(request: IncomingMessage): RequestHead {
  return { method: request.method ?? "", target: request.url ?? "", authority: request.headers.host ?? "", version: "1.1", headers: request.rawHeaders };
}

function exchangeOf(request: IncomingMessage, socket: Socket, options: ListenerOptions, env: UpgradeEnv): Exchange {
  const caller = connectionOf(socket)?.caller ?? { listener: options.name, address: socket.remoteAddress ?? "", secure: false, certificate: null };
  return createExchange({ id: env.nextId(), caller, head: headOf(request), body: NO_BODY, startedAt: env.around.clock.now() });
}

/** A request to switch as node hands it over; `head` is what came after it in the same read. */
interface Asking {
  readonly request: IncomingMessage;
  readonly socket: Socket;
  readonly head: Buffer;
}

type Passage = Extract<UpgradeJudgement, { kind: "tunnel" }>;

/** Hands the connection to http-proxy; resolves when the platform has switched, refused or failed. */
function tunnel(proxy: TunnelProxy, { request, socket, head }: Asking, x: Exchange, { permit, headers }: Passage): Promise<void> {
  request.url = x.path + x.query;
  request.headers = tunnelHeaders(headers, new URL(permit.url).host);
  socket.once("close", () => {
    x.gone = true;
  });
  return new Promise((resolve) => {
    const settle = (status: number, outcome: "success" | "failure" | "neutral", endedBy: Exchange["endedBy"]): void => {
      if (x.status !== 0) return;
      x.status = status;
      x.endedBy = endedBy;
      x.reason = status === 101 ? "switched" : "upgrade-refused";
      permit.done(outcome);
      resolve();
    };
    const { serverName, minVersion } = permit.material;
    // http-proxy hands all of it to node's request, TLS or not.
    const ssl = { minVersion, ...(permit.lookup === undefined ? {} : { lookup: permit.lookup }), ...(serverName === undefined ? {} : { servername: serverName }) };
    const watch = (upstream: ClientRequest, _request: unknown, from: unknown): void => {
      if (from !== socket) return;
      proxy.off("proxyReqWs", watch);
      upstream.setTimeout(permit.responseTimeout, () => upstream.destroy(new Error("no answer in time")));
      upstream.once("upgrade", (answer, far: Socket) => {
        answer.headers["x-request-id"] = x.id;
        answer.headers.via = via(answer.rawHeaders, "1.1");
        far.setTimeout(0);
        // A platform that does not close its side by itself would keep the socket for ever.
        socket.once("close", () => far.destroy());
        settle(101, "success", "none");
      });
      upstream.once("response", (answer) => {
        answer.once("error", () => socket.destroy());
        settle(answer.statusCode ?? 502, "success", "upstream");
      });
    };
    proxy.on("proxyReqWs", watch);
    const failed = (): void => {
      proxy.off("proxyReqWs", watch);
      if (x.status === 0) {
        x.error = "upgrade-refused";
        if (socket.writable) socket.write(rawProblem("upgrade-refused"), "latin1");
      }
      settle(502, x.gone ? "neutral" : "failure", x.gone ? "client" : "upstream");
    };
    try {
      proxy.ws(request, socket, head, { target: targetOf(permit), ssl, timeout: 0, connectTimeout: permit.connectTimeout }, failed);
    } catch (fault) {
      settle(502, "neutral", "edge");
      throw fault;
    }
  });
}

/** Authorities and client certificate stand in the target: http-proxy takes them from nowhere else. */
function targetOf({ url, material: { ca, cert, key } }: Passage["permit"]): ProxyTarget {
  const { protocol, host, hostname, port } = new URL(url);
  return { protocol, host, hostname, port: Number(port) || (protocol === "https:" ? 443 : 80), ...(ca === undefined ? {} : { ca }), ...(cert === undefined ? {} : { cert }), ...(key === undefined ? {} : { key }) };
}

function tunnelHeaders(pairs: readonly string[], host: string): Record<string, string> {
  const headers: Record<string, string> = { host, connection: "Upgrade", upgrade: "websocket" };
  for (let i = 0; i < pairs.length; i += 2) {
    const name = (pairs[i] as string).toLowerCase();
    const value = pairs[i + 1] as string;
    headers[name] = headers[name] === undefined ? value : `${headers[name]}${name === "cookie" ? "; " : ", "}${value}`;
  }
  return headers;
}

function closed(socket: Socket): Promise<void> {
  return socket.destroyed ? Promise.resolve() : new Promise((resolve) => void socket.once("close", () => resolve()));
}
