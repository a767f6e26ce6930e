import { metricValue } from "./metrics-text.ts";

/** States in which Taxgate has something left to do by itself. */
const AT_WORK = ["queued", "sending", "in-doubt"];

/** Entries that Taxgate is still at work on, from the text of /metrics; NaN where it does not tell. */
export function openEntries(metrics: string): number {
  return AT_WORK.reduce((sum, state) => sum + metricValue(metrics, "taxgate_journal_entries", { state }), 0);
}
