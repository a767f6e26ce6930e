import { OperatorError, type ErrorCode } from "../base/errors.ts";
import type { Bind } from "../base/fields.ts";
import { idSource } from "../base/ids.ts";
import type { Lifetime } from "../base/lifetime.ts";
import type { Config } from "../config/config.ts";
import type { Generation, Surroundings } from "../pipeline/generation.ts";
import { handle } from "../pipeline/handle.ts";
import type { Front } from "../server/arrival.ts";
import { readKeyPairs, readPem } from "../server/key-pairs.ts";
import type { Guard } from "../server/crowd.ts";
import { listen, type Listener } from "../server/listener.ts";
import type { ListenerOptions } from "../server/options.ts";
import { listenPlain, type PlainHandler, type PlainListener } from "../server/plain.ts";
import { listenerTls, type ListenerTls } from "../server/tls-material.ts";
import { createUpgradeLane, type UpgradeLane } from "../server/upgrade.ts";

/** Every address that this process listens on. */
export interface Doors {
  readonly listeners: readonly Listener[];
  readonly upgrades: UpgradeLane;
  /** Reads the certificates that a configuration names, and gives what shows them from then on. Throws where they are broken. */
  renewal(config: Config): () => void;
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
}

/** Opens the listeners of a configuration. Throws an OperatorError where an address cannot be had. */
export async function openListeners(config: Config, { around, life, guard, current, draining }: DoorsEnv): Promise<Doors> {
  const { clock, log, metrics } = around;
  const nextId = idSource();
  const upgrades = createUpgradeLane({ around, current, nextId });
  const refused = (listener: string, code: ErrorCode, address: string): void => {
    metrics.refusedEarly(code);
    around.bans?.struck(address, code);
    log.info("request refused", { listener, code, client: address });
  };
  const failed = (listener: string, fault: unknown): void => log.error("taking in a request failed", { listener, fault: String((fault as Error).stack ?? fault) });
  const front: Front = { clock, nextId, draining, refused, run: (x, send) => handle(x, current(), around, send) };
  const listeners: Listener[] = [];
  const told = (name: string, { host, port }: Listener["address"]): void => log.info("listening", { listener: name, address: host, port });
  for (const options of config.listeners) {
    const listener = life.own(await opened(options.name, options.bind, () => listen(options, tlsOf(options, config), { front, upgrades, refused, failed, guard })));
    listeners.push(listener);
    told(options.name, listener.address);
  }
  return {
    listeners,
    upgrades,
    renewal(next) {
      const renewals = listeners.map((listener) => {
        const tls = renewed(listener.name, config, next);
        return () => tls !== null && listener.renew(tls);
      });
      return () => renewals.forEach((renew) => renew());
    },
    async openPlain(name, bind, certificate, answer) {
      const tls = certificate === null ? null : (readKeyPairs(config.certificates).get(certificate) ?? null);
      const listener = life.own(await opened(name, bind, () => listenPlain(bind, tls, answer)));
      told(name, listener.address);
      return listener;
    },
  };
}

/** What a listener shows after a reload: the certificates of the new file; everything else waits for a restart. */
function renewed(name: string, started: Config, next: Config): ListenerTls | null {
  const now = next.listeners.find((one) => one.name === name)?.tls;
  const before = started.listeners.find((one) => one.name === name);
  if (now === undefined || before?.tls === undefined) return null;
  return tlsOf({ ...before, tls: { ...before.tls, certificates: now.certificates } }, next);
}

function tlsOf(options: ListenerOptions, config: Config): ListenerTls | null {
  if (options.tls === undefined) return null;
  return listenerTls(options.tls, readKeyPairs(config.certificates), options.tls.clientCa === undefined ? null : readPem(options.tls.clientCa));
}

async function opened<T>(name: string, bind: Bind, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (fault) {
    const { code } = fault as { code?: string };
    if (code === undefined) throw fault;
    const why = code === "EADDRINUSE" ? "another program has this port" : code === "EACCES" ? "this user may not use this port" : code;
    throw new OperatorError(`listening on ${bind.host}:${bind.port} (${name}): ${why}`);
  }
}
