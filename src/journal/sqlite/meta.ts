import type { DatabaseSync } from "node:sqlite";
import type { Epoch, JournalEpoch } from "../epoch.ts";

/** Small facts about the whole store. They stand on one page, so that a commit writes it once. */
export interface Meta {
  /** What the file says of its epoch, and what was found when it was last decided; null where it was never opened. */
  epoch(): { readonly epoch: JournalEpoch; readonly finding: string | null } | null;
  setEpoch(epoch: Epoch, finding: string | null, wall: number): void;
  /** Raises the mark: once a commit. Gives the new one. */
  mark(wall: number): number;
  /** No sequence up to this one is ever given again. */
  floor(): number;
  raiseFloor(sequence: number): void;
  /** Entries of a state, by its number; archived ones included. */
  entries(state: number): number;
  addEntries(state: number, by: number): void;
}

/** Statements on the `meta` table. Changes belong inside a transaction. */
export function openMeta(database: DatabaseSync): Meta {
  const read = database.prepare("SELECT value FROM meta WHERE name = ?");
  const write = database.prepare("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value");
  const add = database.prepare("INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = value + excluded.value RETURNING value");
  const text = (name: string): string | null => (read.get(name)?.["value"] as string | undefined) ?? null;
  const number = (name: string): number => Number(read.get(name)?.["value"] ?? 0);
  return {
    epoch() {
      const journal = text("journal");
      const epoch = { journal: journal ?? "", life: text("life") ?? "", number: number("number"), mark: number("mark"), lastAt: number("lastAt") };
      return journal === null ? null : { epoch, finding: text("finding") || null };
    },
    setEpoch(epoch, finding, wall) {
      const values = { ...epoch, lastAt: wall, finding: finding ?? "" };
      for (const [name, value] of Object.entries(values)) write.run(name, value);
    },
    mark(wall) {
      write.run("lastAt", wall);
      return Number(add.get("mark", 1)?.["value"]);
    },
    floor: () => number("floor"),
    raiseFloor: (sequence) => void write.run("floor", Math.max(sequence, number("floor"))),
    entries: (state) => number(`state${state}`),
    addEntries: (state, by) => void add.run(`state${state}`, by),
  };
}
