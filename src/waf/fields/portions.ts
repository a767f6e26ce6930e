/** Characters of a body that are read in one go: one or two milliseconds, ten of the worst. */
export const PORTION = 131_072;

/** Reads on with each call of `next`, up to its result. */
export type Portions<Result> = Generator<undefined, Result, undefined>;

/** All portions in one go. */
export function inOneGo<Result>(portions: Portions<Result>): Result {
  for (;;) {
    const next = portions.next();
    if (next.done === true) return next.value;
  }
}
