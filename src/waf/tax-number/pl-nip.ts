import { digitAt, weightedSum } from "./digits.ts";

const FORM = /^[0-9]{10}$/;
const HYPHENS = /^(?:[0-9]{3}-[0-9]{3}-[0-9]{2}-[0-9]{2}|[0-9]{3}-[0-9]{2}-[0-9]{2}-[0-9]{3})$/;
const WEIGHTS = [6, 5, 7, 2, 3, 4, 5, 6, 7];

/**
 * Poland's NIP: 10 digits, also with hyphens in its two customary groupings. Source: Polish ministry of finance, rules of the
 * tax identification number (modulo 11; a remainder of 10 is never given out). Finds every single wrong digit.
 */
export function isPlNip(text: string): boolean {
  const digits = HYPHENS.test(text) ? text.replaceAll("-", "") : text;
  return FORM.test(digits) && digits !== "0000000000" && weightedSum(digits, WEIGHTS) % 11 === digitAt(digits, 9);
}
