import type { MessagePort } from "node:worker_threads";
import { createArchived } from "./archived.ts";
import type { Group } from "./cells.ts";
import { enterEpoch, type Life } from "./enter-epoch.ts";
import { openLiveFile } from "./live-file.ts";
import { openMeta } from "./meta.ts";
import { ensureDirectory, ensurePrivateFile, pathsOf } from "./paths.ts";
import { openReserve } from "./reserve.ts";
import { LIVE_STEPS, openDatabase } from "./schema.ts";
import type { ThreadData } from "./thread.ts";
import { createVault } from "./vault.ts";
import { createWriter } from "./writer.ts";

/** What the writer's thread may be told. */
export type WriterMessage = { readonly group: Group } | { readonly checkpoint: true } | { readonly close: true };

/** KiB of pages that the writer keeps. */
const CACHE = 4096;

/** Opens the live file and answers groups until it is closed. Throws where it cannot. */
export function startWriter(data: ThreadData, port: MessagePort): Life {
  const paths = pathsOf(data.directory);
  ensureDirectory(data.directory);
  ensurePrivateFile(paths.live);
  const database = openDatabase(paths.live, { steps: LIVE_STEPS, cacheKiB: CACHE });
  const { life, owners } = enterEpoch(database, openMeta(database), data);
  const archived = createArchived(paths);
  const file = openLiveFile(database, paths, createVault(data.sealKeys), archived, life.owner);
  const writer = createWriter(file, owners, openReserve(paths.reserve, data.reserve));

  function close(): void {
    try {
      owners.leave();
      database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Full or read-only: the next opening finds the owner dead and the log whole.
    }
    database.close();
    archived.close();
    port.close();
  }

  function checkpoint(): void {
    try {
      database.exec("PRAGMA wal_checkpoint(PASSIVE)");
    } catch {
      // Full, or the disk fails: the log is whole, and the next commit tells of it.
    }
  }

  port.on("message", (message: WriterMessage) => {
    if ("group" in message) port.postMessage(writer.run(message.group));
    else if ("checkpoint" in message) checkpoint();
    else close();
  });
  return life;
}
