import { type Entry, type EntryState, STATES, type StoredAnswer, type StoredRequest } from "../entry.ts";
import { ITEM_OUTCOMES } from "../batch/items.ts";
import type { Change, NewEntry } from "../store.ts";
import { packAnswer, packRequest, unpackAnswer, unpackRequest } from "./blob.ts";
import { ANSWER, type Cells, type EntryCells, type InsertCells, OPERATION, type UpdateCells, type UpdatedCells } from "./cells.ts";
import { namedFault } from "./faults.ts";

/*
 * Entries and operations as cells, on the event loop's side.
 */

/** Names an entry and its revision: what its blobs are bound to. */
export function boundTo(id: string, revision: number): string {
  return `${id} ${revision}`;
}

/** A new entry, as the writer takes it. */
export function insertCells(entry: NewEntry): InsertCells {
  const { id, revision, state, site, route, region, profile, fingerprint, key, scope, taxpayer, lane, principal, request, items } = entry;
  const packed = request === null ? null : packRequest(request, null, boundTo(id, revision));
  return [
    OPERATION.insert, id, revision, STATES.indexOf(state.kind), detailOf(state), site, route, region, profile,
    fingerprint, JSON.stringify(key), JSON.stringify(scope), taxpayer, lane, principal, packed?.fields ?? null, packed?.content ?? null,
    items === undefined ? null : JSON.stringify(items.map(({ id, fingerprint, key, after }) => [id, fingerprint, key, after])),
  ];
}

/** A change, as the writer takes it. */
export function updateCells({ id, revision, fence, from, state, take, attempts, endpoint, answer, request, dropHeaders, items }: Change): UpdateCells {
  const bound = boundTo(id, revision);
  const packed = request === undefined ? null : packRequest(request, null, bound);
  const mode = answer === undefined ? ANSWER.keep : answer === null ? ANSWER.clear : ANSWER.set;
  return [
    OPERATION.update, id, revision, fence, STATES.indexOf(state.kind), detailOf(state), take === true ? 1 : 0, attempts ?? null, endpoint ?? null,
    mode, answer ? packAnswer(answer, null, bound) : null, dropHeaders === true ? 1 : 0, packed?.fields ?? null, packed?.content ?? null,
    from === undefined ? 0 : 1,
    items === undefined ? null : JSON.stringify(items.map(({ id, outcome, reference, until }) => [id, ITEM_OUTCOMES.indexOf(outcome), reference, until])),
  ];
}

/** An entry that was known before its change. */
export function changedEntry(from: Entry, change: Change, owner: string, [fence, attempts, updatedAt]: UpdatedCells): Entry {
  const { state, take, endpoint = from.endpoint, answer = from.answer } = change;
  return { ...from, state, fence, owner: take === true ? owner : from.owner, attempts, endpoint, updatedAt, answer };
}

/** The new entry as it is now that it has a place. */
export function insertedEntry(entry: NewEntry, owner: string, [sequence, wall]: Cells): Entry {
  const { request: _request, items: _items, ...facts } = entry;
  return { ...facts, sequence: Number(sequence), fence: 1, owner, attempts: 0, endpoint: "", createdAt: Number(wall), updatedAt: Number(wall), answer: null };
}

/** An entry from cells; throws a StoreFault (corrupt) where the answer does not open. `answer` is used where it is known already. */
export function entryOf(cells: EntryCells, answer?: StoredAnswer | null): Entry {
  const [sequence, id, revision, site, route, region, profile, taxpayer, lane, principal, key, scope, fingerprint, ...rest] = cells;
  const [state, detail, fence, owner, attempts, endpoint, createdAt, updatedAt, packed] = rest;
  return {
    id, revision, site, route, key: JSON.parse(key), scope: JSON.parse(scope), taxpayer, region, principal, lane, fingerprint, profile, sequence,
    state: stateOf(state, detail), fence, owner, attempts, endpoint, createdAt, updatedAt, answer: answer === undefined ? answerOf(packed, id, revision) : answer,
  };
}

function answerOf(packed: Uint8Array | null, id: string, revision: number): StoredAnswer | null {
  if (packed === null) return null;
  const answer = unpackAnswer(packed, null, boundTo(id, revision));
  if (answer === null) throw namedFault("corrupt", `reading the answer of '${id}' revision ${revision}: its checksum does not fit`);
  return answer;
}

/** A request from its two blobs; throws as {@link entryOf}. */
export function requestOf([fields, content]: Cells, id: string, revision: number): StoredRequest {
  const request = unpackRequest(fields as Uint8Array | null, content as Uint8Array, null, boundTo(id, revision));
  if (request === null) throw namedFault("corrupt", `reading the request of '${id}' revision ${revision}: its checksum does not fit`);
  return request;
}

/** What a state has beside its name, as JSON; null: nothing. */
function detailOf(state: EntryState): string | null {
  const { kind: _, ...rest } = state;
  return Object.keys(rest).length === 0 ? null : JSON.stringify(rest);
}

function stateOf(number: number, detail: string | null): EntryState {
  const kind = STATES[number];
  if (kind === undefined) throw namedFault("corrupt", `reading an entry: state ${number} is not known to this version`);
  return { kind, ...(detail === null ? {} : JSON.parse(detail)) } as EntryState;
}
