import { join } from "node:path";
import { systemClock, type Clock } from "../base/clock.ts";
import { OperatorError } from "../base/errors.ts";
import { instantText } from "../base/instant.ts";
import { lockState } from "../base/state-lock.ts";
import { restoreBackup, type Restored } from "../journal/sqlite/restore-backup.ts";

/**
 * Puts a backup in the place of the journal of a state directory that no Taxgate runs on; the lock is held meanwhile. Old
 * files go into a dated folder of the state directory. Throws an OperatorError.
 */
export async function restoreJournal(stateDir: string, backup: string, clock: Clock = systemClock): Promise<Restored> {
  const state = lockState(stateDir);
  if (!state.ok) throw new OperatorError(`locking state directory '${stateDir}': ${state.why}; stop that Taxgate first`);
  try {
    const date = instantText(clock.wall()).replaceAll(/[-:]/g, "");
    return restoreBackup(join(stateDir, "journal"), backup, join(stateDir, `journal-before-${date}`));
  } finally {
    await state.lock.stop();
  }
}
