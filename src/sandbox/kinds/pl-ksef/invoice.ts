import { xmlReader } from "../../../document/extract-xml.ts";

/** What KSeF looks at in an invoice of the schema FA. */
export interface Invoice {
  /** Tax number of the seller, `Podmiot1`. */
  readonly nip: string;
  readonly buyer: string;
  /** `RodzajFaktury`: VAT, KOR, ZAL … */
  readonly type: string;
  /** `P_2`, the number that the seller gives. */
  readonly number: string;
  /** `P_1`, the day of issue. */
  readonly issued: string;
  /** `P_15`, gross. */
  readonly gross: number;
}

const FIELDS = {
  nip: "/*:Faktura/*:Podmiot1/*:DaneIdentyfikacyjne/*:NIP",
  buyer: "/*:Faktura/*:Podmiot2/*:DaneIdentyfikacyjne/*:NIP",
  type: "/*:Faktura/*:Fa/*:RodzajFaktury",
  number: "/*:Faktura/*:Fa/*:P_2",
  issued: "/*:Faktura/*:Fa/*:P_1",
  gross: "/*:Faktura/*:Fa/*:P_15",
} as const;

const READERS = Object.entries(FIELDS).map(([name, path]) => ({ name, path, read: xmlReader(path, undefined) }));
const OPTIONAL: ReadonlySet<string> = new Set(["buyer"]);
const NIP = /^[0-9]{10}$/;
const DAY = /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/;

/** Reads an invoice, or says what is wrong with it. No schema is checked: only what the sandbox needs must be there. */
export function readInvoice(xml: Uint8Array): Invoice | string {
  const values: Record<string, string> = {};
  for (const { name, path, read } of READERS) {
    const found = read({ bytes: xml, contentType: "application/xml" });
    if (found.kind === "found") values[name] = found.text.trim();
    else if (!OPTIONAL.has(name)) return `${path}: ${found.detail}`;
  }
  const { nip = "", buyer = "", type = "", number = "", issued = "", gross = "" } = values;
  if (!NIP.test(nip)) return `${FIELDS.nip}: '${nip}'`;
  if (!DAY.test(issued)) return `${FIELDS.issued}: '${issued}'`;
  if (number === "") return `${FIELDS.number}: ''`;
  return { nip, buyer, type, number, issued, gross: Number(gross) };
}

/** What must be unique for ten years: seller, kind and number; also the order's number in the sandbox's ledger. */
export function identityOf({ nip, type, number }: Pick<Invoice, "nip" | "type" | "number">): string {
  return `${nip}/${type}/${number}`;
}
