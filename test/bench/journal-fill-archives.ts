import type { DatabaseSync } from "node:sqlite";
import { openArchive, openKeys } from "../../src/journal/sqlite/archives.ts";
import { openEntries } from "../../src/journal/sqlite/entries.ts";
import type { LiveFile } from "../../src/journal/sqlite/live-file.ts";
import { key48Of, type Row } from "../../src/journal/sqlite/row.ts";
import { insertCells, updateCells } from "../../src/journal/sqlite/wire.ts";
import { acceptance, newClaim } from "./journal-entry.ts";
import { createdAt, type FillPlan, type Say, type Span, spansOf, TOOK, writeInPieces } from "./journal-fill-plan.ts";

/** Writes the archives of a plan, and into the live file what it knows of them: how many, and their numbers. `hasten` prepares a file for it. */
export function fillArchives(file: LiveFile, plan: FillPlan, hasten: (database: DatabaseSync) => void, say: Say): void {
  for (const span of spansOf(plan)) fillMonth(file, plan, span, hasten, say);
  file.database.exec("BEGIN");
  file.meta.raiseFloor(plan.archived);
  file.counts.write();
  file.database.exec("COMMIT");
}

function fillMonth(file: LiveFile, plan: FillPlan, { month, from, to }: Span, hasten: (database: DatabaseSync) => void, say: Say): void {
  const [archive, keys] = [openArchive(file.paths, month), openKeys(file.paths, month)];
  for (const database of [archive, keys]) hasten(database);
  const entries = openEntries(archive);
  const lead = keys.prepare("INSERT INTO keys (key48, month) VALUES (?, ?)");
  const rowOf = archivedRow(file);
  const one = (sequence: number): void => {
    const row = rowOf(sequence, createdAt(plan, sequence));
    entries.put(row);
    lead.run(row.key48, month);
    file.counts.move(null, row.state);
  };
  keys.exec("BEGIN");
  writeInPieces(archive, from, to, { one, close: () => keys.exec("COMMIT; BEGIN") }, say);
  keys.exec("COMMIT");
  copyNames(file.database, archive);
  for (const database of [archive, keys]) {
    database.exec("PRAGMA journal_mode = WAL");
    database.close();
  }
}

/** Makes rows as archiving leaves them: no request, the answer where it is small. */
function archivedRow({ names, owner, vault }: LiveFile): (sequence: number, created: number) => Row {
  return (sequence, created) => {
    const entry = newClaim(false);
    const [, id, revision, , , site, route, region, profile, fingerprint, key, scope, taxpayer, lane, principal] = insertCells(entry);
    const [, , , fence, state, detail, , attempts, endpoint, , packed] = updateCells(acceptance(entry.id));
    return {
      sequence, key48: key48Of(id), id: Buffer.from(id, "hex"), revision, state, fence, attempts: attempts ?? 0, created, updated: created + TOOK,
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
