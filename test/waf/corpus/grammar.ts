import type { Random } from "../../../src/base/random.ts";

/**
 * Alternatives by symbol. In a text, `‹name›` stands for one alternative of that symbol, `‹#›` for as many digits as it has
 * signs (the first is no zero), `‹A›` for capital letters, `‹x›` for hexadecimal digits.
 */
export type Grammar = Readonly<Record<string, readonly string[]>>;

const SYMBOL = /‹([^›]+)›/gu;
const CAPITALS = "ABCDEFGHJKLMNPRSTUVWXYZ";

/** One of them. Throws for an empty list. */
export function pick<T>(list: readonly T[], random: Random): T {
  const chosen = list[Math.floor(random.next() * list.length)];
  if (chosen === undefined) throw new Error("picking: the list is empty");
  return chosen;
}

/** A whole number in [low, high]. */
export function between(low: number, high: number, random: Random): number {
  return low + Math.floor(random.next() * (high - low + 1));
}

/** Writes a text out. Throws for a symbol that the grammar does not have. */
export function expand(text: string, grammar: Grammar, random: Random): string {
  return text.replaceAll(SYMBOL, (_, symbol: string) => {
    if (/^#+$/.test(symbol)) return digits(symbol.length, random);
    if (/^A+$/.test(symbol)) return signs(symbol.length, CAPITALS, random);
    if (/^x+$/.test(symbol)) return signs(symbol.length, "0123456789abcdef", random);
    const alternatives = grammar[symbol];
    if (alternatives === undefined) throw new Error(`expanding '${text}': no symbol '${symbol}'`);
    return expand(pick(alternatives, random), grammar, random);
  });
}

/** So many texts of a symbol; the same seed gives the same texts. */
export function sentences(grammar: Grammar, symbol: string, count: number, random: Random): string[] {
  return Array.from({ length: count }, () => expand(`‹${symbol}›`, grammar, random));
}

function digits(count: number, random: Random): string {
  return signs(1, "123456789", random) + signs(count - 1, "0123456789", random);
}

function signs(count: number, alphabet: string, random: Random): string {
  return Array.from({ length: count }, () => alphabet.charAt(Math.floor(random.next() * alphabet.length))).join("");
}
