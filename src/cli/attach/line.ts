import type { Language } from "../language.ts";

/** A remark in both languages. */
export interface Remark {
  readonly en: string;
  readonly zh: string;
}

/** One line of a guide: a remark, or something to be pasted as it is. */
export type Line = Remark | string;

/** Lines as they are printed: remarks behind `#`, which shells, PowerShell, YAML and INI files pass over. */
export function linesText(lines: readonly Line[], language: Language): string {
  return lines.map((line) => (typeof line === "string" ? line : line[language] === "" ? "" : `# ${line[language]}`)).map((line) => `${line}\n`).join("");
}

/** An empty line between two parts. */
export const GAP: Remark = { en: "", zh: "" };
