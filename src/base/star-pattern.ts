import { z } from "zod";

/*
 * The smallest pattern there is: a text that stands for itself, or its beginning and a star.
 */

const WANTED = "a text that stands for itself, or its beginning and a star such as 9144*";

/** Schema of such a pattern. */
export function starPattern() {
  return z.string({ error: () => WANTED }).regex(/^[^*]{1,256}\*?$|^\*$/, { error: () => WANTED });
}

/** Makes the test of a pattern. */
export function compileStar(pattern: string): (text: string) => boolean {
  if (!pattern.endsWith("*")) return (text) => text === pattern;
  const beginning = pattern.slice(0, -1);
  return (text) => text.startsWith(beginning);
}
