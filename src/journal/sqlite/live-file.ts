import type { DatabaseSync } from "node:sqlite";
import type { Archived } from "./archived.ts";
import { type Blobs, openBlobs } from "./blobs.ts";
import type { EntryCells } from "./cells.ts";
import { type Counts, createCounts } from "./counts.ts";
import { type LiveEntries, openLiveEntries } from "./entries.ts";
import { namedFault } from "./faults.ts";
import { type Items, openItems } from "./items.ts";
import { type Meta, openMeta } from "./meta.ts";
import { createNames, type Names } from "./names.ts";
import type { Paths } from "./paths.ts";
import { hexOf, type Row } from "./row.ts";
import type { Vault } from "./vault.ts";
import { boundTo } from "./wire.ts";

/** The live file, open for writing, in parts. */
export interface LiveFile {
  readonly database: DatabaseSync;
  readonly paths: Paths;
  readonly entries: LiveEntries;
  readonly items: Items;
  readonly requests: Blobs;
  readonly answers: Blobs;
  readonly names: Names;
  readonly meta: Meta;
  readonly counts: Counts;
  readonly vault: Vault;
  readonly archived: Archived;
  /** Who we are. */
  readonly owner: string;
  /** The last sequence that was given; read anew at the start of each transaction. */
  sequence: number;
}

/** Prepares the statements of a live file. */
export function openLiveFile(database: DatabaseSync, paths: Paths, vault: Vault, archived: Archived, owner: string): LiveFile {
  const meta = openMeta(database);
  return {
    database,
    paths,
    vault,
    archived,
    owner,
    sequence: 0,
    entries: openLiveEntries(database),
    items: openItems(database),
    requests: openBlobs(database, "requests"),
    answers: openBlobs(database, "answers"),
    names: createNames(database),
    counts: createCounts(meta),
    meta,
  };
}

/** All revisions of an id, wherever they are, the oldest first. Live rows win: a kill between copying and deleting leaves both. */
export function revisionsOf({ entries, archived }: LiveFile, id: string): Row[] {
  const live = entries.find(id);
  const old = archived.find(id).filter((row) => !live.some(({ sequence }) => sequence === row.sequence));
  return old.length === 0 ? live : [...old, ...live].toSorted((a, b) => a.revision - b.revision);
}

/** A row as the event loop reads it. Throws a StoreFault (corrupt). */
export function entryCells(file: Pick<LiveFile, "names" | "answers" | "vault">, row: Row, withAnswer = true): EntryCells {
  const { names } = file;
  const id = hexOf(row.id);
  return [
    row.sequence, id, row.revision, names.textOf(row.site), names.textOf(row.route), names.textOf(row.region), names.textOf(row.profile), row.taxpayer,
    row.lane, row.principal, row.key, row.scope, hexOf(row.fingerprint), row.state, row.detail, row.fence, names.textOf(row.owner), row.attempts,
    names.textOf(row.endpoint), row.created, row.updated, withAnswer ? answerOf(file, row, id) : null,
  ];
}

function answerOf({ answers, vault }: Pick<LiveFile, "answers" | "vault">, row: Row, id: string): Uint8Array | null {
  const packed = row.answer === 1 ? answers.get(row.sequence) : row.answer;
  if (packed === null) return null;
  const open = vault.openAnswer(packed, boundTo(id, row.revision));
  if (open === null) throw namedFault("corrupt", `reading the answer of '${id}' revision ${row.revision}: it is damaged, or its key is not configured`);
  return open;
}
