const XML: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" };
/** What XML 1.0 can hold in no spelling. */
const NOT_IN_XML = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g;

/** How a value is written where it is put. */
export type Escape = (value: string) => string;

/** The escape that a content type asks for: inside a JSON string, inside XML text, as a form's value, or none. */
export function escapeFor(contentType: string): Escape {
  if (/json/i.test(contentType)) return (value) => JSON.stringify(value).slice(1, -1);
  if (/xml|html/i.test(contentType)) return (value) => value.toWellFormed().replaceAll(NOT_IN_XML, "\ufffd").replaceAll(/[&<>"']/g, (letter) => XML[letter] as string);
  if (/form-urlencoded/i.test(contentType)) return (value) => encodeURIComponent(value.toWellFormed());
  return (value) => value;
}
