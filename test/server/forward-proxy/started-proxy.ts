import assert from "node:assert/strict";
import { connect, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { systemClock } from "../../../src/base/clock.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import { answer } from "../../../src/pipeline/answer.ts";
import type { Exchange } from "../../../src/pipeline/exchange.ts";
import type { Front } from "../../../src/server/arrival.ts";
import type { ForwardProxyEnv } from "../../../src/server/forward-proxy/forward-proxy.ts";
import { listen, type Listener } from "../../../src/server/listener.ts";
import { listenerOptions } from "../../../src/server/options.ts";
import { plainMaterial, type TlsMaterial } from "../../../src/server/tls/material.ts";
import type { UpgradeLane } from "../../../src/server/upgrade.ts";
import { until } from "../../support/until.ts";
import { text, type Script } from "../started.ts";

/** A forward proxy in this process whose exchanges run a script. */
export interface StartedProxy {
  readonly listener: Listener;
  readonly port: number;
  /** What reached the pipeline. */
  readonly seen: Exchange[];
  /** What was answered in front of it. */
  readonly turned: Exchange[];
  /** What became of CONNECT. */
  readonly recorded: Exchange[];
  readonly results: string[];
  /** Codes of what was refused inside tunnels before it was a request. */
  readonly refused: string[];
  readonly moved: { in: number; out: number };
  startDraining(): void;
}

/** What a test says otherwise. */
export interface ProxyWanted {
  readonly script?: Script;
  readonly written?: object;
  readonly material?: TlsMaterial;
  readonly env?: Partial<ForwardProxyEnv>;
  readonly upgrades?: UpgradeLane;
}

const NO_UPGRADES: UpgradeLane = { wanted: () => false, serve: () => undefined, cut: () => undefined };

/** Material that makes certificates with `mint` for these hosts. */
export function intercepting(hosts: readonly string[], mint: (host: string) => Promise<KeyPair | null>): TlsMaterial {
  return { ...plainMaterial([]), interception: { hosts, mint } };
}

/** Starts one on a free port; it stops with the test, and no socket may be left then. */
export async function startedProxy(t: TestContext, { script = (x, send) => send(text(`${x.host} ${x.head.target}`)), written = {}, material = plainMaterial([]), env = {}, upgrades = NO_UPGRADES }: ProxyWanted): Promise<StartedProxy> {
  const options = listenerOptions.parse({ name: "proxy", bind: "127.0.0.1:0", mode: "forward-proxy", ...written });
  const [seen, turned, recorded]: [Exchange[], Exchange[], Exchange[]] = [[], [], []];
  const [results, refused, faults]: [string[], string[], unknown[]] = [[], [], []];
  const moved = { in: 0, out: 0 };
  let draining = false;
  const front: Front = {
    clock: systemClock, nextId: () => `id-${seen.length}`, draining: () => draining, refused: (_listener, code) => void refused.push(code),
    async run(x, send) {
      seen.push(x);
      await script(x, send);
    },
    async turnAway(x, verdict, send) {
      x.verdict = verdict;
      await send(answer(x));
      turned.push(x);
    },
  };
  const listener = await listen(options, material, {
    front, upgrades, refused: (_listener, code) => void refused.push(code), failed: (_listener, fault) => void faults.push(fault),
    forwardProxy: {
      record: (x) => void recorded.push(x),
      recorders: { tunnelMet: (_listener, result) => void results.push(result), tunnelMoved: (_listener, direction, bytes) => void (moved[direction] += bytes) },
      ownPorts: () => new Set(),
      ...env,
    },
  });
  t.after(async () => {
    await listener.stop();
    assert.deepEqual(faults, []);
    assert.ok(await until(() => listener.sockets() === 0, 2000));
  });
  return { listener, port: listener.address.port, seen, turned, recorded, results, refused, moved, startDraining: () => void (draining = true) };
}

/** A connection to the proxy. */
export function opened(t: TestContext, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true }, () => resolve(socket));
    socket.once("error", reject).on("error", () => undefined);
    t.after(() => socket.destroy());
  });
}

/** Asks for a tunnel; gives the answer's head, and its body where there is one. */
export async function tunnel(t: TestContext, port: number, target: string, ...fields: readonly string[]): Promise<{ readonly socket: Socket; readonly status: number; readonly told: string }> {
  const socket = await opened(t, port);
  socket.write(`CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${fields.map((field) => `${field}\r\n`).join("")}\r\n`);
  const told = await readHead(socket);
  return { socket, status: Number(/^HTTP\/1\.1 (\d{3})/.exec(told)?.[1] ?? 0), told };
}

/** Reads up to the end of an answer of our own, or the end of its head where a tunnel begins. */
export function readHead(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let told = "";
    const done = (): void => {
      socket.off("data", take).off("close", done).off("end", done);
      socket.pause();
      resolve(told);
    };
    const take = (bytes: Buffer): void => {
      told += bytes.toString("latin1");
      const end = told.indexOf("\r\n\r\n");
      const length = Number(/content-length: (\d+)/i.exec(told)?.[1] ?? 0);
      if (end >= 0 && told.length >= end + 4 + length) done();
    };
    socket.on("data", take).once("close", done).once("end", done);
    socket.resume();
  });
}

/** TLS inside a tunnel. Rejects where it is refused. */
export function secured(socket: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const inner = connectTls({ socket, ...options }, () => resolve(inner));
    inner.once("error", reject).on("error", () => undefined);
    inner.once("close", () => reject(new Error("closed")));
  });
}

/** One HTTP/1.1 request on a connection, and its whole answer. */
export async function asked(socket: Socket, request: string): Promise<string> {
  const told = readHead(socket);
  socket.write(request);
  return told;
}
