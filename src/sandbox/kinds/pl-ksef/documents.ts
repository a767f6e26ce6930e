import { type Answer, bytesBody } from "../../answer.ts";
import { xmlEscaped } from "../xml-write.ts";
import { isoTime, timeOf } from "./dates.ts";
import { badRequest, json } from "./faults.ts";
import { sha256 } from "./intake.ts";
import type { Invoice } from "./invoice.ts";
import { type Asking, bodyOf, inSession, invalid, type Ksef, momentOf, part } from "./platform.ts";
import type { SentInvoice, Session } from "./session.ts";
import { isIssued, sessionState } from "./states.ts";

/** An issued invoice as it was sent; it never changes. */
export function showDocument(ksef: Ksef, asking: Asking): Answer {
  const number = asking.request.variables["number"] ?? "";
  const sent = ksef.intake.byNumber(number);
  if (sent?.nip !== asking.context || !isIssued(sent, momentOf(ksef))) return badRequest(asking, { code: 21164, description: "Faktura o podanym identyfikatorze nie istnieje.", details: [`Faktura o numerze KSeF ${number} nie została znaleziona.`] });
  const bytes = ksef.intake.bytesOf(number);
  if (!bytes) return badRequest(asking, { code: 21165, description: "Faktura o podanym numerze KSeF nie jest jeszcze dostępna." });
  return xml(bytes);
}

/** The confirmation of one invoice, by its KSeF number or its reference. */
export function showConfirmation(ksef: Ksef, asking: Asking): Answer {
  const { number, reference } = asking.request.variables;
  return inSession(ksef, asking, (session) => {
    const sent = session.invoices.find((one) => one.verdict.code === 200 && (one.reference === reference || one.verdict.ksefNumber === number));
    if (!sent || !isIssued(sent, momentOf(ksef))) return invalid(asking, "UPO nie jest dostępne.");
    return xml(Buffer.from(confirmation(session, [sent])));
  });
}

/** The confirmation of a whole session. */
export function showSessionConfirmation(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => {
    if (sessionState(session, momentOf(ksef)).code !== 200 || !session.pages.includes(asking.request.variables["page"] ?? "")) return invalid(asking, "UPO nie jest dostępne.");
    return xml(Buffer.from(confirmation(session, session.invoices.filter(({ verdict }) => verdict.code === 200))));
  });
}

/** Issued invoices of a context by day, number of the seller, or KSeF number. */
export function queryMetadata(ksef: Ksef, asking: Asking): Answer {
  const filters = bodyOf(asking.request);
  const range = part(filters?.["dateRange"]);
  const from = typeof range["from"] === "string" ? timeOf(range["from"]) : Number.NaN;
  const to = typeof range["to"] === "string" ? timeOf(range["to"]) : Infinity;
  if (!filters || Number.isNaN(from) || Number.isNaN(to)) return invalid(asking, "dateRange");
  const size = Number(asking.request.query.get("pageSize") ?? 10);
  const first = Number(asking.request.query.get("pageOffset") ?? 0) * size;
  const fits = (sent: SentInvoice): boolean =>
    sent.nip === asking.context && isIssued(sent, momentOf(ksef)) && sent.wall >= from && sent.wall <= to &&
    wanted(filters["invoiceNumber"], sent.number) && wanted(filters["ksefNumber"], sent.verdict.code === 200 ? sent.verdict.ksefNumber : null);
  const found = [...ksef.intake.issued()].filter(fits);
  return json(200, { hasMore: first + size < found.length, isTruncated: false, invoices: found.slice(first, first + size).map(metadata) });
}

function wanted(value: unknown, own: string | null): boolean {
  return value === undefined || value === null || value === own;
}

function metadata(sent: SentInvoice): object {
  if (sent.verdict.code !== 200) return {};
  const { verdict: { ksefNumber, invoice, mode }, wall, hash } = sent;
  const time = isoTime(wall);
  return {
    ksefNumber, invoiceNumber: invoice.number, issueDate: invoice.issued, invoicingDate: time, acquisitionDate: time, permanentStorageDate: time,
    seller: { nip: invoice.nip, name: null }, buyer: { identifier: { type: "Nip", value: invoice.buyer }, name: null },
    netAmount: invoice.gross, grossAmount: invoice.gross, vatAmount: 0, currency: "PLN", invoicingMode: mode, invoiceType: "Vat",
    formCode: { systemCode: "FA (3)", schemaVersion: "1-0E", value: "FA" }, isSelfInvoicing: false, hasAttachment: false, invoiceHash: hash,
  };
}

/** The parts of a confirmation (UPO, version 4) that clients read. */
function confirmation({ reference, context }: Session, invoices: readonly SentInvoice[]): string {
  const documents = invoices.map(({ verdict, wall, hash }) => (verdict.code === 200 ? documentOf(verdict.invoice, verdict.ksefNumber, verdict.mode, isoTime(wall), hash) : ""));
  return `<?xml version="1.0" encoding="utf-8"?><Potwierdzenie xmlns="http://upo.schematy.mf.gov.pl/KSeF/v4-3"><NazwaPodmiotuPrzyjmujacego>Taxgate sandbox</NazwaPodmiotuPrzyjmujacego>` +
    `<NumerReferencyjnySesji>${reference}</NumerReferencyjnySesji><Uwierzytelnienie><IdKontekstu><Nip>${context}</Nip></IdKontekstu><NumerReferencyjnyTokenaKSeF>sandbox</NumerReferencyjnyTokenaKSeF></Uwierzytelnienie>` +
    `<NazwaStrukturyLogicznej>FA (3)</NazwaStrukturyLogicznej><KodFormularza>FA</KodFormularza>${documents.join("")}</Potwierdzenie>`;
}

function documentOf({ nip, number, issued }: Invoice, ksefNumber: string, mode: string, time: string, hash: string): string {
  return `<Dokument><NipSprzedawcy>${nip}</NipSprzedawcy><NumerKSeFDokumentu>${ksefNumber}</NumerKSeFDokumentu><NumerFaktury>${xmlEscaped(number)}</NumerFaktury>` +
    `<DataWystawieniaFaktury>${issued}</DataWystawieniaFaktury><DataPrzeslaniaDokumentu>${time}</DataPrzeslaniaDokumentu>` +
    `<DataNadaniaNumeruKSeF>${time}</DataNadaniaNumeruKSeF><SkrotDokumentu>${hash}</SkrotDokumentu><TrybWysylki>${mode}</TrybWysylki></Dokument>`;
}

function xml(bytes: Buffer): Answer {
  return { status: 200, headers: { "content-type": "application/xml; charset=utf-8", "x-ms-meta-hash": sha256(bytes) }, body: bytesBody(bytes) };
}
