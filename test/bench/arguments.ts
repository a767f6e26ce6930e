import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Wishes {
  /** Where to write the results as JSON, besides the results folder. */
  readonly json: string | undefined;
  readonly rounds: number;
  /** The form for CI: shorter windows, three proxies, fewer lanes, nothing but CPU per request. */
  readonly short: boolean;
  /** Names of the proxies to measure, `none` for none; all when undefined. */
  readonly only: readonly string[] | undefined;
  /** Names of the lanes to measure; all when undefined. */
  readonly lanes: readonly string[] | undefined;
  /** Entries that a journal holds before claims are measured on it, in millions; undefined: not measured. */
  readonly journal: number | undefined;
  /** End with 1 when a bar is missed. */
  readonly strict: boolean;
}

/** How to call the benchmark. */
export const usage = "usage: bench [--json FILE] [--rounds N] [--short] [--only NAME,NAME|none] [--lanes NAME,NAME] [--journal MILLIONS] [--strict]";

/** Reads the command line; a string says what is wrong with it. */
export function readArguments(argv: readonly string[]): Wishes | string {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: "string" },
        rounds: { type: "string", default: "3" },
        short: { type: "boolean", default: false },
        only: { type: "string" },
        lanes: { type: "string" },
        journal: { type: "string" },
        strict: { type: "boolean", default: false },
      },
    });
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) return `read --rounds: got "${values.rounds}", want a whole number from 1`;
    const journal = values.journal === undefined ? undefined : Number(values.journal);
    if (journal !== undefined && !(journal > 0 && journal <= 100)) return `read --journal: got "${values.journal}", want millions of entries up to 100`;
    const { json, short, strict } = values;
    return { json, rounds, short, strict, journal, only: values.only?.split(","), lanes: values.lanes?.split(",") };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
