import type { Path } from "../document/yaml-node.ts";

/** One thing that is wrong in a configuration file, or that cannot have been meant (a warning). */
export interface Problem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Where in the document, such as `sites[0].regions.beijing`; `(file)` for the whole. */
  readonly path: string;
  /** `got X, want Y`; a warning says what cannot act and why. */
  readonly message: string;
}

/** Prints a problem as `file:line:column: path: message`, the form that editors and terminals jump to. */
export function formatProblem(problem: Problem): string {
  return `${problem.file}:${problem.line}:${problem.column}: ${problem.path}: ${problem.message}`;
}

/** Orders by file, place, then by text, so that the same file always gives the same list. */
export function byPosition(a: Problem, b: Problem): number {
  return compare(a.file, b.file) || a.line - b.line || a.column - b.column || compare(a.path, b.path) || compare(a.message, b.message);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Writes a path as an administrator says it: `sites[0].regions.beijing`. */
export function formatPath(path: Path): string {
  let text = "";
  for (const step of path) {
    if (typeof step === "number") text += `[${step}]`;
    else if (/^[A-Za-z_][A-Za-z0-9_-]*$/.test(step)) text += text === "" ? step : `.${step}`;
    else text += `[${quote(step)}]`;
  }
  return text === "" ? "(file)" : text;
}

/** Quotes a text for a message, on one line and not longer than a glance. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
