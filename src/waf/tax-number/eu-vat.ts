import { EU_CHECKS } from "./eu-checks.ts";

/** The form after the prefix, by member state; EL is Greece, XI Northern Ireland. */
const FORMS: Readonly<Record<string, RegExp>> = {
  AT: /^U[0-9]{8}$/,
  BE: /^[01][0-9]{9}$/,
  BG: /^[0-9]{9,10}$/,
  CY: /^[0-9]{8}[A-Z]$/,
  CZ: /^[0-9]{8,10}$/,
  DE: /^[1-9][0-9]{8}$/,
  DK: /^[1-9][0-9]{7}$/,
  EE: /^[0-9]{9}$/,
  EL: /^[0-9]{9}$/,
  ES: /^[0-9A-Z][0-9]{7}[0-9A-Z]$/,
  FI: /^[0-9]{8}$/,
  FR: /^[0-9A-HJ-NP-Z]{2}[0-9]{9}$/,
  HR: /^[0-9]{11}$/,
  HU: /^[0-9]{8}$/,
  IE: /^(?:[0-9]{7}[A-W][A-I]?|[0-9][A-Z+*][0-9]{5}[A-W])$/,
  IT: /^[0-9]{11}$/,
  LT: /^(?:[0-9]{9}|[0-9]{12})$/,
  LU: /^[0-9]{8}$/,
  LV: /^[0-9]{11}$/,
  MT: /^[0-9]{8}$/,
  NL: /^[0-9]{9}B[0-9]{2}$/,
  PL: /^[0-9]{10}$/,
  PT: /^[1-9][0-9]{8}$/,
  RO: /^[1-9][0-9]{1,9}$/,
  SE: /^[0-9]{10}(?:0[1-9]|[1-9][0-9])$/,
  SI: /^[1-9][0-9]{7}$/,
  SK: /^[1-9][0-9]{9}$/,
  XI: /^(?:[0-9]{9}|[0-9]{12}|GD[0-4][0-9]{2}|HA[5-9][0-9]{2})$/,
};

/**
 * A VAT number of a member state of the European Union with its prefix, such as `PL5260001246`. Source: European Commission,
 * VIES, structure of VAT identification numbers. Check digits count where they are public and simple: AT, BE, DE, DK, ES, FI,
 * FR (keys of digits), HU, IT, LU, NL, PL, PT, SE. Of the others the form alone is looked at.
 */
export function isEuVat(text: string): boolean {
  const state = text.slice(0, 2);
  const rest = text.slice(2);
  if (!Object.hasOwn(FORMS, state) || FORMS[state]?.test(rest) !== true) return false;
  return EU_CHECKS[state]?.(rest) ?? true;
}
