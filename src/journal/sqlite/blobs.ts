import type { DatabaseSync } from "node:sqlite";

/** Large values apart from the rows they belong to. */
export interface Blobs {
  put(sequence: number, data: Uint8Array): void;
  get(sequence: number): Uint8Array | null;
  remove(sequence: number): void;
}

/** Statements on `requests` or `answers`. The blobs carry checksums of their own. */
export function openBlobs(database: DatabaseSync, table: "requests" | "answers"): Blobs {
  const put = database.prepare(`INSERT OR REPLACE INTO ${table} (sequence, data) VALUES (?, ?)`);
  const get = database.prepare(`SELECT data FROM ${table} WHERE sequence = ?`);
  const remove = database.prepare(`DELETE FROM ${table} WHERE sequence = ?`);
  return {
    put: (sequence, data) => void put.run(sequence, data),
    get: (sequence) => (get.get(sequence)?.["data"] as Uint8Array | undefined) ?? null,
    remove: (sequence) => void remove.run(sequence),
  };
}
