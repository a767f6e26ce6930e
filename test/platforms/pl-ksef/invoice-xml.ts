/** What a test invoice says. */
export interface InvoiceText {
  readonly number: string;
  /** Default: {@link SELLER}. */
  readonly nip?: string;
  /** Day of issue; default a day long gone. */
  readonly day?: string;
  readonly type?: string;
  readonly gross?: string;
  /** When the application made the document: another time makes other bytes of the same invoice. */
  readonly made?: string;
}

/** The seller of invoices that name none, and the context that sends them. */
export const SELLER = "5265877635";

/** An invoice of the schema FA (3), as far as the sandbox reads it. */
export function invoiceXml({ number, nip = SELLER, day = "2026-01-05", type = "VAT", gross = "123.00", made = "2026-01-05T08:00:00Z" }: InvoiceText): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<Faktura xmlns="http://crd.gov.pl/wzor/2025/06/25/13775/">
  <Naglowek><KodFormularza kodSystemowy="FA (3)" wersjaSchemy="1-0E">FA</KodFormularza><DataWytworzeniaFa>${made}</DataWytworzeniaFa></Naglowek>
  <Podmiot1><DaneIdentyfikacyjne><NIP>${nip}</NIP><Nazwa>Sprzedawca</Nazwa></DaneIdentyfikacyjne></Podmiot1>
  <Podmiot2><DaneIdentyfikacyjne><NIP>1111111111</NIP><Nazwa>Nabywca</Nazwa></DaneIdentyfikacyjne></Podmiot2>
  <Fa><KodWaluty>PLN</KodWaluty><P_1>${day}</P_1><P_2>${number}</P_2><P_15>${gross}</P_15><RodzajFaktury>${type}</RodzajFaktury></Fa>
</Faktura>`;
}

/** The number under which the sandbox's ledger keeps it. */
export function ledgerNumber({ number, nip = SELLER, type = "VAT" }: InvoiceText): string {
  return `${nip}/${type}/${number}`;
}
