const FORM = /^(?:IG|OG|SG|EI|CS?|D|E|FA?|PT|TA|TC|TN|TR|TP|J|LE)[0-9]{8,12}$/;

/**
 * Malaysia's TIN: the kind of taxpayer and 8 to 12 digits. Source: MyInvois SDK, taxpayer identification numbers of companies,
 * individuals (IG) and the general numbers (EI). No check digit is public: this looks at the form alone.
 */
export function isMyTin(text: string): boolean {
  return FORM.test(text);
}
