/*
 * Texts with places to fill: `{key}`, `{scope.2}`, `{/json/pointer}`. A brace before anything else is a brace, so that JSON
 * and XML stand in a template as they are.
 */

const PLACE = /\{([A-Za-z][A-Za-z0-9]*(?:\.[1-9][0-9]?)?|\/[^{}\s"]*)\}/g;

/** How a value is written where it is put. */
export type Escape = (value: string) => string;

/** Fills a template; a place for which nothing is known becomes empty. */
export function fill(template: string, lookUp: (name: string) => string | null, escape: Escape): string {
  return template.replaceAll(PLACE, (_whole, name: string) => {
    const value = lookUp(name);
    return value === null ? "" : escape(value);
  });
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
