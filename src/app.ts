import { createAdmin } from "./admin/admin.ts";
import { createHealth } from "./admin/health.ts";
import { drainAll } from "./app/drain.ts";
import { connectGauges } from "./app/gauges.ts";
import { createGenerations, type GoodLoad } from "./app/generations.ts";
import { greeting } from "./app/greeting.ts";
import { retentionOf } from "./app/journal-upkeep.ts";
import { journalDoor } from "./app/journal.ts";
import { refusedFiles, showAgain, tellDoubts, tellUncovered, watchedCertificates } from "./app/certificates.ts";
import { openListeners } from "./app/listeners.ts";
import { observation } from "./app/observation.ts";
import { createSandboxes } from "./app/sandboxes.ts";
import { onSignals } from "./app/signals.ts";
import { appViews } from "./app/views.ts";
import { systemClock } from "./base/clock.ts";
import { OperatorError } from "./base/errors.ts";
import { writeAtomic } from "./base/files.ts";
import { keepHeapSmall } from "./base/heap.ts";
import { lifetime, type Lifetime } from "./base/lifetime.ts";
import { randomHex } from "./base/random.ts";
import { lockState } from "./base/state-lock.ts";
import { loadConfig, type Env } from "./config/load.ts";
import { formatProblem } from "./config/problem.ts";
import { watchConfig, type ConfigWatch } from "./config/watch.ts";
import type { Log } from "./observe/log.ts";

/** What a start needs. */
export interface Start {
  readonly file: string;
  readonly env: Env;
  readonly version: string;
  /** Takes what is said to the person at the terminal. */
  readonly say: (text: string) => void;
}

/** A running Taxgate. */
export interface App {
  /** Settles with the exit code once everything has stopped: 0 after a drain, 1 where a second signal broke it off. */
  readonly finished: Promise<number>;
}

/** Composes the product from one configuration and starts it. Throws an OperatorError for what an operator can mend. */
export async function startApp(start: Start): Promise<App> {
  const loaded = loadConfig(start.file, start.env);
  if (!loaded.ok) {
    const { problems } = loaded;
    throw new OperatorError(`reading '${start.file}': ${problems.length} ${problems.length === 1 ? "mistake" : "mistakes"}\n${problems.map(formatProblem).join("\n")}`);
  }
  const life = lifetime();
  try {
    return await compose(start, loaded, life);
  } catch (fault) {
    await life.stop().catch(() => undefined);
    throw fault;
  }
}

async function compose(start: Start, loaded: GoodLoad, life: Lifetime): Promise<App> {
  keepHeapSmall();
  const clock = systemClock;
  const { config } = loaded;
  ownState(config, life);
  const { around, sink, estate, expiry, paces, sharedLimits, limits, waf, abuse } = await observation(loaded, start.version, clock, life);
  const { log, access, metrics } = around;
  const sandboxes = life.own(createSandboxes(clock));
  // Before there is anybody who shows one, there is nobody to tell.
  const early = new Set<string>();
  let shown: (name: string) => void = (name) => void early.add(name);
  const certificates = life.own(watchedCertificates(around, start.env, (name) => {
    expiry.refresh();
    shown(name);
  }));
  const first = await certificates.prepare(config);
  first.apply();
  expiry.configure(config, certificates);
  tellDoubts(config, around);
  tellUncovered(certificates, log);
  let watch: ConfigWatch | null = null;
  const journal = journalDoor({ around, life, ways: (site, route) => generations.current().ways(site, route), retention: () => retentionOf(generations.config()) });
  const generations = await createGenerations(loaded, {
    file: start.file, env: start.env, around, estate, paces, limits, firewall: waf.firewall, sandboxes, certificates, journal: journal.open,
    loaded(next) {
      watch?.update(next);
      if (!next.ok) certificates.refuse(refusedFiles(next.problems, certificates));
    },
    async prepare(next) {
      const prepared = await certificates.prepare(next.config);
      const renew = doors.renewal(next.config, prepared);
      const apply = (): void => {
        const other = prepared.apply();
        expiry.configure(next.config, certificates);
        tellUncovered(certificates, log);
        log.setLevel(next.config.log.level);
        log.setSecrets(next.secrets);
        access.configure(next.config.log.access);
        around.overload.configure(next.config.overload);
        waf.alarm.configure(next.config.waf.alarm);
        abuse.configure(next.config);
        admin.configure(next.config.admin);
        renew();
        other.forEach((name) => shown(name));
        // A load may be the first that journals: its routes are in use from here on.
        journal.start();
      };
      return { certificates: prepared, apply };
    },
    look: () => certificates.look(),
    cutTunnels: (old) => doors.upgrades.cut(old),
  });

  const { finished, stop } = ending(life, log);
  let draining = false;
  const drain = (): void => {
    if (draining) return;
    draining = true;
    const options = generations.config().drain;
    // A submission whose caller has gone is waited for too: its answer would have to be asked for after the next start.
    const inFlight = (): number => generations.inFlight() + (journal.current()?.stats().sending ?? 0) + doors.listeners.reduce((sum, { tunnels }) => sum + tunnels().passed, 0);
    log.info("draining", { inFlight: inFlight() });
    void drainAll({ clock, options, listeners: doors.listeners, inFlight, cut: () => doors.upgrades.cut(null) }).then((cut) => {
      log.info("stopped", { cut });
      return stop(0);
    });
  };

  const doors = await openListeners(config, { around, life, guard: abuse.guard, current: generations.current, draining: () => draining, certificates });
  shown = showAgain({ generations, doors, certificates, log });
  early.forEach((name) => shown(name));
  const views = appViews({ version: start.version, file: start.file, clock, log, metrics, cache: around.cache, journal, bans: abuse.bans, wafReport: waf.report, certificates, expiry, generations, estate, paces, sharedLimits, limits, listeners: doors.listeners, clientGaps: doors.clientGaps, draining: () => draining, drain });
  const localToken = randomHex(32);
  writeAtomic(`${config.stateDir}/admin.token`, `${localToken}\n`);
  const admin = createAdmin(config.admin, { clock, log, localToken, views });
  const adminListener = await doors.openPlain("admin", config.admin.bind, config.admin.tls?.certificate ?? null, (request) => admin.handle(request));
  if (config.health !== null) await doors.openPlain("health", config.health.bind, null, createHealth(views.ready));
  connectGauges({ metrics, bans: abuse.bans, certificates, expiry, estate, paces, sharedLimits, limits, generations, listeners: doors.listeners, droppedLines: sink.dropped, cache: around.cache, journal });
  // Before the first caller: what is taken up first is asked about first.
  journal.start();
  // Last: nobody reloads what is not there yet. A change made meanwhile is noticed, because the watch compares contents.
  watch = life.own(watchConfig(loaded, { clock }, () => void generations.reload()));
  life.own(onSignals(drain, () => void stop(1), () => void generations.reload()));
  for (const warning of loaded.warnings) log.warn("configuration warning", { at: formatProblem(warning) });
  start.say(greeting(config, doors.listeners, adminListener, sandboxes.list()));
  return { finished };
}

function ownState({ stateDir }: GoodLoad["config"], life: Lifetime): void {
  const state = lockState(stateDir);
  if (!state.ok) throw new OperatorError(`locking state directory '${stateDir}': ${state.why}`);
  life.own(state.lock);
}

/** The end of the process: the first reason to stop decides the exit code, and nobody leaves before everything has stopped. */
function ending(life: Lifetime, log: Log): App & { stop(code: number): Promise<void> } {
  const { promise: finished, resolve: finish } = Promise.withResolvers<number>();
  let stopping: Promise<void> | null = null;
  const stop = (code: number): Promise<void> => (stopping ??= life.stop().then(() => finish(code), (fault: unknown) => {
    log.error("stopping failed", { fault: String(fault) });
    finish(1);
  }));
  return { finished, stop };
}
