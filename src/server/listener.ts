import type { Server as NetServer, Socket } from "node:net";
import type { Stoppable } from "../base/lifetime.ts";
import { refuse } from "../pipeline/verdict.ts";
import type { OpenTunnels } from "./forward-proxy/connect-lane.ts";
import { openForwardProxy, type ForwardProxy } from "./forward-proxy/forward-proxy.ts";
import { authorityGate, type Gate } from "./gate.ts";
import { httpServers, type HttpServers } from "./http-servers.ts";
import type { ListenerEnv } from "./listener-env.ts";
import type { ListenerOptions } from "./options.ts";
import { takeByAlpn } from "./tls/alpn-taker.ts";
import { plainMaterial, type TlsMaterial } from "./tls/material.ts";
import { secureDoor, type SecureDoor } from "./tls/secure-door.ts";
import { servedNames } from "./tls/served-names.ts";
import { createTlsShow, type SwappableServer } from "./tls/show.ts";

/** An address that is being listened on. */
export interface Listener extends Stoppable {
  readonly name: string;
  /** The address and port in use. */
  readonly address: { readonly host: string; readonly port: number };
  /**
   * Takes new certificates and demands on clients, for connections to come; open ones go on, but for those of clients
   * that would not be let in any more. Throws where they are broken, and then nothing has changed.
   */
  renew(tls: TlsMaterial): void;
  /** The first half of the same: throws where they are broken, and gives the second half, which does not. */
  prepare(tls: TlsMaterial): () => void;
  /** Accepts no further connection; those that are open go on. */
  close(): void;
  /** Ends connections on which nothing is under way. */
  closeIdle(): void;
  /** Open sockets. */
  sockets(): number;
  /** Tunnels that are open on a forward proxy. */
  tunnels(): OpenTunnels;
}

/** Starts listening. Rejects where the address cannot be had. A forward proxy speaks plain HTTP; `tls` is for what it intercepts. */
export async function listen(options: ListenerOptions, tls: TlsMaterial | null, env: ListenerEnv): Promise<Listener> {
  const sockets = new Set<Socket>();
  const servers = httpServers(options, env);
  const isProxy = options.mode === "forward-proxy";
  const material = tls ?? (isProxy ? plainMaterial([]) : null);
  const door = material === null ? null : doorOf(options, material, env);
  const proxy = isProxy && door !== null ? proxyOf(options, door, servers, env) : null;
  const server = servers.make({
    tls: proxy !== null || door === null ? null : { options: door.show.options(), door },
    gate: proxy?.gate ?? nameGate(options, door, env),
    onConnect: proxy?.onConnect ?? null,
  }) as unknown as NetServer;
  takeIn(server, sockets, { options, servers, env, isSecure: proxy === null && door !== null });
  if (proxy === null) door?.show.attach(server as unknown as SwappableServer);
  await bound(server, options);
  server.on("error", (fault) => env.failed(options.name, fault));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listener has no address");
  let closed: Promise<void> | null = null;
  const close = (): Promise<void> => (closed ??= new Promise((resolve) => void server.close(() => resolve())));
  return {
    name: options.name,
    address: { host: address.address, port: address.port },
    prepare: (next) => door?.prepare(next) ?? (() => undefined),
    renew(next) {
      door?.prepare(next)();
    },
    close: () => void close(),
    closeIdle: servers.closeIdle,
    sockets: () => sockets.size,
    tunnels: () => proxy?.tunnels() ?? NO_TUNNELS,
    async stop() {
      const closing = close();
      door?.show.stop();
      proxy?.stop();
      for (const socket of sockets) socket.destroy();
      await closing;
    },
  };
}

const NO_TUNNELS: OpenTunnels = { intercepted: 0, passed: 0 };

function doorOf(options: ListenerOptions, material: TlsMaterial, { front, handshakes }: ListenerEnv): SecureDoor {
  const show = createTlsShow({ minVersion: options.tls?.minVersion ?? "1.2", http2: options.tls?.http2 !== false }, material, front.clock);
  return secureDoor(show, options, front.clock, handshakes);
}

function proxyOf(options: ListenerOptions, door: SecureDoor, { make }: HttpServers, env: ListenerEnv): ForwardProxy {
  if (env.forwardProxy === undefined) throw new Error(`opening listener '${options.name}': nothing is at hand for a forward proxy`);
  return openForwardProxy({ options, front: env.front, door, make }, env.forwardProxy);
}

/** A listener that is found under the names of others answers for those that are listed and for its own, and for nothing else. */
function nameGate({ intercept }: ListenerOptions, door: SecureDoor | null, { front }: ListenerEnv): Gate | null {
  if (intercept === undefined || door === null) return null;
  const names = servedNames(door.show.material);
  const verdict = refuse("misdirected", "this listener answers for no such host: see 'intercept.hosts'");
  return authorityGate(({ host }) => names.isServed(host), (x, send) => front.turnAway(x, verdict, send));
}

/** What connections meet before they have said anything. */
interface Entry {
  readonly options: ListenerOptions;
  readonly servers: HttpServers;
  readonly env: ListenerEnv;
  readonly isSecure: boolean;
}

function takeIn(server: NetServer, sockets: Set<Socket>, { options, servers, env, isSecure }: Entry): void {
  const { crowd, refused, turnedAway, speak } = servers;
  // In front of node's own listeners, which know no way to leave a connection alone: TLS is not even begun with one that is not taken.
  const takers = server.listeners("connection") as ((socket: Socket) => void)[];
  server.removeAllListeners("connection");
  const others = (socket: Socket): void => {
    for (const take of takers) take.call(server, socket);
  };
  const entry = env.alpn === undefined || !isSecure ? null : { alpn: env.alpn, clock: env.front.clock, within: options.timeouts.head, others, late: (socket: Socket) => refused("tls-handshake", socket, "timeout") };
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
    if (!isSecure) speak(socket, false, null);
    if (entry?.alpn.alpnPending() === true) takeByAlpn(socket, entry);
    else others(socket);
  });
  server.on("drop", (told?: { readonly remoteAddress?: string }) => turnedAway("full", { remoteAddress: told?.remoteAddress }));
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
