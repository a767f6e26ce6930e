import type { Clock } from "../../base/clock.ts";
import type { AlarmOptions } from "./options.ts";

/** What is unusual. */
export interface UnusualShare {
  readonly site: string;
  readonly route: string;
  /** Stopped of those that were looked at, from 0 to 1. */
  readonly share: number;
  readonly screened: number;
  readonly stopped: number;
  /** The rule that stopped most of them. */
  readonly rule: string;
}

/** The share of each route that was stopped lately. */
export interface StoppedShare {
  readonly site: string;
  readonly route: string;
  readonly share: number;
}

/** Watches how much of each route is stopped, and tells when it is unusual: once in a window for a route. Outlives configurations. */
export interface ShareAlarm {
  /** Counts a request that was looked at; the rule for which it was stopped, or null. */
  count(site: string, route: string, rule: string | null): void;
  /** Routes on which anything was looked at within the window. */
  shares(): StoppedShare[];
  configure(options: AlarmOptions): void;
}

/** A part of the window. */
interface Slice {
  /** Counted from the clock's zero in lengths of a slice. */
  number: number;
  screened: number;
  stopped: number;
  rules: Map<string, number> | null;
}

interface Watched {
  readonly slices: Slice[];
  toldAt: number;
}

const SLICES = 10;

/** Makes an alarm that tells `unusual`. */
export function createShareAlarm(first: AlarmOptions, clock: Pick<Clock, "now">, unusual: (what: UnusualShare) => void): ShareAlarm {
  let options = first;
  const sites = new Map<string, Map<string, Watched>>();
  const numberNow = (): number => Math.floor((clock.now() / options.window) * SLICES);

  const watch = (site: string, route: string): Watched => {
    const routes = sites.get(site) ?? new Map<string, Watched>();
    sites.set(site, routes);
    const watched: Watched = { slices: [], toldAt: -Infinity };
    routes.set(route, watched);
    return watched;
  };
  const check = (site: string, route: string, watched: Watched): void => {
    const { screened, stopped } = sums(watched, numberNow());
    if (screened < options.minimum || stopped <= options.share * screened || clock.now() - watched.toldAt < options.window) return;
    watched.toldAt = clock.now();
    unusual({ site, route, share: stopped / screened, screened, stopped, rule: topRule(watched.slices) });
  };
  return {
    count(site, route, rule) {
      const watched = sites.get(site)?.get(route) ?? watch(site, route);
      const slice = sliceOf(watched.slices, numberNow());
      slice.screened += 1;
      if (rule === null) return;
      slice.stopped += 1;
      slice.rules ??= new Map();
      slice.rules.set(rule, (slice.rules.get(rule) ?? 0) + 1);
      check(site, route, watched);
    },
    shares() {
      const number = numberNow();
      return [...sites].flatMap(([site, routes]) => [...routes].flatMap(([route, watched]) => {
        const { screened, stopped } = sums(watched, number);
        return screened === 0 ? [] : [{ site, route, share: stopped / screened }];
      }));
    },
    configure(next) {
      // Slices of another length have other numbers.
      if (next.window !== options.window) sites.clear();
      options = next;
    },
  };
}

/** The slice of this moment; the oldest is used again. */
function sliceOf(slices: Slice[], number: number): Slice {
  const last = slices.at(-1);
  if (last !== undefined && last.number === number) return last;
  const slice = slices.length < SLICES ? { number, screened: 0, stopped: 0, rules: null } : (slices.shift() as Slice);
  slice.number = number;
  slice.screened = 0;
  slice.stopped = 0;
  slice.rules = null;
  slices.push(slice);
  return slice;
}

/** Drops what is older than the window, and adds up the rest. */
function sums({ slices }: Watched, number: number): { readonly screened: number; readonly stopped: number } {
  while (slices.length > 0 && (slices[0] as Slice).number <= number - SLICES) slices.shift();
  let screened = 0;
  let stopped = 0;
  for (const slice of slices) {
    screened += slice.screened;
    stopped += slice.stopped;
  }
  return { screened, stopped };
}

function topRule(slices: readonly Slice[]): string {
  const counts = new Map<string, number>();
  for (const { rules } of slices) for (const [rule, count] of rules ?? []) counts.set(rule, (counts.get(rule) ?? 0) + count);
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? "";
}
