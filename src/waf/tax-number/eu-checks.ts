import { digitAt, luhnSum, remainderOf, weightedSum } from "./digits.ts";
import { isEsNif } from "./es-nif.ts";
import { isHuTax } from "./hu-tax.ts";
import { isPlNip } from "./pl-nip.ts";

/*
 * What stands after the prefix of a European VAT number, for members whose check digits are public and simple. Source of all:
 * the European Commission's algorithms for checking the structure of VAT numbers, as VIES and the national offices publish them.
 */

/** Looks at a number whose form is right already. */
export type CheckDigits = (text: string) => boolean;

/** Germany, ISO 7064 modulo 11, 10. */
function isDe(text: string): boolean {
  let product = 10;
  for (let i = 0; i < 8; i++) product = (((digitAt(text, i) + product) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === digitAt(text, 8);
}

/** France: a key modulo 97 before the SIREN. Newer keys hold letters, whose meaning is not public. */
function isFr(text: string): boolean {
  return !/^[0-9]{2}/.test(text) || (12 + 3 * remainderOf(text.slice(2), 97)) % 97 === Number(text.slice(0, 2));
}

/** Italy: Luhn's scheme, with the office in the places before the check digit. */
function isIt(text: string): boolean {
  const office = Number(text.slice(7, 10));
  return ((office > 0 && office <= 100) || [120, 121, 888, 999].includes(office)) && luhnSum(text) % 10 === 0;
}

/** The Netherlands: modulo 11 of companies' own number, or modulo 97 of all with letters as numbers (sole traders, since 2020). */
function isNl(text: string): boolean {
  const old = weightedSum(text, [9, 8, 7, 6, 5, 4, 3, 2]) % 11;
  if (old === digitAt(text, 8)) return true;
  return remainderOf(`2321${text.slice(0, 9)}11${text.slice(10)}`, 97) === 1;
}

/** Austria: Luhn's scheme over the seven digits, doubled at the even places from the left, and 4. */
function isAt(text: string): boolean {
  return (luhnSum(text.slice(1, 8)) + 4 + digitAt(text, 8)) % 10 === 0;
}

/** By the two letters of the member state. */
export const EU_CHECKS: Readonly<Record<string, CheckDigits>> = {
  AT: isAt,
  BE: (text) => 97 - (Number(text.slice(0, 8)) % 97) === Number(text.slice(8)),
  DE: isDe,
  DK: (text) => weightedSum(text, [2, 7, 6, 5, 4, 3, 2, 1]) % 11 === 0,
  ES: isEsNif,
  FI: (text) => weightedSum(text, [7, 9, 10, 5, 8, 4, 2, 1]) % 11 === 0,
  FR: isFr,
  HU: isHuTax,
  IT: isIt,
  LU: (text) => Number(text.slice(0, 6)) % 89 === Number(text.slice(6)),
  NL: isNl,
  PL: isPlNip,
  // A remainder that would ask for 10 or 11 is written 0.
  PT: (text) => (11 - (weightedSum(text, [9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 % 10 === digitAt(text, 8),
  SE: (text) => luhnSum(text.slice(0, 10)) % 10 === 0,
};
