import type { BodyView, EntryDetail, EntryView, ItemView } from "../admin/journal-views.ts";
import type { Entry, StoredRequest } from "../journal/entry.ts";
import { itemState, type Item } from "../journal/batch/items.ts";
import { isoTime } from "../observe/iso-time.ts";
import { REDACTED } from "../observe/redact.ts";

/** More items are not shown. */
const MOST_ITEMS = 1000;
/** Larger bodies are cut. */
const MOST_BODY = 1 << 20;

/** How an entry looks at the wall time `now` in ms. */
export function entryView(entry: Entry, now: number): EntryView {
  const { id, revision, sequence, site, route, region, taxpayer, key, scope, lane, state, attempts, endpoint, fingerprint, profile } = entry;
  const time = isoTime();
  const until = ("until" in state ? state.until : null) ?? null;
  return {
    id, revision, sequence, site, route, region, taxpayer, key, scope, lane,
    principal: principalText(entry.principal),
    state: state.kind,
    why: "why" in state ? (state.why ?? null) : null,
    cause: "cause" in state ? state.cause : null,
    how: "how" in state ? state.how : null,
    reference: "reference" in state ? (state.reference ?? null) : null,
    number: "number" in state ? (state.number ?? null) : null,
    verdict: "verdict" in state ? (state.verdict ?? null) : null,
    until: until === null ? null : time(until),
    attempts, endpoint, fingerprint, profile,
    createdAt: time(entry.createdAt),
    updatedAt: time(entry.updatedAt),
    ageSeconds: Math.max(0, Math.round((now - entry.createdAt) / 1000)),
  };
}

/** A header may be a token that nobody hashes. */
function principalText(principal: string | null): string | null {
  if (principal === null || /^(certificate|address):/.test(principal)) return principal;
  return `${principal.slice(0, Math.max(0, principal.indexOf(":")))}:${REDACTED}`;
}

/** The same with answer and request; `room` is how many bytes of bodies may be shown. */
export function entryDetail(entry: Entry, request: StoredRequest | null, items: readonly Item[], now: number, room: number): EntryDetail {
  const { answer } = entry;
  const pairs = (answer?.headers ?? []).flatMap((name, index, all) => (index % 2 === 0 ? [{ name, value: all[index + 1] ?? "" }] : []));
  return {
    ...entryView(entry, now),
    answer: answer === null ? null : { status: answer.status, headers: pairs, body: bodyView(answer.body, room) },
    // Without its query and its fields, where credentials stand.
    request: request === null ? null : { method: request.method, path: request.target.split("?", 1)[0] ?? "", body: bodyView(request.body, room - (answer?.body.byteLength ?? 0)) },
    items: itemViews(items.slice(0, MOST_ITEMS), entry),
    itemCount: items.length,
  };
}

/** How the items of an entry look. */
export function itemViews(items: readonly Item[], { state }: Entry): ItemView[] {
  const time = isoTime();
  return items.map(({ id, key, outcome, reference, until, fingerprint }) => ({ id, key, reference, fingerprint, outcome: itemState({ id, outcome, reference, until }, state).kind, until: until === 0 ? null : time(until) }));
}

function bodyView(body: Uint8Array, room: number): BodyView {
  const shown = body.subarray(0, Math.max(0, Math.min(MOST_BODY, room)));
  const cut = shown.byteLength < body.byteLength;
  const text = textOf(shown, cut);
  return { bytes: body.byteLength, text, base64: text === null ? Buffer.from(shown).toString("base64") : null, cut };
}

/** Null where it is not UTF-8; a cut may go through the last letter. */
function textOf(bytes: Uint8Array, cut: boolean): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes, { stream: cut });
  } catch {
    return null;
  }
}
