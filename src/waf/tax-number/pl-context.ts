import { isEuVat } from "./eu-vat.ts";
import { isPlNip } from "./pl-nip.ts";

/**
 * Contexts of KSeF, Poland's invoice system, beside a NIP alone: a unit inside a taxpayer (NIP, hyphen, five digits), a taxpayer
 * with one of another member state (NIP, hyphen, VAT number), and a Peppol provider. Source: KSeF API 2.0, context identifiers
 * InternalId, NipVatUe and PeppolId. Every single wrong digit of the NIP is found.
 */
export function isPlContext(text: string): boolean {
  if (/^P[A-Z]{2}[0-9]{6}$/.test(text)) return true;
  const rest = text.slice(11);
  return text[10] === "-" && isPlNip(text.slice(0, 10)) && (/^[0-9]{5}$/.test(rest) || isEuVat(rest));
}
