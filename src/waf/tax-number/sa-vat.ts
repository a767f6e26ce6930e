const FORM = /^3[0-9]{13}3$/;

/**
 * Saudi Arabia's VAT registration number: 15 digits, the first and the last a 3. Source: ZATCA, electronic invoice data
 * dictionary, rules BR-KSA-40 and BR-KSA-44. No check digit is public: this looks at the form alone.
 */
export function isSaVat(text: string): boolean {
  return FORM.test(text);
}
