/*
 * Notices a journal that is older than it was: a restored backup, a disk that was rolled back. Journal and witness hold the
 * same marks; the witness is a small file beside the journal, or better on another volume.
 *
 * Reads both when the journal is opened, decides, and says what both hold from now on. The journal takes it first: after a
 * crash in between it is ahead of its witness, which is harmless. What was found is kept in the same transaction, or a second
 * start would find nothing. No claim is made before the witness has it too.
 *
 * A copy of the journal is noticed when anything was committed between its making and the last word to the witness. A
 * backup of ours is always noticed: the epoch is raised once it is complete (see {@link raised}). Only what a process
 * commits in the last seconds before it is killed escapes a copy made by other means in these seconds.
 */

/** What journal and witness both hold. */
export interface Epoch {
  /** Drawn when the journal was made; stays. */
  readonly journal: string;
  /** Raised at each opening, and after each backup. */
  readonly number: number;
  /** Drawn with each number: two copies that went separate ways have the same numbers. */
  readonly life: string;
  /** Raised by every commit, whatever it changes. */
  readonly mark: number;
}

/** What the journal's own file says. */
export interface JournalEpoch extends Epoch {
  /** Wall ms of its last commit. */
  readonly lastAt: number;
}

/** What the witness says. */
export interface Witness extends Epoch {
  /** Wall ms at which it was written. */
  readonly writtenAt: number;
}

/**
 * What was found. `fresh`: no journal and no witness. `same`: nothing is missing. `rolled-back`: the journal lacks what the
 * witness has seen, or is gone. `foreign`: the file belongs to another journal. `witness-lost`: nobody can tell.
 */
export type EpochKind = "fresh" | "same" | "rolled-back" | "foreign" | "witness-lost";

/** See {@link decideEpoch}. */
export interface EpochFinding {
  readonly kind: EpochKind;
  /** Wall ms up to which the journal knows every key, where it may not know later ones; null: it vouches for nothing, or for all. */
  readonly since: number | null;
  /** Wall ms of the witness's last word: something may be missing up to here at least; null where it is not known. */
  readonly until: number | null;
  /** Keys that the journal does not know may have been issued: the platform is asked before they are sent. */
  readonly queryFirst: boolean;
  /** What both hold from now on; null where the journal must not be opened. */
  readonly next: Epoch | null;
}

/**
 * Compares the journal (null: it was not there, and is made now) with its witness. `drawn` is a new random text, for the new
 * life and, where there is none, the journal.
 */
export function decideEpoch(journal: JournalEpoch | null, witness: Witness | "missing" | "damaged", drawn: string): EpochFinding {
  const seen = typeof witness === "string" ? null : witness;
  const until = seen?.writtenAt ?? null;
  if (journal === null) {
    const next = { journal: drawn, number: (seen?.number ?? 0) + 1, life: drawn, mark: seen?.mark ?? 0 };
    return witness === "missing" ? { kind: "fresh", since: null, until, queryFirst: false, next } : { kind: "rolled-back", since: null, until, queryFirst: true, next };
  }
  if (seen !== null && seen.journal !== journal.journal) return { kind: "foreign", since: null, until, queryFirst: true, next: null };
  const next = { journal: journal.journal, number: Math.max(journal.number, seen?.number ?? 0) + 1, life: drawn, mark: Math.max(journal.mark, seen?.mark ?? 0) };
  if (seen === null) return { kind: "witness-lost", since: journal.lastAt, until, queryFirst: true, next };
  if (isBehind(journal, seen)) return { kind: "rolled-back", since: journal.lastAt, until, queryFirst: true, next };
  // Of two copies that went separate ways nobody knows when they parted.
  if (hasParted(journal, seen)) return { kind: "rolled-back", since: null, until, queryFirst: true, next };
  return { kind: "same", since: null, until, queryFirst: false, next };
}

/** The epoch after a backup: whoever opens the copy, or the journal before it, is behind the witness. */
export function raised(epoch: Epoch, drawn: string): Epoch {
  return { ...epoch, number: epoch.number + 1, life: drawn };
}

function isBehind(journal: Epoch, seen: Epoch): boolean {
  return journal.number < seen.number || journal.mark < seen.mark;
}

function hasParted(journal: Epoch, seen: Epoch): boolean {
  return journal.number === seen.number && journal.life !== seen.life;
}
