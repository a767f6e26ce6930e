import type { Clock } from "../base/clock.ts";
import type { NotStored } from "./reasons.ts";

/** Why an answer of a URL was last not stored. */
export interface Miss {
  /** Path and query. */
  readonly url: string;
  readonly reason: NotStored;
  readonly times: number;
  /** Wall time in ms of the last one. */
  readonly at: number;
}

/** The last reasons, for an administrator who wonders why nothing is cached. Bounded; the oldest are forgotten first. */
export interface Misses {
  note(site: string, url: string, reason: NotStored): void;
  /** Of a path: with this query, or with any. */
  of(site: string, path: string, query: string | null): Miss[];
}

const MOST = 1000;
const LONGEST_URL = 2048;

/** Makes an empty list. */
export function createMisses(clock: Clock): Misses {
  const notes = new Map<string, { url: string; reason: NotStored; times: number; at: number }>();
  return {
    note(site, url, reason) {
      if (url.length > LONGEST_URL) return;
      const key = `${site}\n${url}`;
      const known = notes.get(key);
      if (known !== undefined && known.reason === reason) {
        known.times++;
        known.at = clock.wall();
        return;
      }
      notes.delete(key);
      notes.set(key, { url, reason, times: 1, at: clock.wall() });
      if (notes.size > MOST) notes.delete(notes.keys().next().value as string);
    },
    of(site, path, query) {
      if (query !== null) {
        const one = notes.get(`${site}\n${path}${query}`);
        return one === undefined ? [] : [one];
      }
      const start = `${site}\n${path}`;
      return [...notes].filter(([key]) => key === start || key.startsWith(`${start}?`)).map(([, note]) => note);
    },
  };
}
