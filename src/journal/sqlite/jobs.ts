import type { Filter, Retention, Verification } from "../store.ts";
import type { EntryCells } from "./cells.ts";

/** What a reader's thread does: what goes in and what comes out, by name. */
export interface Jobs {
  list: { in: { readonly filter: Filter; readonly limit: number }; out: { readonly rows: readonly EntryCells[]; readonly next: number | null } };
  verify: { in: null; out: Verification };
  checkKeys: { in: null; out: readonly string[] };
  backup: { in: { readonly file: string }; out: null };
  /** Pages in the log, and how many of them are in the file by now. */
  checkpoint: { in: null; out: { readonly pages: number; readonly done: number } };
  archive: { in: { readonly retention: Retention; readonly wall: number }; out: Archiving };
}

/** What a piece of archiving did. */
export interface Archiving {
  /** Pairs of sequence and time of last change, of what is in an archive durably. */
  readonly copied: readonly number[];
  /** Entries by state that went with an archive beyond its time. */
  readonly removed: readonly number[];
  /** There may be more to do. */
  readonly more: boolean;
}

/** Asks for a job. */
export type Ask = <Name extends keyof Jobs>(name: Name, given: Jobs[Name]["in"]) => Promise<Jobs[Name]["out"]>;

/** A job on its way to a thread. */
export interface JobMessage {
  readonly job: number;
  readonly name: keyof Jobs;
  readonly given: unknown;
}

/** What came of it. */
export type JobReply = { readonly job: number; readonly result: unknown } | { readonly job: number; readonly fault: readonly [string, string] };
