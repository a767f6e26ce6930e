import { closeSync, fsyncSync, openSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import { createArchived } from "../../src/journal/sqlite/archived.ts";
import { archivePath, keysPath, openArchive, openKeys } from "../../src/journal/sqlite/archives.ts";
import { openEntries } from "../../src/journal/sqlite/entries.ts";
import { type LiveFile, openLiveFile } from "../../src/journal/sqlite/live-file.ts";
import { type Month, monthOf } from "../../src/journal/sqlite/month.ts";
import { runOperation } from "../../src/journal/sqlite/operations.ts";
import { pathsOf, type Paths } from "../../src/journal/sqlite/paths.ts";
import { key48Of, type Row } from "../../src/journal/sqlite/row.ts";
import { LIVE_STEPS, openDatabase } from "../../src/journal/sqlite/schema.ts";
import { createVault } from "../../src/journal/sqlite/vault.ts";
import { insertCells, updateCells } from "../../src/journal/sqlite/wire.ts";
import { acceptance, newClaim, PROFILE } from "./journal-entry.ts";
import { openStore } from "./journal-store-opening.ts";

/*
 * Entries by the million. The writer's own operations make the rows, so that files are what years of work leave; only
 * threads, groups and fsync are left out, and a large page cache keeps the indexes' random pages in memory meanwhile.
 */

/** What is written: the oldest entries stand in archives, the others are live with their requests. */
export interface FillPlan {
  readonly entries: number;
  readonly archived: number;
  /** Wall ms of the newest. */
  readonly now: number;
}

const perDay = 500_000;
const day = 86_400_000;
/** From the claim to the outcome. */
const took = 300;
const atOnce = 20_000;
const cacheKiB = 1 << 20;

/** Fills a new journal. `say` is told of every million. */
export async function fillJournal(directory: string, plan: FillPlan, say: (what: string) => void): Promise<void> {
  const store = await openStore(directory);
  await store.keepProfile(PROFILE, "{}");
  await store.close();
  const paths = pathsOf(directory);
  const database = openDatabase(paths.live, { steps: LIVE_STEPS, cacheKiB });
  const archived = createArchived(paths);
  const file = openLiveFile(database, paths, createVault([]), archived, store.owner);
  hasten(database);
  fillLive(file, plan, say);
  fillArchives(file, paths, plan, say);
  archived.close();
  database.exec("PRAGMA journal_mode = WAL");
  database.close();
  for (const name of [paths.live, ...archivedFiles(paths, plan)]) makeDurable(name);
}

/** Wall ms at which the entry with this number, from 1, was made. */
function createdAt({ entries, now }: FillPlan, sequence: number): number {
  return Math.floor(now - took - ((entries - sequence) * day) / perDay);
}

function hasten(database: DatabaseSync): void {
  database.exec(`PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -${cacheKiB}`);
}

function fillLive(file: LiveFile, plan: FillPlan, say: (what: string) => void): void {
  file.sequence = plan.archived;
  inPieces(file.database, plan.archived, plan.entries, say, (sequence) => {
    const created = createdAt(plan, sequence);
    const entry = newClaim();
    runOperation(file, insertCells(entry), created, true);
    runOperation(file, updateCells(acceptance(entry.id)), created + took, true);
  }, () => file.counts.write());
}

function fillArchives(file: LiveFile, paths: Paths, plan: FillPlan, say: (what: string) => void): void {
  for (let from = 0; from < plan.archived; ) {
    const month = monthOf(createdAt(plan, from + 1));
    const to = endOf(plan, month, from);
    fillMonth(file, paths, plan, { month, from, to }, say);
    from = to;
  }
  file.database.exec("BEGIN");
  file.meta.raiseFloor(plan.archived);
  file.counts.write();
  file.database.exec("COMMIT");
}

/** The last archived number of a month that begins after `from`. */
function endOf(plan: FillPlan, month: Month, from: number): number {
  let [inside, outside] = [from + 1, plan.archived + 1];
  while (outside - inside > 1) {
    const middle = Math.floor((inside + outside) / 2);
    if (monthOf(createdAt(plan, middle)) === month) inside = middle;
    else outside = middle;
  }
  return inside;
}

interface Span {
  readonly month: Month;
  readonly from: number;
  readonly to: number;
}

function fillMonth(file: LiveFile, paths: Paths, plan: FillPlan, { month, from, to }: Span, say: (what: string) => void): void {
  const [archive, keys] = [openArchive(paths, month), openKeys(paths, month)];
  for (const database of [archive, keys]) hasten(database);
  const entries = openEntries(archive);
  const lead = keys.prepare("INSERT INTO keys (key48, month) VALUES (?, ?)");
  const row = archivedRow(file);
  keys.exec("BEGIN");
  inPieces(archive, from, to, say, (sequence) => {
    const written = row(sequence, createdAt(plan, sequence));
    entries.put(written);
    lead.run(written.key48, month);
    file.counts.move(null, written.state);
  }, () => keys.exec("COMMIT; BEGIN"));
  keys.exec("COMMIT");
  copyNames(file.database, archive);
  for (const database of [archive, keys]) {
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
  }
}

/** Rows as archiving leaves them: no request, the answer where it is small. */
function archivedRow({ names, owner, vault }: LiveFile): (sequence: number, created: number) => Row {
  return (sequence, created) => {
    const entry = newClaim(false);
    const [, id, revision, , , site, route, region, profile, fingerprint, key, scope, taxpayer, lane, principal] = insertCells(entry);
    const [, , , fence, state, detail, , attempts, endpoint, , packed] = updateCells(acceptance(entry.id));
    return {
      sequence, key48: key48Of(id), id: Buffer.from(id, "hex"), revision, state, fence, attempts: attempts ?? 0, created, updated: created + took,
      site: names.numberOf(site), route: names.numberOf(route), region: names.numberOf(region), profile: names.numberOf(profile),
      owner: names.numberOf(owner), endpoint: names.numberOf(endpoint ?? ""), fingerprint: Buffer.from(fingerprint, "hex"), key, scope, taxpayer, lane, principal, detail,
      fields: null, answer: packed === null ? null : vault.archiveAnswer(packed, `${id} ${revision}`),
    };
  };
}

function copyNames(live: DatabaseSync, archive: DatabaseSync): void {
  const put = archive.prepare("INSERT OR IGNORE INTO names (id, text, sum) VALUES (?, ?, ?)");
  for (const { id, text, sum } of live.prepare("SELECT id, text, sum FROM names").all()) put.run(Number(id), String(text), Number(sum));
}

/** Runs numbers from `from` + 1 to `to` in transactions, each closed by `close`. */
function inPieces(database: DatabaseSync, from: number, to: number, say: (what: string) => void, one: (sequence: number) => void, close: () => void): void {
  for (let at = from; at < to; ) {
    const end = Math.min(at + atOnce, to);
    database.exec("BEGIN");
    while (at < end) one((at += 1));
    close();
    database.exec("COMMIT");
    if (at % 1_000_000 === 0 || at === to) say(`entry number ${at} is written`);
  }
}

function archivedFiles(paths: Paths, plan: FillPlan): string[] {
  const months = new Set<Month>();
  for (let from = 0; from < plan.archived; from = endOf(plan, monthOf(createdAt(plan, from + 1)), from)) months.add(monthOf(createdAt(plan, from + 1)));
  return [...months].flatMap((month) => [archivePath(paths, month), keysPath(paths, Math.floor(month / 12))]);
}

function makeDurable(file: string): void {
  const descriptor = openSync(file, "r+");
  fsyncSync(descriptor);
  closeSync(descriptor);
}
