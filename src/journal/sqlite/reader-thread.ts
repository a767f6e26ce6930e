import type { MessagePort } from "node:worker_threads";
import { archivePiece } from "./archive-piece.ts";
import { backupStore } from "./backup-store.ts";
import type { Life } from "./enter-epoch.ts";
import { faultCells, storeFault } from "./faults.ts";
import type { JobMessage, JobReply, Jobs } from "./jobs.ts";
import { listJob } from "./list-job.ts";
import { openReadFile, type ReadFile } from "./read-file.ts";
import type { ThreadData } from "./thread.ts";
import { checkKeysJob, verifyJob } from "./verify-job.ts";

type Job<Name extends keyof Jobs> = (file: ReadFile, given: Jobs[Name]["in"]) => Promise<Jobs[Name]["out"]>;

const JOBS: { readonly [Name in keyof Jobs]: Job<Name> } = {
  list: listJob,
  verify: verifyJob,
  checkKeys: checkKeysJob,
  backup: backupStore,
  checkpoint,
  archive: archivePiece,
};

/** What a job's fault names. */
const ACTIVITY: Readonly<Record<keyof Jobs, string>> = {
  list: "listing the journal",
  verify: "verifying the journal",
  checkKeys: "checking the keys of the journal",
  backup: "copying the journal",
  checkpoint: "writing the journal's log back",
  archive: "archiving the journal",
};

/** Opens the files for reading, and does jobs until it is closed. */
export function startReader(data: ThreadData, port: MessagePort): Life | null {
  const file = openReadFile(data);

  async function run({ job, name, given }: JobMessage): Promise<void> {
    const reply: JobReply = await JOBS[name](file, given as never).then(
      (result) => ({ job, result }),
      (thrown: unknown) => ({ job, fault: faultCells(storeFault(ACTIVITY[name], thrown)) }),
    );
    port.postMessage(reply);
  }

  port.on("message", (message: JobMessage | { readonly close: true }) => {
    if (!("close" in message)) return void run(message);
    file.database.close();
    port.close();
  });
  return null;
}

/** Moves what is in the log into the file as far as nobody is waited for: commits go on meanwhile. */
async function checkpoint({ database }: ReadFile): Promise<Jobs["checkpoint"]["out"]> {
  const row = database.prepare("PRAGMA wal_checkpoint(PASSIVE)").get() ?? {};
  return { pages: Number(row["log"]), done: Number(row["checkpointed"]) };
}
