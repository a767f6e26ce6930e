import { luhnSum } from "./digits.ts";

const LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE";
const PERSON = /^[0-9XYZKLM][0-9]{7}[A-Z]$/;
const ENTITY = /^[ABCDEFGHJNPQRSUVW][0-9]{7}[0-9A-J]$/;
/** Kinds of entities whose control is a letter, and whose is a digit; the others may have either. */
const WITH_LETTER = "NPQRSW";
const WITH_DIGIT = "ABEH";

/**
 * Spain's NIF: of persons (DNI, NIE with X, Y, Z, and K, L, M; control letter modulo 23) and of entities (control by Luhn's
 * scheme). Source: Real Decreto 1065/2007, articles 19 to 22, and Orden EHA/451/2008. Finds every single wrong digit.
 */
export function isEsNif(text: string): boolean {
  return isPerson(text) || isEntity(text);
}

function isPerson(text: string): boolean {
  if (!PERSON.test(text)) return false;
  const place = "XYZ".indexOf(text[0] as string);
  // K, L and M stand before seven digits of their own; X, Y and Z stand for 0, 1 and 2.
  const digits = /^[0-9]/.test(text) ? text.slice(0, 8) : `${Math.max(place, 0)}${text.slice(1, 8)}`;
  return LETTERS[Number(digits) % 23] === text[8];
}

function isEntity(text: string): boolean {
  if (!ENTITY.test(text)) return false;
  const kind = text[0] as string;
  const control = text[8] as string;
  const isLetter = control >= "A";
  if (isLetter ? WITH_DIGIT.includes(kind) : WITH_LETTER.includes(kind)) return false;
  const digit = isLetter ? "JABCDEFGHI".indexOf(control) : Number(control);
  return luhnSum(`${text.slice(1, 8)}${digit}`) % 10 === 0;
}
