import { OperatorError, type ErrorCode } from "../base/errors.ts";
import type { Bind } from "../base/fields.ts";
import { idSource } from "../base/ids.ts";
import type { Lifetime } from "../base/lifetime.ts";
import type { Config } from "../config/config.ts";
import type { Exchange } from "../pipeline/exchange.ts";
import type { Generation, Surroundings } from "../pipeline/generation.ts";
import { handle } from "../pipeline/handle.ts";
import { record } from "../pipeline/record.ts";
import { turnAway } from "../pipeline/turn-away.ts";
import type { Front } from "../server/arrival.ts";
import type { CertificateTable, Certificates } from "../certs/certs.ts";
import type { ReadDemands } from "../certs/client-demands.ts";
import type { KeyPair } from "../certs/key-pair.ts";
import type { Guard } from "../server/crowd.ts";
import { listen, type Listener } from "../server/listener.ts";
import type { ListenerOptions } from "../server/options.ts";
import { readDemands, stapling, tlsMaterialOf } from "./tls-material.ts";
import { listenPlain, type PlainHandler, type PlainListener } from "../server/plain.ts";
import type { HandshakeFailure } from "../server/tls/handshake-failure.ts";
import type { HandshakeWatch } from "../server/tls/secure-door.ts";
import type { TlsMaterial } from "../server/tls/material.ts";
import { createUpgradeLane, type UpgradeLane } from "../server/upgrade.ts";

/** Every address that this process listens on. */
export interface Doors {
  readonly listeners: readonly Listener[];
  readonly upgrades: UpgradeLane;
  /** Reads and builds what a configuration shows with these certificates, and gives what shows it from then on. Throws where something is broken. */
  renewal(config: Config, table: CertificateTable): () => void;
  /** Shows the certificates of the configuration in use as they are now, at once and without reading a file. Throws where one is broken. */
  show(config: Config, table: CertificateTable): void;
  /** What revocation lists of clients leave out, a sentence each. */
  clientGaps(): readonly string[];
  /** Opens a listener of our own; `certificate` is its name under `certificates`. */
  openPlain(name: string, bind: Bind, certificate: string | null, handle: PlainHandler): Promise<PlainListener>;
}

/** What listeners need. */
export interface DoorsEnv {
  readonly around: Surroundings;
  readonly life: Lifetime;
  readonly guard: Guard;
  readonly current: () => Generation;
  readonly draining: () => boolean;
  readonly certificates: Certificates;
}

/** Opens the listeners of a configuration. Throws an OperatorError where an address cannot be had. */
export async function openListeners(config: Config, { around, life, guard, current, draining, certificates }: DoorsEnv): Promise<Doors> {
  const { clock, log, metrics } = around;
  const nextId = idSource();
  const upgrades = createUpgradeLane({ around, current, nextId });
  const refused = (listener: string, code: ErrorCode, address: string, why?: HandshakeFailure): void => {
    metrics.refusedEarly(code);
    around.bans?.struck(address, code);
    log.info("request refused", { listener, code, ...(why === undefined ? {} : { reason: why }), client: address });
  };
  const failed = (listener: string, fault: unknown): void => log.error("taking in a request failed", { listener, fault: String((fault as Error).stack ?? fault) });
  const front: Front = {
    clock, nextId, draining, refused,
    run: (x, send) => handle(x, current(), around, send),
    turnAway: (x, verdict, send) => turnAway(x, verdict, around, send),
    challenge: certificates.answers.http01,
  };
  const listeners: Listener[] = [];
  const plain = new Map<string, PlainListener>();
  const handshakes = handshakeWatch(around);
  const staples = life.own(stapling(around));
  // Files that were broken since they were read must not keep a certificate from being replaced.
  const demands = new Map<string, ReadDemands | null>();
  const materialFor = (options: ListenerOptions, table: CertificateTable, clients: ReadDemands | null): TlsMaterial | null => tlsMaterialOf(options, table, clients, staples);
  const opening = (options: ListenerOptions): TlsMaterial | null => {
    const clients = readDemands(options, around);
    demands.set(options.name, clients);
    return materialFor(options, certificates, clients);
  };
  staples.watch(shownPairs(config, certificates));
  // A tunnel must not lead back to where no proxy looks.
  const ownPorts = new Set<number>();
  const forwardProxy = { record: (x: Exchange) => record(x, around), recorders: metrics, ownPorts: () => ownPorts };
  const told = (name: string, { host, port }: Listener["address"]): void => {
    ownPorts.add(port);
    log.info("listening", { listener: name, address: host, port });
  };
  for (const options of config.listeners) {
    const listener = life.own(await opened(options.name, options.bind, () => listen(options, opening(options), { front, upgrades, refused, failed, guard, handshakes, alpn: certificates.answers, forwardProxy })));
    listeners.push(listener);
    told(options.name, listener.address);
  }
  /** Builds everything before it changes anything. */
  const prepared = (next: Config, table: CertificateTable, clientsOf: (options: ListenerOptions) => ReadDemands | null): (() => void) => {
    const renewals = listeners.map((listener) => {
      const options = renewed(listener.name, config, next);
      if (options === null) return () => undefined;
      const clients = clientsOf(options);
      const tls = materialFor(options, table, clients);
      const renew = tls === null ? () => undefined : listener.prepare(tls);
      return () => {
        demands.set(listener.name, clients);
        renew();
      };
    });
    return () => {
      renewals.forEach((renew) => renew());
      staples.watch(shownPairs(next, table));
      const own = next.admin.tls === undefined ? null : table.shown(next.admin.tls.certificate);
      if (own !== null) plain.get("admin")?.renew(own.pair);
    };
  };
  return {
    listeners,
    upgrades,
    renewal: (next, table) => prepared(next, table, (options) => readDemands(options, around)),
    clientGaps: () => gapsOf(demands),
    show: (now, table) => prepared(now, table, ({ name }) => demands.get(name) ?? null)(),
    async openPlain(name, bind, certificate, answer) {
      const pair = (): KeyPair | null => (certificate === null ? null : (certificates.shown(certificate)?.pair ?? null));
      const tls = certificate === null ? null : { pair: pair() };
      const listener = life.own(await opened(name, bind, () => listenPlain(bind, tls, answer)));
      plain.set(name, listener);
      // Another one may have come while the address was being taken.
      if (tls !== null && pair() !== tls.pair) listener.renew(pair());
      told(name, listener.address);
      return listener;
    },
  };
}

/** A list that runs out is told as such where everything else is that does. */
function gapsOf(demands: ReadonlyMap<string, ReadDemands | null>): string[] {
  return [...demands].flatMap(([name, clients]) => (clients?.gaps ?? []).filter(({ kind }) => kind === "missing").map(({ why }) => `listener ${name}: ${why}`));
}

/** A listener after a reload: what it shows and whom it lets in are those of the new file; everything else waits for a restart. */
function renewed(name: string, started: Config, next: Config): ListenerOptions | null {
  const now = next.listeners.find((one) => one.name === name);
  const before = started.listeners.find((one) => one.name === name);
  if (now === undefined || before === undefined) return null;
  const intercept = intercepted(before, now);
  if (now.tls === undefined || before.tls === undefined) return { ...before, intercept };
  const { certificates, clientCa, clientCrl } = now.tls;
  return { ...before, intercept, tls: { ...before.tls, certificates, clientCa, clientCrl } };
}

/** What is not intercepted any more is so at once; only a listener that spoke no TLS cannot begin with it. */
function intercepted(before: ListenerOptions, now: ListenerOptions): ListenerOptions["intercept"] {
  if (now.intercept !== undefined) return before.mode === "forward-proxy" || before.tls !== undefined || before.intercept !== undefined ? now.intercept : undefined;
  return before.intercept === undefined ? undefined : { ...before.intercept, hosts: [] };
}

/** Every pair that some listener shows. */
function shownPairs(config: Config, table: CertificateTable): KeyPair[] {
  const names = new Set(config.listeners.flatMap(({ tls }) => tls?.certificates ?? []));
  return [...names].flatMap((name) => table.shown(name)?.pair ?? []);
}

/** Handshakes are counted; that clients are refused for our own lists is a matter for whoever is in charge. */
function handshakeWatch({ log, metrics }: Surroundings): HandshakeWatch {
  return {
    finished: metrics.handshakeFinished,
    clientRefused(listener, reason, client, shown) {
      metrics.clientCertificateRefused(listener, reason);
      if (reason.startsWith("list-")) log.warn("client refused for want of a current revocation list", { listener, reason, client, ...shown });
      else log.info("client certificate refused", { listener, reason, client, ...shown });
    },
  };
}

async function opened<T>(name: string, bind: Bind, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (fault) {
    const { code } = fault as { code?: string };
    if (code === undefined) throw fault;
    throw new OperatorError(`listening on ${bind.host}:${bind.port} (${name}): ${whyClosed(code, bind.port)}`);
  }
}

/** Why a port cannot be had, by the code of the system. */
export function whyClosed(code: string, port: number): string {
  if (code === "EADDRINUSE") return "another program has this port";
  if (code !== "EACCES") return code;
  return `this user may not use this port${port < 1024 ? ": those below 1024 need the right CAP_NET_BIND_SERVICE (under systemd AmbientCapabilities=CAP_NET_BIND_SERVICE)" : ""}`;
}
