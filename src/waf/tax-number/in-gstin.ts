/** State, permanent account number (of a taxpayer, or of who deducts tax), number in the state, kind, check character. */
const FORM = /^(?:0[1-9]|[1-3][0-9]|9[79])[A-Z]{4}(?:[A-Z][0-9]{4}|[0-9]{5})[A-Z][1-9A-Z][A-Z][0-9A-Z]$/;

/**
 * India's GSTIN: 15 characters. Source: Central Goods and Services Tax Rules 2017, rule 10, and the check character as GSTN
 * tells developers (Luhn's scheme modulo 36, from the left). Finds every single wrong character.
 */
export function isInGstin(text: string): boolean {
  if (!FORM.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < 14; i++) {
    const product = Number.parseInt(text[i] as string, 36) * (1 + (i % 2));
    sum += Math.floor(product / 36) + (product % 36);
  }
  return (36 - (sum % 36)) % 36 === Number.parseInt(text[14] as string, 36);
}
