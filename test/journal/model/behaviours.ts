import type { Random } from "../../../src/base/random.ts";

/*
 * What the platform does with one request. Times in ms after its arrival. What the plans of the routes rely on holds of
 * every behaviour: an invoice that comes at all is visible at most MOST_HIDDEN after MOST_LATE after its connection ended.
 */

/** How a request ends for the one who sent it. */
export type End = "answer" | "reset" | "unknown" | "busy" | "login" | "page" | "cut" | "garbled" | "hang" | "not-sent" | "refused";

/** One request's fate. */
export interface Behaviour {
  readonly end: End;
  readonly endAt: number;
  /** When it is executed; null: never. */
  readonly executeAt: number | null;
  /** How long an invoice cannot be seen by queries. */
  readonly hidden: number;
}

/** The platform takes at most so long for what it has when a connection ends. */
export const MOST_LATE = 500;
/** Queries see an invoice at the latest so long after it was issued. */
export const MOST_HIDDEN = 3000;

/** A platform in order. */
export const HEALTHY: Behaviour = { end: "answer", endAt: 80, executeAt: 40, hidden: 0 };

/** Ends that leave no doubt: nothing was executed. */
const UNEXECUTED: ReadonlySet<End> = new Set(["busy", "login", "not-sent", "refused"]);

const SUBMIT_ENDS: readonly End[] = ["answer", "answer", "answer", "reset", "reset", "reset", "unknown", "unknown", "busy", "busy", "login", "page", "cut", "garbled", "hang", "not-sent", "refused"];
const QUERY_ENDS: readonly End[] = ["answer", "answer", "reset", "busy", "page", "page", "cut", "unknown", "hang", "not-sent", "refused"];
/** Shorter and longer than an attempt's patience, and than that with `linger`. */
const WAITS = [1, 60, 400, 2500, 3500, 6500, 9000];

/** One of several. */
export function pick<T>(random: Random, list: readonly T[]): T {
  return list[Math.floor(random.next() * list.length)] as T;
}

/** The fate of a submission. */
export function randomSubmit(random: Random): Behaviour {
  const end = pick(random, SUBMIT_ENDS);
  const endAt = pick(random, WAITS);
  const hidden = pick(random, [0, 0, MOST_HIDDEN / 2, MOST_HIDDEN]);
  if (UNEXECUTED.has(end)) return { end, endAt, executeAt: null, hidden };
  // What is answered as done has been done; all else may be done before, after, or never.
  if (end === "answer" || end === "cut" || end === "garbled") return { end, endAt, executeAt: Math.floor(endAt * random.next()), hidden };
  return { end, endAt, executeAt: pick(random, [null, Math.floor(endAt / 2), endAt + Math.floor(MOST_LATE * random.next())]), hidden };
}

/** The fate of a question. */
export function randomQuery(random: Random): Behaviour {
  const endAt = pick(random, WAITS);
  return { end: pick(random, QUERY_ENDS), endAt, executeAt: Math.floor(endAt * random.next()), hidden: 0 };
}
