import type { SentInvoice, Session, Verdict } from "./session.ts";

/*
 * States by the clock: nothing runs in the background. `now` is monotonic ms, `wall` ms since 1970, `processingMs` how long an
 * invoice is worked on.
 */

/** A state as KSeF tells it. */
export interface State {
  readonly code: number;
  readonly description: string;
  readonly details?: readonly string[];
  readonly extensions?: Readonly<Record<string, string>>;
}

/** The moment at which a state is asked for. */
export interface Moment {
  readonly now: number;
  readonly wall: number;
  readonly processingMs: number;
}

const TEXTS: Readonly<Record<number, string>> = {
  200: "Sukces",
  430: "Błąd weryfikacji pliku faktury",
  435: "Błąd odszyfrowania pliku",
  440: "Duplikat faktury",
  450: "Błąd weryfikacji semantyki dokumentu faktury",
  550: "Operacja została anulowana przez system",
};

/** The state of an invoice: taken in, at work, or what it came to. */
export function invoiceState(sent: SentInvoice, moment: Moment): State {
  const age = moment.now - sent.at;
  if (age < moment.processingMs * 0.3) return { code: 100, description: "Faktura przyjęta do dalszego przetwarzania" };
  if (age < moment.processingMs) return { code: 150, description: "Trwa przetwarzanie" };
  return finalState(sent.verdict);
}

/** Whether an invoice came to its end well. */
export function isIssued(sent: SentInvoice, moment: Moment): boolean {
  return invoiceState(sent, moment).code === 200;
}

/** Whether it came to its end badly. */
export function isFailed(sent: SentInvoice, moment: Moment): boolean {
  return invoiceState(sent, moment).code > 200;
}

function finalState(verdict: Verdict): State {
  const { code } = verdict;
  const description = TEXTS[code] ?? "";
  if (code === 200) return { code, description };
  if (code !== 440) return { code, description, details: verdict.details };
  const { original, ksefNumber } = verdict;
  return {
    code, description,
    details: [`Duplikat faktury. Faktura o numerze KSeF: ${ksefNumber} została już prawidłowo przesłana do systemu w sesji: ${original.session}`],
    extensions: { originalSessionReferenceNumber: original.session, originalKsefNumber: ksefNumber },
  };
}

/** Whether a session takes invoices. */
export function isOpen(session: Session, moment: Moment): boolean {
  return session.closedAt === null && moment.wall < session.validUntil;
}

/** The state of a session. 440 means here that nothing was sent in it, not what it means for an invoice. */
export function sessionState(session: Session, moment: Moment): State {
  const what = session.kind === "online" ? "Sesja interaktywna" : "Sesja wsadowa";
  if (isOpen(session, moment)) return { code: 100, description: `${what} ${session.kind === "online" ? "otwarta" : "rozpoczęta"}` };
  if (session.failure) return session.failure;
  if (session.invoices.length === 0) return { code: 440, description: "Sesja anulowana", details: ["Nie przesłano faktur"] };
  if (!isOver(session, moment)) return session.kind === "online" ? { code: 170, description: `${what} zamknięta` } : { code: 150, description: "Trwa przetwarzanie" };
  if (session.invoices.every((sent) => isFailed(sent, moment))) return { code: 445, description: "Błąd weryfikacji, brak poprawnych faktur" };
  return { code: 200, description: `${what} przetworzona pomyślnie` };
}

function isOver(session: Session, moment: Moment): boolean {
  const sinceClose = session.closedAt === null ? Infinity : moment.now - session.closedAt;
  return sinceClose >= moment.processingMs * 0.5 && session.invoices.every((sent) => invoiceState(sent, moment).code >= 200);
}
