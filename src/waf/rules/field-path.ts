import { compilePattern } from "../../base/linear-pattern.ts";

/** Does a field, as `where` names it, fit? */
export type FieldTest = (field: string) => boolean;

/**
 * Compiles the path of a field: `*` is any text within one step, `**` any text at all. What is nested in the field (after `>`)
 * belongs to it. Names of headers are the same in small and capital letters.
 */
export function compileFieldPath(path: string): FieldTest {
  if (!path.includes("*")) {
    const exact = path.startsWith("header:") ? path.toLowerCase() : path;
    return (field) => field.startsWith(exact) && (field.length === exact.length || field[exact.length] === ">");
  }
  const parts = path.split(/(\*+)/).map((part) => (part.startsWith("**") ? "(?s:.*)" : part === "*" ? "[^/>]*" : escaped(part)));
  const reading = compilePattern(`^${parts.join("")}(?s:>.*)?$`, { ignoreCase: path.startsWith("header:") });
  if (!reading.ok) throw new Error(`compile field path '${path}': it ${reading.why}`);
  const { pattern } = reading;
  return (field) => pattern.test(field);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.|?+()[\]{}*-]/g, (sign) => `\\${sign}`);
}
