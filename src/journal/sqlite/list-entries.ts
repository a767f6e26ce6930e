import { STATES } from "../entry.ts";
import type { Filter } from "../store.ts";
import type { Cell, Cells } from "./cells.ts";
import type { Names } from "./names.ts";
import { LAST_OPEN } from "./schema.ts";

/** Conditions of a WHERE and the values of its marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Cell[];
  /** Only open entries are asked for: there is an index of them. */
  readonly open: boolean;
}

/** The filter in SQL; null where nothing can match, because a name was never seen. */
export function conditionOf(filter: Filter, names: Names): Condition | null {
  const { states, site, route, region, taxpayer, lane, key, from, to } = filter;
  const parts: string[] = [];
  const values: Cell[] = [];
  const add = (sql: string, ...given: readonly Cell[]): void => {
    parts.push(sql);
    values.push(...given);
  };
  const numbers = states?.map((state) => STATES.indexOf(state));
  const open = numbers?.every((number) => number <= LAST_OPEN) ?? false;
  if (numbers !== undefined) add(`state IN (${numbers.join(", ") || "NULL"})`);
  if (open) add(`state <= ${LAST_OPEN}`); // literally as in the index, so that it is used
  for (const [column, text] of Object.entries({ site, route, region })) {
    if (text === undefined) continue;
    const number = names.known(text);
    if (number === null) return null;
    add(`${column} = ?`, number);
  }
  if (taxpayer !== undefined) add("taxpayer = ?", taxpayer);
  if (lane !== undefined) add("lane = ?", lane);
  if (key !== undefined) add("EXISTS (SELECT 1 FROM json_each(entries.key) AS each WHERE each.value = ?)", key);
  if (from !== undefined) add("created >= ?", from);
  if (to !== undefined) add("created < ?", to);
  return { sql: parts.map((part) => `AND ${part}`).join(" "), values, open };
}

/** Rows are looked through in windows of this many places, so that other work of the thread comes in between. */
export const WINDOW = 50_000;

/** The statement that reads matching rows of one window: after ?1, up to ?2, at most ?3. */
export function windowSql(columns: string, { sql, open }: Condition): string {
  return `SELECT ${columns} FROM entries ${open ? "INDEXED BY entries_open" : ""} WHERE sequence > ? AND sequence <= ? ${sql} ORDER BY sequence LIMIT ?`;
}

/** Values for {@link windowSql}. */
export function windowValues(after: number, upTo: number, { values }: Condition, limit: number): Cells {
  return [after, upTo, ...values, limit];
}
