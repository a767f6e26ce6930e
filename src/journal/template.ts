/*
 * Texts with places to fill: `{key}`, `{scope.2}`, `{remember.nip}`, `{key.2[6..10]}`, `{/json/pointer}`. A brace before
 * anything else is a brace, so that JSON and XML stand in a template as they are.
 */

const PLACE = /\{([A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z0-9_][A-Za-z0-9_-]{0,63})?(?:\[[0-9]{1,5}\.\.[0-9]{0,5}\])?|\/[^{}\s"]*)\}/g;
const PIECE = /^([^/[]+)\[([0-9]+)\.\.([0-9]*)\]$/;

/** How a value is written where it is put. */
export type Escape = (value: string) => string;

/** Fills a template; a place for which nothing is known becomes empty. `lookUp` is asked for whole values. */
export function fill(template: string, lookUp: LookUp, escape: Escape): string {
  return template.replaceAll(PLACE, (_whole, name: string) => {
    const value = placeValue(name, lookUp);
    return value === null ? "" : escape(value);
  });
}

/** Finds the value of a name; null where there is none. */
export type LookUp = (name: string) => string | null;

/** The name without its piece, `key.2` of `key.2[6..10]`. */
export function wholeOf(place: string): string {
  return PIECE.exec(place)?.[1] ?? place;
}

/** Whether a place is an empty piece, such as `key[4..4]`. */
export function isEmptyPiece(place: string): boolean {
  const [, , from = "", to = ""] = PIECE.exec(place) ?? [];
  return to !== "" && Number(to) <= Number(from);
}

/** The value of a place. A piece of a value that is shorter than the piece's end is none: it would be another piece. */
export function placeValue(place: string, lookUp: LookUp): string | null {
  const [, name = place, from, to = ""] = PIECE.exec(place) ?? [];
  const value = lookUp(name);
  if (value === null || from === undefined) return value;
  // By letters, not by halves of them.
  const letters = Array.from(value);
  const end = to === "" ? letters.length : Number(to);
  return end > letters.length || Number(from) >= end ? null : letters.slice(Number(from), end).join("");
}

/** The names in a template, in their order. */
export function placesIn(template: string): string[] {
  return [...template.matchAll(PLACE)].map((match) => match[1] as string);
}

const XML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };

/** The escape that a content type asks for: inside a JSON string, inside XML text, as a form's value, or none. */
export function escapeFor(contentType: string): Escape {
  if (/json/i.test(contentType)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/xml|html/i.test(contentType)) return (value) => value.replaceAll(/[&<>"']/g, (letter) => XML[letter] as string);
  if (/form-urlencoded/i.test(contentType)) return encodeURIComponent;
  return (value) => value;
}

/** `{key}` is the first value of several too; `{key.2}` the second. */
export function listed(values: readonly string[], name: string, wanted: string): string | null {
  if (wanted === name) return values[0] ?? null;
  if (!wanted.startsWith(`${name}.`)) return null;
  return values[Number(wanted.slice(name.length + 1)) - 1] ?? null;
}
