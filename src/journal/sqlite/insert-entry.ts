import { type Cells, ENDED, type EntryCells, type InsertCells, type Reply } from "./cells.ts";
import { namedFault } from "./faults.ts";
import { holdersCells, holdersOf, type Holder, newItemRows } from "./item-operations.ts";
import { entryCells, type LiveFile, revisionsOf } from "./live-file.ts";
import { key48Of, type Row } from "./row.ts";
import { boundTo } from "./wire.ts";

/** Writes a new entry, or tells what is known of its id, or who holds an item of its batch. Without `room` nothing new is let in: a StoreFault (full). */
export function insertEntry(file: LiveFile, operation: Cells, wall: number, room: boolean): Reply {
  const insertion = operation as unknown as InsertCells;
  const [, id, revision, state, , , , , , , , , , , , fields, content, given] = insertion;
  const known = revisionsOf(file, id);
  if (known.some((row) => row.revision >= revision)) return [ENDED.known, known.map((row): EntryCells => entryCells(file, row))];
  const items = given === null ? [] : newItemRows(given);
  const holders = items.flatMap(({ item, after }): Holder[] => holdersOf(file, item.id).filter(({ entry }) => entry.sequence > after));
  // All that is known of the batch's items: what is decided about one of them may depend on older ones.
  if (holders.length > 0) return [ENDED.taken, holdersCells(file, items.map(({ item }) => item.id))];
  if (!room) throw namedFault("full", "writing a new entry: what room is left is for the outcomes of known ones");
  const sealed = content === null ? null : file.vault.closeRequest(fields, content, boundTo(id, revision));
  if (content !== null && sealed === null) throw namedFault("io", `sealing the request of '${id}': it was altered on its way to the store's thread`);
  file.sequence += 1;
  file.entries.insert(newRow(file, insertion, wall, sealed?.fields ?? null));
  if (sealed !== null) file.requests.put(file.sequence, sealed.content);
  for (const { item } of items) file.items.put({ ...item, sequence: file.sequence });
  file.counts.move(null, state);
  return [ENDED.inserted, [[file.sequence, wall]]];
}

function newRow({ names, owner, sequence }: LiveFile, insertion: InsertCells, wall: number, fields: Uint8Array | null): Row {
  const [, id, revision, state, detail, site, route, region, profile, fingerprint, key, scope, taxpayer, lane, principal] = insertion;
  return {
    sequence, key48: key48Of(id), id: Buffer.from(id, "hex"), revision, state, fence: 1, attempts: 0, created: wall, updated: wall, fields, answer: null,
    site: names.numberOf(site), route: names.numberOf(route), region: names.numberOf(region), profile: names.numberOf(profile),
    owner: names.numberOf(owner), endpoint: names.numberOf(""), fingerprint: Buffer.from(fingerprint, "hex"),
    key, scope, taxpayer, lane, principal, detail,
  };
}
