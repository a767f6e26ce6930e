import { setTimeout as pause } from "node:timers/promises";
import { metricValue } from "../drill/metrics-text.ts";
import { STATES } from "../../src/journal/entry.ts";
import { connections } from "./load.ts";
import { fetchText } from "./port.ts";

/** The journal's entries by what has become of them. */
export interface Ledger {
  readonly accepted: number;
  /** In any other state. */
  readonly others: number;
}

/** What one measurement of submissions left behind. */
export interface Outcome {
  /** Answers that wrk counted. */
  readonly answered: number;
  /** Entries that were accepted meanwhile. */
  readonly accepted: number;
  /** Entries in any other state at its end. */
  readonly others: number;
  /** Requests that the origin was sent meanwhile. */
  readonly sent: number;
  /** Times that wrk was run: each cuts its connections at the end, and what was on them goes on. */
  readonly runs: number;
}

const limitMs = 5000;

/** Reads the ledger at the admin listener once nothing is under way any more, or after five seconds as it is then. */
export async function readLedger(admin: number): Promise<Ledger> {
  const end = performance.now() + limitMs;
  let [before, now] = [-1, await entriesAt(admin)];
  while ((now.others > 0 || now.accepted !== before) && performance.now() < end) {
    before = now.accepted;
    await pause(50);
    now = await entriesAt(admin);
  }
  return now;
}

async function entriesAt(admin: number): Promise<Ledger> {
  const text = await fetchText(admin, "/metrics");
  const of = (state: string): number => metricValue(text, "taxgate_journal_entries", { state });
  return { accepted: of("accepted"), others: STATES.filter((state) => state !== "accepted").reduce((sum, state) => sum + of(state), 0) };
}

/** What does not add up: an answer without an accepted entry, an entry without an end, or one that was sent not exactly once. Null where all is well. */
export function discrepancy({ answered, accepted, others, sent, runs }: Outcome): string | null {
  if (others > 0) return `${others} entries have no outcome`;
  if (!(accepted >= answered)) return `${answered} answers, but ${accepted} accepted entries`;
  if (accepted > answered + runs * connections) return `${accepted} accepted entries for ${answered} answers`;
  return accepted === sent ? null : `${accepted} accepted entries, but the origin was sent ${sent}`;
}
