import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { load } from "js-yaml";

/** One case of the corpus. */
export interface Attack {
  /** `class-technique-number`. */
  readonly id: string;
  readonly class: string;
  readonly value: string;
}

interface Table {
  readonly class: string;
  /** A case a line, or a list where a case has line breaks of its own. */
  readonly techniques: Readonly<Record<string, string | readonly string[]>>;
}

const FOLDER = new URL("./", import.meta.url);

/** All cases, file by file. */
export function attacks(): readonly Attack[] {
  const files = readdirSync(FOLDER).filter((name) => name.endsWith(".yaml")).toSorted();
  return files.flatMap((name) => casesOf(load(readFileSync(new URL(name, FOLDER), "utf8")) as Table));
}

function casesOf({ class: kind, techniques }: Table): Attack[] {
  return Object.entries(techniques).flatMap(([technique, values]) => {
    const list = typeof values === "string" ? values.split("\n").filter((line) => line !== "") : values;
    assert.ok(list.length > 0, `${kind}: '${technique}' has no case`);
    return list.map((value, i) => ({ id: `${kind}-${technique}-${i + 1}`, class: kind, value }));
  });
}

/** How many there are of each class. */
export function countByClass(cases: readonly Attack[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { class: kind } of cases) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
