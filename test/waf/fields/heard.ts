import type { FieldBounds, FieldSource, FieldsRead, Place } from "../../../src/waf/fields/field.ts";
import { readFields } from "../../../src/waf/fields/read-fields.ts";

/** A value that a listener heard. */
export interface Heard {
  readonly value: string;
  readonly place: Place;
  readonly isName: boolean;
  readonly where: string;
}

/** What was heard of a request, and what was told at its end. */
export interface Hearings extends FieldsRead {
  readonly heard: readonly Heard[];
}

const BOUNDS: FieldBounds = { maxBytes: 4 * 1024 * 1024, maxFields: 100_000, maxDepth: 64 };

/** Reads a request of which only the given parts are unusual. The path is left out where it is none of them. */
export function hear(request: Partial<Omit<FieldSource, "body">> & { readonly body?: string | Uint8Array }, bounds: Partial<FieldBounds> = {}): Hearings {
  const heard: Heard[] = [];
  const { body, path = "", query = "", headers = [], contentType } = request;
  const source: FieldSource = { path, query, headers, contentType, body: body === undefined ? null : Buffer.from(body) };
  const read = readFields(source, { ...BOUNDS, ...bounds }, (value, place, isName, where) => heard.push({ value, place, isName, where: where() }));
  return { ...read, heard };
}

/** The values that are no names, as `place where = value`. */
export function lines({ heard }: Hearings): string[] {
  return heard.filter(({ isName }) => !isName).map(({ place, where, value }) => `${place} ${where} = ${value}`);
}

/** The names that were heard. */
export function names({ heard }: Hearings): string[] {
  return heard.filter(({ isName }) => isName).map(({ value }) => value);
}
