import { STATES } from "../entry.ts";
import type { Filter } from "../store.ts";
import type { Cell, Cells } from "./cells.ts";
import type { Names } from "./names.ts";
import { LAST_OPEN, PROVISIONAL } from "./schema.ts";

/** Conditions of a WHERE and the values of its marks. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly Cell[];
  /** The index that holds all of them; null: none does. */
  readonly index: "entries_open" | "entries_provisional" | null;
}

const KEY_SQL = "EXISTS (SELECT 1 FROM json_each(entries.key) AS each WHERE each.value = ?)";
const ITEM_KEY_SQL = "EXISTS (SELECT 1 FROM items, json_each(items.key) AS each WHERE items.sequence = entries.sequence AND each.value = ?)";

/** The filter in SQL; several where each has an index of its own. None where nothing can match, because a name was never seen. */
export function conditionsOf(filter: Filter, names: Names): Condition[] {
  const { states } = filter;
  const provisional = states?.filter((state) => STATES.indexOf(state) === PROVISIONAL) ?? [];
  const rest = states?.filter((state) => STATES.indexOf(state) !== PROVISIONAL) ?? [];
  const isSplit = provisional.length > 0 && rest.length > 0 && rest.every((state) => STATES.indexOf(state) <= LAST_OPEN);
  return (isSplit ? [provisional, rest] : [states]).flatMap((some) => conditionOf({ ...filter, ...(some === undefined ? {} : { states: some }) }, names) ?? []);
}

function conditionOf(filter: Filter, names: Names): Condition | null {
  const { states, site, route, region, taxpayer, lane, key, from, to } = filter;
  const parts: string[] = [];
  const values: Cell[] = [];
  const add = (sql: string, ...given: readonly Cell[]): void => {
    parts.push(sql);
    values.push(...given);
  };
  const numbers = states?.map((state) => STATES.indexOf(state));
  const every = (test: (number: number) => boolean): boolean => numbers !== undefined && numbers.length > 0 && numbers.every(test);
  const open = every((number) => number <= LAST_OPEN);
  const provisional = every((number) => number === PROVISIONAL);
  if (numbers !== undefined) add(`state IN (${numbers.join(", ") || "NULL"})`);
  if (open) add(`state <= ${LAST_OPEN}`); // literally as in the index, so that it is used
  if (provisional) add(`state = ${PROVISIONAL}`);
  for (const [column, text] of Object.entries({ site, route, region })) {
    if (text === undefined) continue;
    const number = names.known(text);
    if (number === null) return null;
    add(`${column} = ?`, number);
  }
  if (taxpayer !== undefined) add("taxpayer = ?", taxpayer);
  if (lane !== undefined) add("lane = ?", lane);
  if (key !== undefined) add(`(${KEY_SQL} OR ${ITEM_KEY_SQL})`, key, key);
  if (from !== undefined) add("created >= ?", from);
  if (to !== undefined) add("created < ?", to);
  return { sql: parts.map((part) => `AND ${part}`).join(" "), values, index: open ? "entries_open" : provisional ? "entries_provisional" : null };
}

/** Rows are looked through in windows of this many places, so that other work of the thread comes in between. */
export const WINDOW = 50_000;

/** The statement that reads matching rows of one window: after ?1, up to ?2, at most ?3. */
export function windowSql(columns: string, { sql, index }: Condition): string {
  return `SELECT ${columns} FROM entries ${index === null ? "" : `INDEXED BY ${index}`} WHERE sequence > ? AND sequence <= ? ${sql} ORDER BY sequence LIMIT ?`;
}

/** Values for {@link windowSql}. */
export function windowValues(after: number, upTo: number, { values }: Condition, limit: number): Cells {
  return [after, upTo, ...values, limit];
}
