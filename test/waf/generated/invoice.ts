import { seededRandom } from "../../../src/base/random.ts";
import { genericInvoice, intermediaryInvoice, irpInvoice, leqiInvoice, myinvoisInvoice, zatcaInvoice } from "./json-invoices.ts";
import type { Sent } from "./sent.ts";
import { createTexts, type Texts } from "./texts.ts";
import { ksefInvoice, navInvoice, verifactuInvoice } from "./xml-invoices.ts";

/** Who writes an invoice in the form that a profile's platform takes. */
const WRITERS: Readonly<Record<string, (texts: Texts) => Sent>> = {
  "cn-intermediary": intermediaryInvoice,
  "cn-leqi": leqiInvoice,
  "es-verifactu": verifactuInvoice,
  "generic-json": genericInvoice,
  "hu-nav": navInvoice,
  "in-irp": irpInvoice,
  "my-myinvois": myinvoisInvoice,
  "pl-ksef": ksefInvoice,
  "sa-zatca": zatcaInvoice,
};

/** Profiles that invoices are made for. */
export const INVOICED = Object.keys(WRITERS);

/** An honest invoice for a submit route of this profile; the same seed gives the same bytes. Throws for a profile that is not in {@link INVOICED}. */
export function invoice(profile: string, seed: number): Sent {
  const write = WRITERS[profile];
  if (write === undefined) throw new Error(`writing an invoice for '${profile}': no such profile`);
  // Neither neighbouring seeds nor profiles shall begin alike.
  return write(createTexts(seededRandom(Math.imul(seed * INVOICED.length + INVOICED.indexOf(profile) + 1, 0x9e3779b1))));
}
