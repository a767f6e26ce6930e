import { INSTANT_WANTED, parseInstant } from "../base/instant.ts";
import { parseDuration } from "../base/units.ts";
import type { StateName } from "../journal/entry.ts";
import type { Filter } from "../journal/store.ts";
import { listed, quoted, readParameters, refused, type Parameters, type Read } from "./parameters.ts";

/** What a call about several entries names. */
export interface Selection {
  readonly filter: Filter;
  readonly limit: number;
}

/** Every state once; the type sees to it. */
const STATES: Readonly<Record<StateName, true>> = { queued: true, sending: true, unsent: true, "in-doubt": true, held: true, accepted: true, rejected: true, released: true, expired: true, provisional: true };
const NAMES = ["site", "route", "taxpayer", "region", "key"] as const;
/** Entries in one answer, as the store gives them. */
export const MOST_LISTED = 1000;

/** Reads the filters of a query (without its `?`). `state` may stand there several times, or hold several with commas. */
export function readSelection(query: string, now: number, usual: number): Read<Selection> {
  const states = new URLSearchParams(query).getAll("state").flatMap((value) => value.split(","));
  const wrong = states.find((name) => !Object.hasOwn(STATES, name));
  if (wrong !== undefined) return refused(`parameter 'state': got ${quoted(wrong)}, want one of ${listed(Object.keys(STATES))}`);
  const rest = new URLSearchParams(query);
  rest.delete("state");
  const parameters = readParameters(rest.toString(), [...NAMES, "from", "to", "age", "after", "limit"]);
  if (!parameters.ok) return parameters;
  const numbers = readNumbers(parameters.value, usual);
  if (!numbers.ok) return numbers;
  const span = readSpan(parameters.value, now);
  if (!span.ok) return span;
  const named = NAMES.flatMap((name) => (parameters.value.has(name) ? [[name, parameters.value.get(name)]] : []));
  const { limit, ...after } = numbers.value;
  return { ok: true, value: { filter: { ...Object.fromEntries(named), ...span.value, ...after, ...(states.length === 0 ? {} : { states: states as StateName[] }) }, limit } };
}

/** A time or an age (`2h`: two hours before `now`) in wall ms. */
export function readTime(name: string, text: string, now: number): Read<number> {
  const age = parseDuration(text);
  const at = age === null ? parseInstant(text) : Math.floor(now - age);
  return at === null ? refused(`parameter '${name}': got ${quoted(text)}, want ${INSTANT_WANTED}, or an age such as 2h`) : { ok: true, value: at };
}

function readSpan(parameters: Parameters, now: number): Read<Pick<Filter, "from" | "to">> {
  const span: { from?: number; to?: number } = {};
  for (const name of ["from", "to"] as const) {
    const text = parameters.get(name);
    if (text === undefined) continue;
    const at = readTime(name, text, now);
    if (!at.ok) return at;
    span[name] = at.value;
  }
  const age = parameters.get("age");
  if (age !== undefined) {
    const ms = parseDuration(age);
    if (ms === null) return refused(`parameter 'age': got ${quoted(age)}, want a duration such as 2h`);
    span.to = Math.min(span.to ?? Infinity, Math.floor(now - ms));
  }
  return span.from !== undefined && span.to !== undefined && span.from >= span.to ? refused("nothing lies between: 'from' is not before 'to'") : { ok: true, value: span };
}

function readNumbers(parameters: Parameters, usual: number): Read<{ readonly limit: number; readonly after?: number }> {
  const limit = parameters.get("limit") ?? String(usual);
  if (!/^\d{1,4}$/.test(limit) || Number(limit) < 1 || Number(limit) > MOST_LISTED) return refused(`parameter 'limit': got ${quoted(limit)}, want a number from 1 to ${MOST_LISTED}`);
  const after = parameters.get("after");
  if (after === undefined) return { ok: true, value: { limit: Number(limit) } };
  return /^\d{1,15}$/.test(after) ? { ok: true, value: { limit: Number(limit), after: Number(after) } } : refused(`parameter 'after': got ${quoted(after)}, want the 'next' of the page before`);
}
