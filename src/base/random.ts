import { randomBytes } from "node:crypto";

/** The only source of chance in the product. Not for secrets. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
}

/** Chance for production: seeded by the system, not reproducible. */
export const systemRandom: Random = { next: () => Math.random() };

/** Reproducible chance (mulberry32) from a 32-bit seed: tests, drills and the sandbox. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
    },
  };
}

/** `size` unpredictable bytes as lower-case hexadecimal: identifiers and tokens. */
export function randomHex(size: number): string {
  return randomBytes(size).toString("hex");
}
