import { type Cells, ENDED, type Reply } from "./cells.ts";
import type { LiveFile } from "./live-file.ts";
import { LAST_OPEN, PROVISIONAL } from "./schema.ts";

/**
 * Deletes from the live file what an archive holds durably: kind, then pairs of sequence and time of last change. What
 * has changed since it was copied stays, and is copied again.
 */
export function forgetEntries({ database, requests, answers, items, meta, archived }: LiveFile, [, ...pairs]: Cells): Reply {
  archived.refresh();
  const remove = database.prepare(`DELETE FROM entries WHERE sequence = ? AND updated = ? AND state > ${LAST_OPEN} AND state <> ${PROVISIONAL}`);
  let highest = 0;
  for (let at = 0; at + 1 < pairs.length; at += 2) {
    const sequence = Number(pairs[at]);
    if (remove.run(sequence, Number(pairs[at + 1])).changes === 0) continue;
    requests.remove(sequence);
    answers.remove(sequence);
    items.remove(sequence);
    highest = Math.max(highest, sequence);
  }
  // A sequence is never given again, even when the newest entry has gone.
  meta.raiseFloor(highest);
  return [ENDED.done, []];
}
