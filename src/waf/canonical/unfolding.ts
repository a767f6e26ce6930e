import { ENTITY_NAMES } from "./entities.ts";

/**
 * Texts of ASCII of which one stands in every value that has another form by its encodings, beside control characters and signs
 * beyond ASCII. In plain form: small letters, `0` for any digit, a blank for any white space.
 */
export const UNFOLDING: readonly string[] = [
  "/*",
  ...Array.from("0abcdefu", (digit) => `%${digit}`),
  ...Array.from("0ux ", (sign) => `\\${sign}`),
  "&#",
  ...new Set(ENTITY_NAMES.map((name) => `&${name.slice(0, 2)}`)),
];
