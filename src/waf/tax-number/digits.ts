/*
 * The arithmetic that check digits share. Texts are known to have the right characters when they come here.
 */

/** The value of a digit. */
export function digitAt(text: string, at: number): number {
  return text.charCodeAt(at) - 0x30;
}

/** The digits at the beginning, each times its weight, added up. */
export function weightedSum(text: string, weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i++) sum += digitAt(text, i) * (weights[i] as number);
  return sum;
}

/** The remainder of a number that is written in decimal digits, however long. */
export function remainderOf(digits: string, modulus: number): number {
  let rest = 0;
  for (let i = 0; i < digits.length; i++) rest = (rest * 10 + digitAt(digits, i)) % modulus;
  return rest;
}

/**
 * The sum of Luhn's scheme (ISO/IEC 7812-1, annex B): from the right every second digit is doubled, and the digits of that are
 * added. A number whose last digit is its check digit gives a multiple of 10.
 */
export function luhnSum(digits: string): number {
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const doubled = digitAt(digits, digits.length - 1 - i) * (i % 2 === 0 ? 1 : 2);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum;
}
