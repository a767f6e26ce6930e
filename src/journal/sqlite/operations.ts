import { crc32 } from "node:zlib";
import { type Cells, ENDED, type EpochCells, OPERATION, type Reply } from "./cells.ts";
import { namedFault } from "./faults.ts";
import { forgetEntries } from "./forget-entries.ts";
import { insertEntry } from "./insert-entry.ts";
import { holdersCells, itemsOfEntry } from "./item-operations.ts";
import { entryCells, type LiveFile, revisionsOf } from "./live-file.ts";
import { storeStats } from "./store-stats.ts";
import { updateEntry } from "./update-entry.ts";
import { boundTo } from "./wire.ts";

/**
 * Does one operation inside the caller's transaction. Throws a StoreFault before anything is written, or SQLite's own
 * error, perhaps after: the transaction must be rolled back then. Without `room` no new entry is let in.
 */
export function runOperation(file: LiveFile, operation: Cells, wall: number, room: boolean): Reply {
  const [kind, id, second] = operation;
  switch (kind) {
    case OPERATION.insert:
      return insertEntry(file, operation, wall, room);
    case OPERATION.update:
      return updateEntry(file, operation, wall);
    case OPERATION.read:
      return [ENDED.done, revisionsOf(file, String(id)).map((row) => entryCells(file, row))];
    case OPERATION.request:
      return readRequest(file, String(id), Number(second));
    case OPERATION.keepProfile:
      return keepProfile(file, String(id), String(second));
    case OPERATION.profile:
      return readProfile(file, String(id));
    case OPERATION.items:
      return itemsOfEntry(file, String(id), Number(second));
    case OPERATION.holders:
      return [ENDED.done, holdersCells(file, operation.slice(1).map((one) => Buffer.from(String(one), "hex")))];
    case OPERATION.forget:
      return forgetEntries(file, operation);
    case OPERATION.subtract:
      file.counts.move(Number(id), null, Number(second));
      return [ENDED.done, []];
    case OPERATION.epoch:
      return setEpoch(file, operation, wall);
    case OPERATION.stats:
      return storeStats(file);
    case OPERATION.heartbeat: // any transaction is one
      return [ENDED.done, []];
    default:
      throw namedFault("io", `running an operation: kind '${String(kind)}' is not known`);
  }
}

function readRequest(file: LiveFile, id: string, revision: number): Reply {
  const row = revisionsOf(file, id).find((row) => row.revision === revision);
  const content = row === undefined ? null : file.requests.get(row.sequence);
  if (row === undefined || content === null) return [ENDED.nothing, []];
  const open = file.vault.openRequest(row.fields, content, boundTo(id, revision));
  if (open === null) throw namedFault("corrupt", `reading the request of '${id}' revision ${revision}: it is damaged, or its key is not configured`);
  return [ENDED.done, [[open.fields, open.content]]];
}

function setEpoch({ meta }: LiveFile, operation: Cells, wall: number): Reply {
  const [, journal, number, life, mark, finding] = operation as unknown as EpochCells;
  meta.setEpoch({ journal, number, life, mark }, finding, wall);
  return [ENDED.done, []];
}

function keepProfile({ database }: LiveFile, hash: string, text: string): Reply {
  database.prepare("INSERT OR REPLACE INTO profiles (hash, sum, text) VALUES (?, ?, ?)").run(hash, crc32(text), text);
  return [ENDED.done, []];
}

function readProfile({ database }: LiveFile, hash: string): Reply {
  const row = database.prepare("SELECT sum, text FROM profiles WHERE hash = ?").get(hash);
  if (row === undefined) return [ENDED.nothing, []];
  if (crc32(String(row["text"])) !== row["sum"]) throw namedFault("corrupt", `reading profile '${hash}': its checksum does not fit`);
  return [ENDED.done, [[String(row["text"])]]];
}
