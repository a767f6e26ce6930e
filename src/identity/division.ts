const CREDIT_CODE = /^[0-9A-Za-z]{2}(\d{6})[0-9A-Za-z]{10}$/;
const OLDER_NUMBER = /^(\d{6})[0-9A-Za-z]{9}$/;

/**
 * The six digits of the administrative division (GB/T 2260) inside a Chinese taxpayer number: characters 3–8 of the
 * 18-character unified social credit code (GB 32100), characters 1–6 of the older 15-character number. Null for
 * anything else. Check digits are the platform's business: a typing error must reach it and get its answer.
 */
export function divisionOf(taxpayer: string): string | null {
  const pattern = taxpayer.length === 18 ? CREDIT_CODE : OLDER_NUMBER;
  return pattern.exec(taxpayer)?.[1] ?? null;
}
