import { isDivision } from "./cn-division.ts";

const FORM = /^[0-9]{6}[0-9A-Z]{8}[0-9X]$/;
const WEIGHTS = [3, 7, 9, 10, 5, 8, 4, 2];
/** An identity number of the old form: division, day of birth as YYMMDD, number of that day. */
const PERSON = /^[0-9]{6}([0-9]{2})(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])[0-9]{3}$/;

/**
 * China's taxpayer numbers of 15 characters, from before unified codes: an administrative division (GB/T 2260) and an
 * organisation code with its check character (GB 11714-1997, modulo 11), or, of an individual business, an identity number of
 * the old form, which has no check digit: its date has to be one. So a single wrong digit may pass.
 */
export function isCn15(text: string): boolean {
  return FORM.test(text) && isDivision(text) && (isOrganisationCode(text.slice(6)) || PERSON.test(text));
}

/** An organisation code of nine characters (GB 11714-1997). Finds every single wrong digit. */
export function isOrganisationCode(text: string): boolean {
  if (!/^[0-9A-Z]{8}[0-9X]$/.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < WEIGHTS.length; i++) sum += Number.parseInt(text[i] as string, 36) * (WEIGHTS[i] as number);
  const check = (11 - (sum % 11)) % 11;
  return (check === 10 ? "X" : String(check)) === text[8];
}
