import { z } from "zod";
import type { Clock, Timer } from "../base/clock.ts";
import { OperatorError } from "../base/errors.ts";
import { readBounded, writeAtomic, type Done } from "../base/files.ts";
import type { Epoch, Witness } from "./epoch.ts";

/*
 * The witness on disk: one line of JSON. Members that a later version adds are passed over, so that it can be read by the
 * version before.
 */

const count = z.int().min(0);
const wall = z.int().min(0).max(8.64e15);
const written = z.object({ format: z.literal(1), journal: z.string().min(1), number: count, life: z.string().min(1), mark: count, writtenAt: wall });

/** More is no witness. */
const MAX_BYTES = 4096;

/** The witness in a file. What cannot be read or understood is `damaged`: there was one, so the journal is not fresh. */
export function readWitness(path: string): Witness | "missing" | "damaged" {
  const read = readBounded(path, MAX_BYTES);
  if (!read.ok) return read.reason === "no such file" ? "missing" : "damaged";
  try {
    const { format: _, ...witness } = written.parse(JSON.parse(Buffer.from(read.bytes).toString("utf8")));
    return witness;
  } catch {
    return "damaged";
  }
}

/** Writes it, durable at the return; waits for the disk. Where the disk does not take it the old one stays. */
export function writeWitness(path: string, { journal, number, life, mark }: Epoch, writtenAt: number): Done {
  try {
    writeAtomic(path, `${JSON.stringify({ format: 1, journal, number, life, mark, writtenAt: Math.floor(writtenAt) })}\n`);
    return { ok: true };
  } catch (fault) {
    return { ok: false, reason: fault instanceof OperatorError ? fault.message : String(fault) };
  }
}

/** Keeps a witness up to date while the journal is in use. */
export interface WitnessKeeper {
  /** To be told of every commit, after it is durable. Writes at once after a time of rest, else a little later. */
  committed(mark: number): void;
  /** Goes over to another epoch, after the journal has it, and writes it. */
  enter(epoch: Epoch): Done;
  /** Writes the last word, where something is not written yet. */
  close(): Done;
}

/** What a keeper works with. */
export interface WitnessSetting {
  readonly clock: Clock;
  /** {@link writeWitness} on the witness's path. */
  readonly write: (epoch: Epoch, writtenAt: number) => Done;
  /** Told of every write that a commit caused, so that a lasting failure can be reported: nobody would notice a rollback. */
  readonly wrote: (done: Done) => void;
  /** ms between two writes: what is committed in between and then lost with the process is not seen by the witness. */
  readonly pace: number;
}

/** Makes a keeper for the epoch that the witness holds now. It waits for the disk, so it belongs in the store's own thread. */
export function createWitnessKeeper(first: Epoch, { clock, write, wrote, pace }: WitnessSetting): WitnessKeeper {
  let epoch = first;
  let isWritten = true;
  let resting: Timer | null = null;
  const save = (): Done => {
    const done = write(epoch, clock.wall());
    isWritten = done.ok;
    return done;
  };
  const rest = (): void => {
    resting = clock.after(pace, () => {
      resting = null;
      if (!isWritten) saveAndRest();
    }, true);
  };
  const saveAndRest = (): void => {
    rest();
    wrote(save());
  };
  return {
    committed(mark) {
      epoch = { ...epoch, mark };
      isWritten = false;
      if (resting === null) saveAndRest();
    },
    enter(next) {
      epoch = { ...next, mark: Math.max(next.mark, epoch.mark) };
      const done = save();
      if (!done.ok && resting === null) rest();
      return done;
    },
    close() {
      resting?.cancel();
      resting = null;
      return isWritten ? { ok: true } : save();
    },
  };
}
