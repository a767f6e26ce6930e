import type { Clock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { JournalEvents } from "../../../src/journal/events.ts";
import { createJournal, type Journal } from "../../../src/journal/journal.ts";
import { compilePolicy, type SubmissionPolicy } from "../../../src/journal/policy.ts";
import type { SubmissionOptions } from "../../../src/journal/options.ts";
import { StoreFault, type Store } from "../../../src/journal/store.ts";
import type { RegionUpstream } from "../../../src/upstream/region-upstream.ts";
import { retryBudget } from "../../../src/upstream/retry-budget.ts";
import { openMemoryStore, type MemoryStore } from "../memory-store.ts";
import { createLedger, type Ledger } from "./ledger.ts";
import { createPlatform, type Platform } from "./platform.ts";
import { optionsOf, RECOGNISES } from "./profiles.ts";
import type { Death, Schedule } from "./schedule.ts";
import { createTimeline, type Timeline } from "./timeline.ts";

/*
 * All that a run is made of: the platform and its books, the disk, and one life of the process after the other. A life that
 * has ended reaches neither the platform nor the disk nor a client any more.
 */

/** A fault that is planted from outside: each part wraps what the journal is given. */
export interface Planted {
  readonly store?: (store: MemoryStore, world: World) => Store;
  /** The disk that the next life finds. */
  readonly crash?: (store: MemoryStore, world: World) => MemoryStore;
  readonly options?: (options: SubmissionOptions) => SubmissionOptions;
  readonly clock?: (clock: Clock) => Clock;
  readonly call?: (call: RegionUpstream["call"]) => RegionUpstream["call"];
}

/** One life of the process. */
export interface Life {
  readonly journal: Journal;
  readonly clock: Clock;
  isAlive: boolean;
}

/** See the top of this file. */
export interface World {
  readonly timeline: Timeline;
  readonly ledger: Ledger;
  readonly platform: Platform;
  /** What was found wrong; the first one ends the run. */
  readonly wrong: string[];
  /** Contents by their fingerprint. */
  readonly contents: Map<string, string>;
  /** Null while the process is down. */
  life: Life | null;
  /** The disk, by its present life. */
  store: MemoryStore;
  /** A copy of the disk; null where none was made. */
  backup: MemoryStore | null;
  /** The disk was put back: every key that is new to the journal is asked for first. */
  isPutBack: boolean;
  /** Orders that had arrived at the platform when the disk was put back: the journal cannot know what became of them. */
  readonly forgotten: Set<string>;
  /** By the configuration in use; null: the route is gone. */
  profile: number | null;
  policy(): SubmissionPolicy | null;
  disk: { how: "well" | "full"; ms: number };
  /** Called after each group of changes that has become durable. */
  onCommit: () => void;
  /** The process dies. */
  die(when: Death, commits: number): void;
  /** The process dies, and its disk is put back to the backup. */
  restore(): void;
  /** A process starts on what the disk holds. */
  start(): void;
}

const PLACE = { site: "main", route: "issue" } as const;
const RESPONSE_MS = 3000;
const DISTRUST_MS = 2_592_000_000;
/** Bound on all attempts together, and on the wait of a caller. */
export const TOTAL_MS = 5000;

/** Makes the world of a schedule, with a process that runs. */
export function createWorld(schedule: Schedule, planted: Planted): World {
  const timeline = createTimeline();
  const { clock } = timeline;
  const ledger = createLedger(clock.now, schedule.recognises ? RECOGNISES : 0, schedule.late);
  const platform = createPlatform(clock, ledger);
  let death: { readonly when: Death; commits: number } | null = null;
  let lives = 0;
  let distrustUntil = 0;

  /** A death that was announced comes with one of the next groups. */
  function dieAround(when: Death): void {
    if (death?.when === when && --death.commits <= 0) kill();
  }

  async function commit(): Promise<void> {
    dieAround("before-commit");
    const { how, ms } = world.disk;
    if (ms > 0) await new Promise<void>((resolve) => void clock.after(ms, resolve));
    if (how === "full") throw new StoreFault("full", "no room");
  }

  function committed(): void {
    world.onCommit();
    dieAround("after-commit");
  }

  function kill(): void {
    death = null;
    if (world.life === null) return;
    world.life.isAlive = false;
    world.life = null;
    platform.cutAll();
    world.store = planted.crash?.(world.store, world) ?? world.store.crash();
  }

  const hooks = { now: () => clock.wall(), commit, events: { committed, failed: () => undefined } };
  const policies = schedule.profiles.map((profile) => policyOf(planted.options?.(optionsOf(profile)) ?? optionsOf(profile)));

  function start(): void {
    // Filled in below: the journal needs to know whether it is alive.
    const life: { journal: Journal | null; clock: Clock | null; isAlive: boolean } = { journal: null, clock: null, isAlive: true };
    const isAlive = (): boolean => life.isAlive;
    const lifeClock = planted.clock?.(timeline.lifeClock(isAlive)) ?? timeline.lifeClock(isAlive);
    const region = regionOf(lifeClock, platform, isAlive, planted);
    const store = planted.store?.(world.store, world) ?? world.store;
    const events = eventsOf((text) => isAlive() && world.wrong.push(text));
    const ways = () => (world.profile === null ? null : { policy: world.policy(), response: null, total: null, fresh: false, region: () => region, paced: () => null });
    life.journal = createJournal({ clock: lifeClock, random: seededRandom(++lives), store, ways, decode: () => Promise.resolve(null), events, post: () => Promise.resolve(200), distrustUntil });
    life.clock = lifeClock;
    world.life = life as Life;
    world.life.journal.start();
  }

  const world: World = {
    timeline, ledger, platform, wrong: [], contents: new Map(), life: null, profile: 0, start, backup: null, isPutBack: false, forgotten: new Set(),
    store: openMemoryStore(hooks),
    disk: { how: "well", ms: 0 },
    onCommit: () => undefined,
    policy: () => (world.profile === null ? null : (policies[world.profile] as SubmissionPolicy)),
    restore() {
      if (world.backup === null || world.life === null) return;
      kill();
      world.store = world.backup.copy();
      world.isPutBack = true;
      distrustUntil = clock.wall() + DISTRUST_MS;
      for (const { order } of platform.arrivals) world.forgotten.add(order);
    },
    die(when, commits) {
      if (when === "now") kill();
      else death = { when, commits };
    },
  };
  start();
  return world;
}

/** Compiling is pure and slow: runs share what they have in common. */
const compiled = new Map<SubmissionOptions, SubmissionPolicy>();

function policyOf(options: SubmissionOptions): SubmissionPolicy {
  const known = compiled.get(options) ?? compilePolicy(options, PLACE.site, PLACE.route);
  compiled.set(options, known);
  return known;
}

/** The gate of one life; a dead one's calls go nowhere and never end. */
function regionOf(clock: Clock, platform: Platform, isAlive: () => boolean, { call: wrap = (call) => call }: Planted): RegionUpstream {
  const call: RegionUpstream["call"] = (call, control) =>
    new Promise((resolve) => {
      if (isAlive()) void platform.call(call, control).then((result) => isAlive() && resolve(result));
    });
  return {
    name: "r1", fallback: [], attempts: 3, responseTimeout: RESPONSE_MS, totalTimeout: TOTAL_MS, retries: retryBudget(1, clock),
    pauseAfter: (made) => 50 * made,
    isUp: () => true,
    hasOther: () => false,
    tunnel: () => ({ kind: "refused", cause: "breaker-open", detail: "", retryAfter: 1 }),
    call: wrap(call),
  };
}

/** A fault of the disk is expected, and that it leaves something unwritten at the end; any other one is not. */
function eventsOf(wrong: (text: string) => void): JournalEvents {
  const nothing = (): void => undefined;
  return {
    committed: nothing, failed: nothing, doubt: nothing, resolved: nothing, held: nothing, conflict: nothing, duplicate: nothing, delivered: nothing, retried: nothing, byHand: nothing, verdict: nothing, verdictIgnored: nothing,
    fault: (where, fault) => void (fault instanceof StoreFault || where === "stopping" || wrong(`a fault inside while ${where}: ${String((fault as Error)?.stack ?? fault)}`)),
  };
}
