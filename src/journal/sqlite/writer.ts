import { StoreFault } from "../store.ts";
import { type Cells, ENDED, faultReply, type Group, type GroupReply, READ_ONLY, OPERATION, type Reply } from "./cells.ts";
import { faultCells, storeFault } from "./faults.ts";
import type { LiveFile } from "./live-file.ts";
import { runOperation } from "./operations.ts";
import type { Owners } from "./owners.ts";
import type { Reserve } from "./reserve.ts";

/** Runs groups of operations. */
export interface Writer {
  run(group: Group): GroupReply;
}

/** What a transaction gave; `failed` where it was rolled back. */
type Attempt = { readonly kind: "committed"; readonly replies: readonly Reply[] } | { readonly kind: "failed"; readonly fault: StoreFault };

/** Makes the writer of an open live file. */
export function createWriter(file: LiveFile, owners: Owners, reserve: Reserve): Writer {
  const { database, counts, names, meta } = file;
  const begin = database.prepare("BEGIN IMMEDIATE");
  const commit = database.prepare("COMMIT");
  const last = database.prepare("SELECT max(sequence) AS sequence FROM entries");
  const start = file.meta.epoch()?.epoch;
  let mark: readonly [number, number] = [start?.mark ?? 0, start?.lastAt ?? 0];

  /** All or nothing. A StoreFault of one operation is its own affair: it has written nothing. */
  function transaction(operations: readonly Cells[], wall: number): Attempt {
    try {
      begin.run();
      file.sequence = Math.max(Number(last.get()?.["sequence"]), meta.floor());
      const replies = operations.map((operation) => single(operation, wall));
      counts.write();
      owners.write(wall);
      const marked = meta.mark(wall);
      commit.run();
      mark = [marked, wall];
      return { kind: "committed", replies };
    } catch (thrown) {
      undo();
      return { kind: "failed", fault: storeFault("writing to the journal", thrown) };
    }
  }

  function single(operation: Cells, wall: number, room = !reserve.spent()): Reply {
    try {
      return runOperation(file, operation, wall, room);
    } catch (thrown) {
      if (!(thrown instanceof StoreFault) && database.isTransaction) throw thrown;
      return faultReply(...faultCells(storeFault("reading the journal", thrown)));
    }
  }

  function undo(): void {
    counts.forget();
    names.forget();
    if (database.isTransaction) database.exec("ROLLBACK");
  }

  /** A damaged page met by one operation must not fail the others: they are tried one by one. */
  function oneByOne(operations: readonly Cells[], wall: number): readonly Reply[] {
    return operations.map((operation) => {
      const attempt = transaction([operation], wall);
      return attempt.kind === "committed" ? (attempt.replies[0] as Reply) : faultReply(...faultCells(attempt.fault));
    });
  }

  /** Although nothing can be written, what is known can be told: replays go on. */
  function look(operation: Cells, wall: number, fault: StoreFault): Reply {
    const refused = faultReply(...faultCells(fault));
    if (READ_ONLY.has(operation[0] ?? null)) return single(operation, wall, false);
    if (operation[0] !== OPERATION.insert) return refused;
    const reply = single(operation, wall, false);
    return reply[0] === ENDED.known || reply[0] === ENDED.taken || isCorrupt(reply) ? reply : refused;
  }

  function write({ operations, wall, now }: Group): { replies: readonly Reply[]; fault: StoreFault | null } {
    let attempt = transaction(operations, wall);
    if (attempt.kind === "failed" && attempt.fault.kind === "full" && reserve.spend(now)) attempt = transaction(operations, wall);
    if (attempt.kind === "committed") return { replies: attempt.replies, fault: null };
    const { fault } = attempt;
    if (fault.kind === "corrupt" && operations.length > 1) return { replies: oneByOne(operations, wall), fault };
    return { replies: operations.map((operation) => look(operation, wall, fault)), fault };
  }

  return {
    run(group) {
      reserve.refill(group.now);
      const looks = group.operations.every(([kind]) => READ_ONLY.has(kind ?? null));
      const { replies, fault } = looks ? { replies: group.operations.map((operation) => single(operation, group.wall)), fault: null } : write(group);
      return { replies, fault: fault && faultCells(fault), short: reserve.spent(), mark, owners: owners.others() };
    },
  };
}

function isCorrupt([ended, rows]: Reply): boolean {
  return ended === ENDED.fault && rows[0]?.[0] === "corrupt";
}
