import { weightedSum } from "./digits.ts";

/** The core number alone, or with VAT code and county, with hyphens or without. */
const FORM = /^[0-9]{8}(?:-?[1-5]-?[0-9]{2})?$/;
const WEIGHTS = [9, 7, 3, 1, 9, 7, 3, 1];

/**
 * Hungary's tax number (adószám): 8 digits, or 8-1-2. Source: NAV Online Számla interface specification (taxpayerId, vatCode,
 * countyCode) and NAV's check digit (weights 9 7 3 1, modulo 10). Finds every single wrong digit among the first eight.
 */
export function isHuTax(text: string): boolean {
  return FORM.test(text) && !text.startsWith("00000000") && weightedSum(text, WEIGHTS) % 10 === 0;
}
