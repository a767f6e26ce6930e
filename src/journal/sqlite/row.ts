import { crc32 } from "node:zlib";
import { namedFault } from "./faults.ts";
import type { Cells } from "./cells.ts";

/** An entry as it stands in a file. Names are numbers of the `names` table; blobs carry checksums of their own. */
export interface Row {
  sequence: number;
  key48: number;
  id: Uint8Array;
  revision: number;
  state: number;
  site: number;
  route: number;
  region: number;
  profile: number;
  owner: number;
  endpoint: number;
  fence: number;
  attempts: number;
  created: number;
  updated: number;
  fingerprint: Uint8Array;
  key: string;
  scope: string;
  taxpayer: string | null;
  lane: string | null;
  principal: string | null;
  detail: string | null;
  /** The fields of the request; null: none, or dropped. */
  fields: Uint8Array | null;
  /** The packed answer; 1: it stands in `answers`; null: none. */
  answer: Uint8Array | 1 | null;
}

/** The first six bytes of an id (32 hexadecimal digits) as a number. */
export function key48Of(id: string): number {
  return Number.parseInt(id.slice(0, 12), 16);
}

/** Bytes as hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? "" : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

/** The cells of a row in the order of ENTRY_COLUMNS. */
export function cellsOf(row: Row): Cells {
  return [
    row.sequence, row.key48, row.id, row.revision, row.state, row.site, row.route, row.region, row.profile, row.owner, row.endpoint, row.fence,
    row.attempts, row.created, row.updated, row.fingerprint, row.key, row.scope, row.taxpayer, row.lane, row.principal, row.detail,
    rowSum(row), row.fields, row.answer,
  ];
}

/** The row of some cells. Throws a StoreFault (corrupt) where its checksum does not fit. */
export function rowOf(cells: Cells): Row {
  const [sequence, key48, id, revision, state, site, route, region, profile, owner, endpoint, fence, attempts, created, updated, ...rest] = cells;
  const [fingerprint, key, scope, taxpayer, lane, principal, detail, sum, fields, answer] = rest;
  const row = {
    sequence, key48, id, revision, state, site, route, region, profile, owner, endpoint, fence, attempts, created, updated,
    fingerprint, key, scope, taxpayer, lane, principal, detail, fields, answer,
  } as Row; // the table is STRICT, and a damaged type does not survive the checksum
  if (!(row.id instanceof Uint8Array) || !(row.fingerprint instanceof Uint8Array) || rowSum(row) !== sum) {
    throw namedFault("corrupt", `reading entry number ${String(sequence)}: its checksum does not fit`);
  }
  return row;
}

/** Covers every cell but the blobs, of which it covers where they stand. */
export function rowSum(row: Row): number {
  const answer = row.answer === null ? 0 : row.answer === 1 ? 1 : 2;
  const numbers = `${row.sequence} ${row.key48} ${row.revision} ${row.state} ${row.site} ${row.route} ${row.region} ${row.profile} ${row.owner} ${row.endpoint} ${row.fence} ${row.attempts} ${row.created} ${row.updated} ${answer}`;
  const texts = `${text(row.key)}${text(row.scope)}${text(row.taxpayer)}${text(row.lane)}${text(row.principal)}${text(row.detail)}`;
  return crc32(row.fingerprint, crc32(row.id, crc32(numbers + texts)));
}

function text(value: string | null): string {
  return value === null ? "\n-" : `\n=${value}`;
}
