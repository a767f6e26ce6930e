import type { ReloadResult } from "../admin/views.ts";
import { every } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import { diffConfig } from "../config/diff.ts";
import { loadConfig, type Env, type Loaded } from "../config/load.ts";
import { compileGeneration } from "../pipeline/compile-generation.ts";
import type { Generation, Surroundings } from "../pipeline/generation.ts";
import { readKeyPairs, readPem } from "../server/key-pairs.ts";
import type { UpstreamTls } from "../upstream/connections.ts";
import type { Journal } from "../journal/journal.ts";
import type { Limits } from "../limits/caller/limits.ts";
import type { Paces } from "../limits/pace/paces.ts";
import type { Estate } from "../upstream/gate.ts";
import type { UpstreamOptions } from "../upstream/options.ts";
import type { Firewall } from "../waf/waf.ts";
import { reloadReport } from "./reload-report.ts";
import type { Sandboxes } from "./sandboxes.ts";

/** A load that went well. */
export type GoodLoad = Extract<Loaded, { ok: true }>;

/** The configurations of this process: the one in use, and those that still serve what began with them. */
export interface Generations {
  current(): Generation;
  config(): Config;
  /** Reads the file again. A broken one changes nothing; one reload runs at a time. */
  reload(): Promise<ReloadResult>;
  /** Options that differ from the file and wait for a restart. */
  pendingRestart(): readonly string[];
  secrets(): readonly string[];
  alive(): number;
  /** Exchanges under way. */
  inFlight(): number;
}

/** What generations need. */
export interface GenerationsEnv {
  readonly file: string;
  readonly env: Env;
  readonly around: Surroundings;
  readonly estate: Estate;
  readonly paces: Paces;
  readonly limits: Limits;
  readonly firewall: Firewall;
  readonly sandboxes: Sandboxes;
  /** The journal, opened where it is not yet. */
  readonly journal: (config: Config) => Promise<Journal>;
  /**
   * Reads what else a load needs, and gives what applies it without a restart. Throws before anything has changed;
   * what it gives does not.
   */
  readonly prepare: (load: GoodLoad) => () => void;
  /** Called after every load, with what to watch from now on. */
  readonly loaded: (load: Loaded) => void;
  readonly cutTunnels: (old: Generation) => void;
}

const LOOK_MS = 100;

/** Builds the first generation. Throws an OperatorError where its files are broken. */
export async function createGenerations(first: GoodLoad, env: GenerationsEnv): Promise<Generations> {
  const { around } = env;
  const report = reloadReport(around);
  const old = new Set<Generation>();
  let load = first;
  let pending: readonly string[] = [];
  let running: Promise<ReloadResult> | null = null;
  let current = await build(first, 1);

  async function build(next: GoodLoad, number: number): Promise<Generation> {
    await env.sandboxes.ensure(next.config);
    const journal = journals(next.config) ? await env.journal(next.config) : null;
    const firewall = env.firewall.open(next.config.waf, next.config.ruleSets, next.config.schemas);
    // Last: what is opened here is let go by the generation alone.
    return compileGeneration(number, next.config.sites, { estate: env.estate, paces: env.paces, limits: env.limits.open(next.config.limits), firewall, journal, cache: around.cache, origin: env.sandboxes.origin, material: materialOf(next.config) });
  }

  function retire(generation: Generation): void {
    old.add(generation);
    const deadline = around.clock.now() + load.config.drain.max;
    const watch = every(around.clock, LOOK_MS, () => {
      const late = around.clock.now() >= deadline;
      if (late) env.cutTunnels(generation);
      if (generation.inFlight > 0 && !late) return;
      watch.cancel();
      old.delete(generation);
      generation.letGo();
    });
  }

  async function reloadOnce(): Promise<ReloadResult> {
    try {
      const next = loadConfig(env.file, env.env);
      env.loaded(next);
      if (!next.ok) return report.refused(current.number, next.problems);
      if (next.fingerprint === load.fingerprint) return report.unchanged(current.number);
      return await swap(next);
    } catch (fault) {
      return report.failed(current.number, env.file, fault);
    }
  }

  /** Everything that can fail stands before the first change. */
  async function swap(next: GoodLoad): Promise<ReloadResult> {
    const changes = diffConfig(load.config, next.config, [...load.secrets, ...next.secrets]);
    const apply = env.prepare(next);
    const generation = await build(next, current.number + 1);
    const before = current;
    current = generation;
    load = next;
    pending = diffConfig(first.config, next.config, []).filter((change) => change.needsRestart).map((change) => change.path);
    apply();
    retire(before);
    return report.applied(current.number, changes.map((change) => change.path), pending, next);
  }

  return {
    current: () => current,
    config: () => load.config,
    reload() {
      // A second wish while one runs is served after it: the file may have changed in between.
      const mine = (running ?? Promise.resolve()).then(reloadOnce);
      running = mine;
      return mine;
    },
    pendingRestart: () => pending,
    secrets: () => load.secrets,
    alive: () => old.size + 1,
    inFlight: () => [...old].reduce((sum, generation) => sum + generation.inFlight, current.inFlight),
  };
}

function journals({ sites }: Config): boolean {
  return sites.some(({ routes }) => routes.some(({ submission }) => submission !== undefined));
}

/** Reads what regions name: authorities and client certificates. */
function materialOf(config: Config): (tls: UpstreamOptions["tls"]) => UpstreamTls {
  const pairs = readKeyPairs(config.certificates);
  return (tls) => {
    const pair = tls.clientCertificate === undefined ? undefined : pairs.get(tls.clientCertificate);
    return {
      minVersion: tls.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
      ca: tls.ca === undefined ? undefined : readPem(tls.ca),
      cert: pair?.cert,
      key: pair?.key,
      serverName: tls.serverName,
    };
  };
}
