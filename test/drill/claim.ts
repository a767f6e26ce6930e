import { columns } from "../bench/table.ts";

/** One thing that a drill shows: what was measured, what it is held against, and the verdict. */
export interface Claim {
  readonly name: string;
  /** With its unit. */
  readonly figure: string;
  readonly bar: string;
  readonly holds: boolean;
}

/** A figure at or below its bar. A figure that could not be measured (NaN) never holds. */
export function atMost(name: string, value: number, bar: number, unit = ""): Claim {
  return { name, figure: written(value, unit), bar: `≤ ${written(bar, unit)}`, holds: value <= bar };
}

/** A figure at or above its bar. */
export function atLeast(name: string, value: number, bar: number, unit = ""): Claim {
  return { name, figure: written(value, unit), bar: `≥ ${written(bar, unit)}`, holds: value >= bar };
}

/** None of so many: `bad` are the first ones that are, in words, to be shown. `of` must not be 0: nothing was shown then. */
export function noneOf(name: string, bad: readonly string[], of: number): Claim {
  const examples = bad.length === 0 ? "" : `: ${[...new Set(bad)].slice(0, 3).join("; ")}`;
  return { name, figure: `${bad.length} of ${of}${examples}`, bar: "0", holds: bad.length === 0 && of > 0 };
}

/** Every claim in a table with its verdict. */
export function claimTable(claims: readonly Claim[]): string {
  return columns([["claim", "figure", "bar", "verdict"], ...claims.map(({ name, figure, bar, holds }) => [name, figure, bar, holds ? "holds" : "FAILS"])]);
}

function written(value: number, unit: string): string {
  const digits = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : 2;
  return `${value.toFixed(digits)}${unit === "" ? "" : ` ${unit}`}`;
}
