import type { Clock, Timer } from "../../base/clock.ts";
import { isAlarm, nextChange, rankOf, stageOf, type Stage } from "./stage.ts";
import type { Standing, Watched } from "./watched.ts";

/** What is told of things that run out. */
export interface ExpiryEvents {
  /** A thing stands otherwise than it was told last: nearer to its end, or well again; null: it was not known before. The same stage twice is the daily reminder of an alarm. */
  readonly moved: (thing: Watched, from: Stage | null, to: Stage) => void;
  /** So many things are not watched for want of room. */
  readonly full: (left: number) => void;
}

/** Watches everything that can run out. */
export interface ExpiryWatch {
  /** What a source knows now, in place of what it knew before. */
  put(source: string, things: readonly Watched[]): void;
  /** What ends first stands first. */
  status(): Standing[];
  stop(): void;
}

/** A thing, and what was told of it. */
interface Entry {
  thing: Watched;
  /** Null: nothing yet. */
  told: { readonly stage: Stage; readonly notAfter: number; readonly at: number } | null;
}

const MOST = 10_000;
/** The wall clock may be set at any time. */
const LONGEST_MS = 3_600_000;
const SHORTEST_MS = 1000;
const REMINDER_MS = 24 * 3_600_000;

/** Makes a watch without things. Looks at every `put`, when a stage is due to change, and at least every hour. */
export function createExpiryWatch({ clock, events }: { readonly clock: Clock; readonly events: ExpiryEvents }): ExpiryWatch {
  let sources: ReadonlyMap<string, ReadonlyMap<string, Entry>> = new Map();
  let timer: Timer | null = null;
  let stopped = false;
  const entries = (): Entry[] => [...sources.values()].flatMap((own) => [...own.values()]);

  function look(): void {
    const [wall, now] = [clock.wall(), clock.now()];
    const turns = entries().map((entry) => {
      tell(entry, stageOf(entry.thing, wall), now);
      return nextChange(entry.thing, wall) ?? Infinity;
    });
    timer?.cancel();
    const next = turns.reduce((least, at) => Math.min(least, at), Infinity) - wall;
    timer = stopped ? null : clock.after(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, next)), look, true);
  }

  function tell(entry: Entry, stage: Stage, now: number): void {
    const { thing, told } = entry;
    if (!isNews(told, thing, stage, now)) return;
    entry.told = { stage, notAfter: thing.notAfter, at: now };
    if (stage !== "fine" || (told !== null && told.stage !== "fine")) events.moved(thing, told?.stage ?? null, stage);
  }

  return {
    put(source, things) {
      const known = sources.get(source);
      const room = MOST - entries().length + (known?.size ?? 0);
      const kept = things.length <= room ? things : things.toSorted(byEnd).slice(0, room);
      if (kept.length < things.length) events.full(things.length - kept.length);
      const own = new Map(kept.map((thing) => [keyOf(thing), { thing, told: known?.get(keyOf(thing))?.told ?? null }]));
      sources = new Map([...sources, [source, own]]);
      look();
    },
    status: () => entries().map(({ thing }) => ({ ...thing, stage: stageOf(thing, clock.wall()) })).toSorted(byEnd),
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

/** A step toward the end, all well again, another thing under the same name, or an alarm that is a day old. */
function isNews(told: Entry["told"], thing: Watched, stage: Stage, now: number): boolean {
  if (told === null || stage === "fine") return told?.stage !== stage;
  if (stage === told.stage) return isAlarm(stage) && now - told.at >= REMINDER_MS;
  return rankOf(stage) >= rankOf(told.stage) || thing.notAfter !== told.notAfter;
}

function keyOf({ kind, name }: Watched): string {
  return `${kind} ${name}`;
}

function byEnd(one: Watched, other: Watched): number {
  return one.notAfter - other.notAfter || (keyOf(one) < keyOf(other) ? -1 : 1);
}
