import type { ReloadResult } from "../admin/views.ts";
import { every } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import { diffConfig } from "../config/diff.ts";
import { loadConfig, type Env, type Loaded } from "../config/load.ts";
import { compileGeneration } from "../pipeline/compile-generation.ts";
import type { Generation, Surroundings } from "../pipeline/generation.ts";
import type { CertificateTable, FoundAuthority } from "../certs/certs.ts";
import { readAuthorities } from "../certs/read-authorities.ts";
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
  /** Builds the configuration in use once more, because a certificate that it shows to a platform is another now. */
  renew(): Promise<void>;
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
   * Reads what else a load needs, and gives what applies it without a restart. Rejects before anything has changed;
   * what it gives does not.
   */
  readonly prepare: (load: GoodLoad) => Promise<Readied>;
  /** Certificates of the first load, which are in use already. */
  readonly certificates: CertificateTable;
  /** Called after every load, with what to watch from now on. */
  readonly loaded: (load: Loaded) => void;
  /** Called after every load that went well: what is no part of a configuration may have changed. Does not reject. */
  readonly look: () => Promise<readonly FoundAuthority[]>;
  readonly cutTunnels: (old: Generation) => void;
}

/** What else a load needs, read and not in use yet. */
export interface Readied {
  readonly certificates: CertificateTable;
  apply(): void;
}

const LOOK_MS = 100;

/** Builds the first generation. Throws an OperatorError where its files are broken. */
export async function createGenerations(first: GoodLoad, env: GenerationsEnv): Promise<Generations> {
  const { around } = env;
  const report = reloadReport(around);
  const old = new Set<Generation>();
  let load = first;
  let pending: readonly string[] = [];
  let running: Promise<unknown> = Promise.resolve();
  let authorities: PemReader = rememberingReader();
  let current = await build(first, 1, env.certificates, authorities);

  async function build(next: GoodLoad, number: number, certificates: CertificateTable, pem: PemReader): Promise<Generation> {
    await env.sandboxes.ensure(next.config);
    const journal = journals(next.config) ? await env.journal(next.config) : null;
    const firewall = env.firewall.open(next.config.waf, next.config.ruleSets, next.config.schemas);
    // Last: what is opened here is let go by the generation alone.
    return compileGeneration(number, next.config.sites, { estate: env.estate, paces: env.paces, limits: env.limits.open(next.config.limits), firewall, journal, cache: around.cache, origin: env.sandboxes.origin, material: materialOf(certificates, pem) });
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
      if (next.fingerprint === load.fingerprint) return report.unchanged(current.number, await env.look());
      return await swap(next);
    } catch (fault) {
      return report.failed(current.number, env.file, fault);
    }
  }

  async function renewOnce(): Promise<void> {
    try {
      // Files that were broken since they were read must not keep a certificate from being replaced.
      const generation = await build(load, current.number + 1, env.certificates, authorities);
      retire(current);
      current = generation;
    } catch (fault) {
      around.log.error("taking a certificate into use toward a platform failed: the one before is shown on", { fault: String((fault as Error).stack ?? fault) });
    }
  }

  /** Everything that can fail stands before the first change. */
  async function swap(next: GoodLoad): Promise<ReloadResult> {
    const changes = diffConfig(load.config, next.config, [...load.secrets, ...next.secrets]);
    const readied = await env.prepare(next);
    const read = rememberingReader();
    const generation = await build(next, current.number + 1, readied.certificates, read);
    const before = current;
    current = generation;
    load = next;
    authorities = read;
    pending = diffConfig(first.config, next.config, []).filter((change) => change.needsRestart).map((change) => change.path);
    readied.apply();
    retire(before);
    return report.applied(current.number, { changes: changes.map((change) => change.path), pendingRestart: pending, warnings: next.warnings, authorities: await env.look() });
  }

  /** A second wish while one runs is served after it: the file may have changed in between. Neither of the two rejects. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = running.then(work);
    running = mine;
    return mine;
  }

  return {
    current: () => current,
    config: () => load.config,
    reload: () => inTurn(reloadOnce),
    renew: () => inTurn(renewOnce),
    pendingRestart: () => pending,
    secrets: () => load.secrets,
    alive: () => old.size + 1,
    inFlight: () => [...old].reduce((sum, generation) => sum + generation.inFlight, current.inFlight),
  };
}

function journals({ sites }: Config): boolean {
  return sites.some(({ routes }) => routes.some(({ submission }) => submission !== undefined));
}

/** Gives the text of a file of authorities. Throws an OperatorError where it cannot be read. */
type PemReader = (path: string) => string;

/** Reads each file once. */
function rememberingReader(): PemReader {
  const known = new Map<string, string>();
  return (path) => {
    const text = known.get(path) ?? readAuthorities(path);
    known.set(path, text);
    return text;
  };
}

/** Reads what regions name: authorities and client certificates. */
function materialOf(certificates: CertificateTable, pem: PemReader): (tls: UpstreamOptions["tls"]) => UpstreamTls {
  return (tls) => {
    const pair = tls.clientCertificate === undefined ? undefined : certificates.shown(tls.clientCertificate)?.pair;
    return {
      minVersion: tls.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
      ca: tls.ca === undefined ? undefined : pem(tls.ca),
      cert: pair?.cert,
      key: pair?.key,
      serverName: tls.serverName,
    };
  };
}
