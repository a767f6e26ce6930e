import type { Io } from "./command.ts";

/** Marks text by colour, or leaves it as it is. */
export interface Paint {
  good(text: string): string;
  /** Not bad yet. */
  warn(text: string): string;
  bad(text: string): string;
  faint(text: string): string;
}

/** Colours only on a terminal that knows them, and not where NO_COLOR says so (no-color.org). */
export function paintFor(io: Pick<Io, "env" | "tty">): Paint {
  const plain = !io.tty || (io.env["NO_COLOR"] ?? "") !== "" || io.env["TERM"] === "dumb";
  const mark = (code: number) => (text: string) => (plain ? text : `\u001b[${code}m${text}\u001b[0m`);
  return { good: mark(32), warn: mark(33), bad: mark(31), faint: mark(2) };
}
