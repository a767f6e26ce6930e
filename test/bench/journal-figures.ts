import type { Latency } from "./latency.ts";

/** Bytes on disk that an entry takes, with all indexes. */
export interface EntrySizes {
  /** In the live file, with its request and answer. */
  readonly live: number;
  /** In the live file, without its request. */
  readonly bare: number;
  /** In an archive, the key that leads to it included. */
  readonly archived: number;
}

/** What a journal with many entries costs who writes to it. */
export interface JournalFigures {
  readonly entries: number;
  /** How many of them were archived; the others had their requests. */
  readonly archived: number;
  /** Type of the file system that it was on. */
  readonly fileSystem: string;
  /** From the moment that a claim was due to its commit, at `perSecond`. */
  readonly claims: Latency;
  /** From the commit of a claim to that of its outcome. */
  readonly settled: Latency;
  readonly perSecond: number;
  readonly seconds: number;
  readonly sizes: EntrySizes;
  /** Bytes of all files after the claims. */
  readonly bytes: number;
  /** Bytes of the log after them: it stays small where checkpoints keep up. */
  readonly logBytes: number;
  /** How long the entries took to write, in seconds; they were written in bulk, without the store's threads. */
  readonly fillSeconds: number;
}
