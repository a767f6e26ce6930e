import { isDivision } from "./cn-division.ts";

/** GB 32100-2015, table of characters: no I, O, S, V, Z. A character's place is its value. */
const ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY";
/** Authority of registration, kind, division, organisation code, check character. */
const FORM = /^[1-9ANY][1-9A][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
/** 3 to the power of the place, modulo 31. */
const WEIGHTS = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];

/**
 * China's unified social credit code: 18 characters. Source: GB 32100-2015, with the division of GB/T 2260 inside. The check
 * character (modulo 31, a prime) finds every single wrong character. The organisation code inside has a check character of its
 * own by GB 11714, which is not asked for: not every registered code obeys it.
 */
export function isCnUscc(text: string): boolean {
  if (!FORM.test(text) || !isDivision(text.slice(2, 8))) return false;
  let sum = 0;
  for (let i = 0; i < WEIGHTS.length; i++) sum += ALPHABET.indexOf(text[i] as string) * (WEIGHTS[i] as number);
  return ALPHABET[(31 - (sum % 31)) % 31] === text[17];
}
