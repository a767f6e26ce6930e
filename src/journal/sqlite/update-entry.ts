import { ANSWER, type Cells, ENDED, type Reply, type UpdateCells } from "./cells.ts";
import { namedFault } from "./faults.ts";
import { changeItems } from "./item-operations.ts";
import { entryCells, type LiveFile, revisionsOf } from "./live-file.ts";
import type { Row } from "./row.ts";
import { boundTo } from "./wire.ts";

/** Packed answers up to this size stay with the outcome; larger ones go with the bodies. */
const SMALL_ANSWER = 4096;

/** Changes an entry; `nothing` where it is not there, or its fence is another. */
export function updateEntry(file: LiveFile, operation: Cells, wall: number): Reply {
  const change = operation as unknown as UpdateCells;
  const [, id, revision, fence, state, detail, take, attempts, endpoint, mode, , , , , brief, items] = change;
  const live = file.entries.find(id).find((row) => row.revision === revision);
  const row = live ?? revisionsOf(file, id).find((row) => row.revision === revision);
  if (row === undefined || row.fence !== fence) return [ENDED.nothing, []];
  const before = row.state;
  Object.assign(row, { state, detail, updated: wall });
  if (take === 1) Object.assign(row, { fence: fence + 1, owner: file.names.numberOf(file.owner) });
  if (attempts !== null) row.attempts = attempts;
  if (endpoint !== null) row.endpoint = file.names.numberOf(endpoint);
  if (mode !== ANSWER.keep) changeAnswer(file, row, change);
  changeRequest(file, row, change);
  const cells = brief === 1 ? null : entryCells(file, row, mode === ANSWER.keep); // before anything is written: the answer may be damaged
  // An archived entry that changes comes back; the archive's copy is overwritten when it goes there again.
  if (live === undefined) {
    file.entries.insert(row);
    for (const item of file.archived.itemsOf(row)) file.items.put(item);
  } else file.entries.update(row);
  if (items !== null) changeItems(file, row.sequence, items);
  file.counts.move(before, state);
  return [ENDED.done, [cells ?? [row.fence, row.attempts, wall]]];
}

function changeAnswer({ answers, vault }: LiveFile, row: Row, [, id, revision, , , , , , , , packed]: UpdateCells): void {
  const sealed = packed === null ? null : vault.closeAnswer(packed, boundTo(id, revision));
  if (row.answer === 1) answers.remove(row.sequence);
  if (sealed === null || sealed.length <= SMALL_ANSWER) {
    row.answer = sealed;
  } else {
    answers.put(row.sequence, sealed);
    row.answer = 1;
  }
}

function changeRequest({ requests, vault }: LiveFile, row: Row, [, id, revision, , , , , , , , , drop, fields, content]: UpdateCells): void {
  if (content !== null) {
    const sealed = vault.closeRequest(fields, content, boundTo(id, revision));
    if (sealed === null) throw namedFault("io", `sealing the request of '${id}': it was altered on its way to the store's thread`);
    row.fields = sealed.fields;
    requests.put(row.sequence, sealed.content);
  }
  if (drop === 1) row.fields = null;
}
