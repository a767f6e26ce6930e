import { gunzipSync } from "node:zlib";
import { nodeAt, readXmlTree, textAt } from "../xml-tree.ts";

/** What NAV reads in an invoice to tell whether it knows it. */
export interface ReadInvoice {
  /** First eight digits of the supplier's tax number; the reporting taxpayer's where the document names none. */
  readonly supplier: string;
  readonly number: string;
  /** Gross amount, 0 where none is stated. */
  readonly gross: number;
}

const MOST_BYTES = 15_000_000;

/** Reads base64 of an invoice or an annulment, compressed or not; undefined where it is none. */
export function readInvoice(data: string, compressed: boolean, taxNumber: string): ReadInvoice | undefined {
  const root = readXmlTree(unpacked(Buffer.from(data, "base64"), compressed));
  const number = textAt(root, "invoiceNumber") ?? textAt(root, "annulmentReference");
  if (number === undefined || number === "") return undefined;
  const main = nodeAt(root, "invoiceMain");
  const invoice = nodeAt(main, "invoice") ?? nodeAt(main, "batchInvoice", "invoice");
  const supplier = textAt(invoice, "invoiceHead", "supplierInfo", "supplierTaxNumber", "taxpayerId") ?? taxNumber;
  return { supplier, number, gross: Number(textAt(invoice, "invoiceSummary", "summaryGrossData", "invoiceGrossAmount") ?? 0) };
}

function unpacked(bytes: Buffer, compressed: boolean): Buffer {
  if (!compressed) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MOST_BYTES });
  } catch {
    return Buffer.alloc(0);
  }
}
