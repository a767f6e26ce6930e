import type { Place } from "./field.ts";
import type { Hearing } from "./hearing.ts";
import { PORTION, type Portions } from "./portions.ts";
import { percentDecoded } from "./percent.ts";
import { stepName } from "./step-name.ts";
import { readValue } from "./value-fields.ts";

/** Values of one name that are heard joined; more of them are a list. */
const MOST_JOINED = 16;

/** Where a row of parameters stands, and the charset that is stated for its bytes. */
export interface ParameterForm {
  readonly place: "query" | "form";
  readonly charset?: string | undefined;
}

/**
 * Hears the names and values of a query or form, `name=value&…`: each decoded; those that stand under one name also joined by
 * commas, as some readers join them; the parts of nested names such as `a[$ne]`; and what a reader finds that splits at `;`.
 */
export function* readParameters(hearing: Hearing, text: string, { place, charset }: ParameterForm): Portions<boolean> {
  const repeated = text.includes("&") ? new Map<string, string[]>() : null;
  let until = PORTION;
  for (let at = 0; at < text.length; ) {
    const and = text.indexOf("&", at);
    const end = and < 0 ? text.length : and;
    if (end > at && !readPair(hearing, text.slice(at, end), place, charset, repeated)) return false;
    at = end + 1;
    if (at < until) continue;
    until = at + PORTION;
    yield;
  }
  return repeated === null || joinRepeated(hearing, repeated, place);
}

function readPair(hearing: Hearing, pair: string, place: ParameterForm["place"], charset: string | undefined, repeated: Map<string, string[]> | null): boolean {
  const equals = pair.indexOf("=");
  const name = percentDecoded(equals < 0 ? pair : pair.slice(0, equals), true, charset);
  const value = equals < 0 ? "" : percentDecoded(pair.slice(equals + 1), true, charset);
  const where = (): string => `${place}:${stepName(name)}`;
  if (!hearName(hearing, name, place, where) || !readValue(hearing, value, place, 0, where)) return false;
  const values = repeated?.get(name);
  if (values === undefined) repeated?.set(name, [value]);
  else values.push(value);
  return !pair.includes(";") || readSplit(hearing, pair, place, charset);
}

/** The names, and the steps of a name that means a tree. */
function hearName(hearing: Hearing, name: string, place: Place, where: () => string): boolean {
  if (!hearing.hear(name, place, true, where)) return false;
  if (!name.includes("[")) return true;
  for (const step of name.split(/[[\]]+/)) if (step !== name && !hearing.hear(step, place, true, where)) return false;
  return true;
}

/** What stands behind a `;`, where it has the form of a parameter. */
function readSplit(hearing: Hearing, pair: string, place: ParameterForm["place"], charset: string | undefined): boolean {
  for (const piece of pair.split(";")) {
    const equals = piece.indexOf("=");
    if (equals <= 0) continue;
    const where = (): string => `${place}:${stepName(percentDecoded(piece.slice(0, equals), true, charset))}`;
    if (!hearing.hear(percentDecoded(piece.slice(equals + 1), true, charset), place, false, where)) return false;
  }
  return true;
}

function joinRepeated(hearing: Hearing, repeated: ReadonlyMap<string, readonly string[]>, place: ParameterForm["place"]): boolean {
  for (const [name, values] of repeated) {
    if (values.length < 2 || values.length > MOST_JOINED) continue;
    if (!hearing.hear(values.join(","), place, false, () => `${place}:${stepName(name)}`)) return false;
  }
  return true;
}
