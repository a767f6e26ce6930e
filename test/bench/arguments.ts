import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Wishes {
  /** Where to write the results as JSON, besides the results folder. */
  readonly json: string | undefined;
  readonly rounds: number;
  /** The form for CI: shorter windows, three proxies, two lanes, nothing but CPU per request. */
  readonly short: boolean;
  /** Names of the proxies to measure; all when undefined. */
  readonly only: readonly string[] | undefined;
  /** End with 1 when a bar is missed. */
  readonly strict: boolean;
}

/** How to call the benchmark. */
export const usage = "usage: bench [--json FILE] [--rounds N] [--short] [--only NAME,NAME] [--strict]";

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
        strict: { type: "boolean", default: false },
      },
    });
    const rounds = Number(values.rounds);
    if (!Number.isInteger(rounds) || rounds < 1) return `read --rounds: got "${values.rounds}", want a whole number from 1`;
    return { json: values.json, rounds, short: values.short, only: values.only?.split(","), strict: values.strict };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
