/*
 * How a field is called in logs, reports and messages. Its steps are names that the sender chose: one that could hold anything
 * but a name (a person, a number, an attack) is hidden behind a star, so that what is shown is still a path as `waf.exclude`
 * takes it, and still fits the field.
 */

/** Longer paths end in `**`. */
const LONGEST = 160;
/** A word of a program. A dot joins the names of people. */
const PLAIN = /^[@$]?[A-Za-z_][\w$-]{0,63}$/;
/** The name of a parameter may have steps of its own. */
const PLAIN_PARAMETER = /^\$?[A-Za-z_][\w.$-]{0,63}(?:\[[\w.$-]{0,63}\]){0,8}$/;
const INDEX = /^\d{1,5}$/;
/** As many make it the number of something. */
const NUMBER = /\d{4}|(?:\d.*){6}/;
const PARAMETER = /^(query|form|header|cookie|file-name):/;
const ANY = "**";

/** A field as it may be told: a path that fits it and holds no name that is none. */
export function shownField(field: string): string {
  const documents = field.split(">");
  // What follows a `>` that is part of a name is no document; the path up to there means it too.
  const end = documents.findIndex((document, index) => index > 0 && !document.startsWith("/"));
  const shown = (end < 0 ? documents : documents.slice(0, end)).map(shownDocument).join(">");
  return shown.length > LONGEST ? cut(shown) : shown;
}

/** The same with a star for each place in a list: the fields of all items are one. */
export function groupedField(shown: string): string {
  return shown.replaceAll(/\/\d{1,5}(?=[/>]|$)/g, "/*");
}

function shownDocument(path: string): string {
  const parameter = PARAMETER.exec(path);
  if (parameter !== null) return `${parameter[0]}${isPlain(path.slice(parameter[0].length), PLAIN_PARAMETER) ? path.slice(parameter[0].length) : ANY}`;
  if (!path.startsWith("/")) return path;
  return path.split("/").map((step, index) => (index === 0 || INDEX.test(step) || isPlain(step, PLAIN) ? step : "*")).join("/");
}

function isPlain(name: string, form: RegExp): boolean {
  return form.test(name) && !NUMBER.test(name);
}

function cut(shown: string): string {
  const end = shown.lastIndexOf("/", LONGEST - ANY.length - 1);
  return end < 0 ? ANY : `${shown.slice(0, end)}/${ANY}`;
}
