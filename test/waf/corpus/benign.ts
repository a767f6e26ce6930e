import { seededRandom } from "../../../src/base/random.ts";
import { GOODS } from "./benign-goods.ts";
import { NAMES } from "./benign-names.ts";
import { PROSE } from "./benign-prose.ts";
import { sentences, type Grammar } from "./grammar.ts";

/** An honest value, and where it is from. */
export interface Benign {
  /** `names`, `goods` or `prose`. */
  readonly source: string;
  readonly value: string;
}

/** The grammars by name; each has a symbol for any text of it. */
export const GRAMMARS: Readonly<Record<string, { readonly grammar: Grammar; readonly start: string }>> = {
  names: { grammar: NAMES, start: "name" },
  goods: { grammar: GOODS, start: "goods" },
  prose: { grammar: PROSE, start: "prose" },
};

/** Every alternative once, written out, and then as many again as are asked for; no value twice. The same seed gives the same. */
export function benignValues(more: number, seed: number): readonly Benign[] {
  const random = seededRandom(seed);
  const found = new Map<string, Benign>();
  for (const [source, { grammar, start }] of Object.entries(GRAMMARS)) {
    const once = Object.entries(grammar).flatMap(([symbol, alternatives]) => alternatives.flatMap((text) => sentences({ ...grammar, [symbol]: [text] }, symbol, 1, random)));
    for (const value of [...once, ...sentences(grammar, start, Math.ceil(more / 3), random)]) found.set(value, { source, value });
  }
  return [...found.values()];
}
