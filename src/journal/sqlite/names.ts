import type { DatabaseSync } from "node:sqlite";
import { crc32 } from "node:zlib";
import { namedFault } from "./faults.ts";

/** Texts that come again and again, as small numbers: sites, routes, regions, profiles, owners, endpoints. */
export interface Names {
  /** The number of a text; a new one is written. Inside a transaction only. */
  numberOf(text: string): number;
  /** The number of a text that is known already, else null. */
  known(text: string): number | null;
  /** The text of a number. Throws a StoreFault (corrupt) where it is not there, or damaged. */
  textOf(number: number): string;
  /** Forgets what was read: after a rollback. */
  forget(): void;
}

/** The names of one database. Numbers are never given twice, and archives use those of the live file. */
export function createNames(database: DatabaseSync): Names {
  const byText = database.prepare("SELECT id FROM names WHERE text = ?");
  const byNumber = database.prepare("SELECT text, sum FROM names WHERE id = ?");
  const insert = database.prepare("INSERT INTO names (text, sum) VALUES (?, ?)");
  const all = database.prepare("SELECT id, text, sum FROM names");
  const numbers = new Map<string, number>();
  const texts = new Map<number, string>();

  function remember(number: number, text: string): number {
    numbers.set(text, number);
    texts.set(number, text);
    return number;
  }

  /** Another process may have written; few, so a scan without an index. */
  function known(text: string): number | null {
    const number = numbers.get(text);
    if (number !== undefined) return number;
    const row = byText.get(text);
    return row === undefined ? null : remember(Number(row["id"]), text);
  }

  for (const row of all.all()) {
    if (Number(row["sum"]) === nameSum(String(row["text"]))) remember(Number(row["id"]), String(row["text"]));
  }
  return {
    known,
    numberOf: (text) => known(text) ?? remember(Number(insert.run(text, nameSum(text)).lastInsertRowid), text),
    textOf(number) {
      const text = texts.get(number);
      if (text !== undefined) return text;
      const row = byNumber.get(number);
      if (row === undefined || Number(row["sum"]) !== nameSum(String(row["text"]))) throw namedFault("corrupt", `reading name number ${number}: its checksum does not fit`);
      remember(number, String(row["text"]));
      return String(row["text"]);
    },
    forget() {
      numbers.clear();
      texts.clear();
    },
  };
}

function nameSum(text: string): number {
  return crc32(text);
}
