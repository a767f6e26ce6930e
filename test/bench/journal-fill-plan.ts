import type { DatabaseSync } from "node:sqlite";
import { type Month, monthOf } from "../../src/journal/sqlite/month.ts";

/** What is written: the oldest entries stand in archives, the others are live with their requests. */
export interface FillPlan {
  readonly entries: number;
  readonly archived: number;
  /** Wall ms of the newest. */
  readonly now: number;
}

/** Archived entries of one month: numbers from `from` + 1 to `to`. */
export interface Span {
  readonly month: Month;
  readonly from: number;
  readonly to: number;
}

/** Told of the progress. */
export type Say = (what: string) => void;

/** Ms from a claim to its outcome. */
export const TOOK = 300;

const perDay = 500_000;
const day = 86_400_000;
const atOnce = 20_000;
const told = 500_000;

/** Wall ms at which the entry with this number, from 1, was made. */
export function createdAt({ entries, now }: FillPlan, sequence: number): number {
  return Math.floor(now - TOOK - ((entries - sequence) * day) / perDay);
}

/** The months of the archived entries, the oldest first. */
export function spansOf(plan: FillPlan): Span[] {
  const spans: Span[] = [];
  for (let from = 0; from < plan.archived; from = spans.at(-1)?.to ?? plan.archived) {
    const month = monthOf(createdAt(plan, from + 1));
    spans.push({ month, from, to: lastOf(plan, month, from) });
  }
  return spans;
}

/** The last archived number of a month that begins after `from`: times only grow, so halving finds it. */
function lastOf(plan: FillPlan, month: Month, from: number): number {
  let [inside, outside] = [from + 1, plan.archived + 1];
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (monthOf(createdAt(plan, middle)) === month) inside = middle;
    else outside = middle;
  }
  return inside;
}

/** One after another, in transactions of many. */
export interface Writing {
  /** Writes the entry with this number. */
  readonly one: (sequence: number) => void;
  /** Runs at the end of each transaction, inside it. */
  readonly close: () => void;
}

/** Writes the numbers from `from` + 1 to `to`. */
export function writeInPieces(database: DatabaseSync, from: number, to: number, { one, close }: Writing, say: Say): void {
  for (let at = from; at < to; ) {
    const end = Math.min(at + atOnce, to);
    database.exec("BEGIN");
    while (at < end) one((at += 1));
    close();
    database.exec("COMMIT");
    if ((at - from) % told === 0 || at === to) say(`entries ${from + 1} to ${at} are written`);
  }
}
