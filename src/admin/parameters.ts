import { ERRORS, type ErrorCode } from "../base/errors.ts";

/** A parameter that cannot be taken: the code of the refusal, and what is wrong with it. */
export interface Refused {
  readonly ok: false;
  readonly code: ErrorCode;
  readonly detail: string;
}

/** What was read of a query, or why it was refused. */
export type Read<Value> = { readonly ok: true; readonly value: Value } | Refused;

/** Values by the names of parameters. */
export type Parameters = ReadonlyMap<string, string>;

/** Code of a query that the API does not understand. */
const BAD_PARAMETER: ErrorCode = "bad-parameter";

const MOST_QUERY = 32 * 1024;
const LONGEST_VALUE = 8192;
const LONGEST_SHOWN = 100;
const MOST_NAMED = 50;

/** A refusal for a reason of its own. */
export function refused(detail: string): Refused {
  return { ok: false, code: BAD_PARAMETER, detail };
}

/** A refusal by a rule of the pipeline. */
export function refusedBy(code: ErrorCode, detail: string): Refused {
  return { ok: false, code, detail: `${detail}: ${ERRORS[code].en}` };
}

/** A value in quotes, short enough for a message. */
export function quoted(value: string): string {
  return `'${value.length > LONGEST_SHOWN ? `${value.slice(0, LONGEST_SHOWN)}…` : value}'`;
}

/** Names as a message lists them. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(", ");
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

/**
 * Reads a query (without its `?`) of which only these parameters are known. A misspelt one is refused and never
 * ignored: a purge whose `soft` is overheard is a hard one.
 */
export function readParameters(query: string, known: readonly string[]): Read<Parameters> {
  if (query.length > MOST_QUERY) return refused(`the query has ${query.length} characters, at most ${MOST_QUERY} are taken`);
  const values = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    if (!known.includes(name)) return refused(`parameter ${quoted(name)} is not known; there are: ${known.join(", ")}`);
    if (values.has(name)) return refused(`parameter '${name}' stands there twice`);
    const wrong = wrongWith(value);
    if (wrong !== null) return refused(`parameter '${name}' ${wrong}`);
    values.set(name, value);
  }
  return { ok: true, value: values };
}

function wrongWith(value: string): string | null {
  if (value === "") return "is empty";
  if (value.length > LONGEST_VALUE) return `has ${value.length} characters, at most ${LONGEST_VALUE} are taken`;
  return value.includes("\uFFFD") ? "is not percent-encoded UTF-8" : null;
}

/** Reads `true` or `false`; false where it is left out. */
export function readFlag(parameters: Parameters, name: string): Read<boolean> {
  const value = parameters.get(name) ?? "false";
  return value === "true" || value === "false" ? { ok: true, value: value === "true" } : refused(`parameter '${name}': got ${quoted(value)}, want true or false`);
}

/** The one parameter of these that is there. */
export function readOne<Name extends string>(parameters: Parameters, names: readonly Name[]): Read<{ readonly name: Name; readonly value: string }> {
  const there = names.filter((name) => parameters.has(name));
  const [name] = there;
  if (name !== undefined && there.length === 1) return { ok: true, value: { name, value: parameters.get(name) ?? "" } };
  return refused(`got ${there.length === 0 ? "none" : there.join(" and ")} of ${names.join(", ")}, want exactly one`);
}
