import type { OwnAnswer } from "../http/own-message.ts";
import { MOST_LISTED, readSelection } from "./journal-filter.ts";
import type { JournalViews, Kept } from "./journal-views.ts";
import { json, problem, text } from "./message.ts";
import { quoted, readParameters } from "./parameters.ts";

const USUAL = 100;
const ID = /^[0-9a-f]{32}$/;

/** The answer where there is no journal, or it fails. */
export function without(kept: Extract<Kept<unknown>, { ok: false }>): OwnAnswer {
  return kept.kind === "none" ? problem("no-route", kept.why) : problem("journal-unavailable", kept.why);
}

/** Whether a text is an entry's id. */
export function isEntryId(id: string): boolean {
  return ID.test(id);
}

/** Lists entries by filters, a page at a time. */
export async function entriesAnswer(query: string, views: JournalViews): Promise<OwnAnswer> {
  const selection = readSelection(query, views.now(), USUAL);
  if (!selection.ok) return problem(selection.code, selection.detail);
  const kept = await views.list(selection.value.filter, selection.value.limit);
  return kept.ok ? json(200, kept.value) : without(kept);
}

/**
 * The same entries, batches with their items, as lines of JSON (NDJSON), for files: the page that follows begins with `after` at the `sequence` of the
 * last line, and one with fewer lines than `limit` is the last.
 */
export async function exportAnswer(query: string, views: JournalViews): Promise<OwnAnswer> {
  const selection = readSelection(query, views.now(), MOST_LISTED);
  if (!selection.ok) return problem(selection.code, selection.detail);
  const kept = await views.list(selection.value.filter, selection.value.limit, true);
  return kept.ok ? text(200, kept.value.entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""), "application/x-ndjson") : without(kept);
}

/** Shows all revisions of one entry. */
export async function entryAnswer(query: string, views: JournalViews): Promise<OwnAnswer> {
  const parameters = readParameters(query, ["id"]);
  if (!parameters.ok) return problem(parameters.code, parameters.detail);
  const id = parameters.value.get("id") ?? "";
  if (!isEntryId(id)) return problem("bad-parameter", `parameter 'id': got ${quoted(id)}, want 32 hexadecimal digits as 'entries' lists them`);
  const kept = await views.show(id);
  if (!kept.ok) return without(kept);
  return kept.value.length === 0 ? json(404, { result: "refused", refusal: "unknown", why: `there is no entry '${id}'` }) : json(200, { id, revisions: kept.value });
}

/** The journal in numbers. */
export async function journalStatsAnswer(views: JournalViews): Promise<OwnAnswer> {
  const kept = await views.stats();
  return kept.ok ? json(200, kept.value) : without(kept);
}
