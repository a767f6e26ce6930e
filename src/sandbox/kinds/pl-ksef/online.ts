import type { Answer } from "../../answer.ts";
import { settingOf } from "../../world.ts";
import { unknownKey } from "./authentication.ts";
import { isoTime } from "./dates.ts";
import { badRequest, json, noContent, unavailable } from "./faults.ts";
import { decrypt, sha256 } from "./intake.ts";
import { type Asking, bodyOf, inSession, invalid, type Ksef, momentOf, part, SETTINGS } from "./platform.ts";
import type { Session } from "./session.ts";
import { isOpen, sessionState } from "./states.ts";

/** A session lives for twelve hours. Source: sesja-interaktywna.md. */
const SESSION_MS = 12 * 3_600_000;

/** Opens a session for single invoices. */
export function openOnline(ksef: Ksef, asking: Asking): Answer {
  const made = newSession(ksef, asking, "online");
  if (!("reference" in made)) return made;
  return json(201, { referenceNumber: made.reference, validUntil: isoTime(made.validUntil) });
}

/** Makes and keeps a session from the body of a request, or says why not. */
export function newSession(ksef: Ksef, asking: Asking, kind: Session["kind"]): Session | Answer {
  const body = bodyOf(asking.request);
  const encryption = part(body?.["encryption"]);
  const formCode = part(body?.["formCode"]);
  if (typeof formCode["systemCode"] !== "string") return invalid(asking, "Wskazany kod formularza nie jest wspierany.");
  if (!ksef.keys.knows(encryption["publicKeyId"])) return unknownKey(asking, encryption["publicKeyId"]);
  const key = ksef.keys.decrypt(String(encryption["encryptedSymmetricKey"]));
  const iv = Buffer.from(String(encryption["initializationVector"]), "base64");
  if (key?.length !== 32 || iv.length !== 16) return invalid(asking, "Nieprawidłowy klucz symetryczny lub wektor inicjujący.");
  const session: Session = {
    kind, key, iv, reference: ksef.references.next(kind === "online" ? "SO" : "SB", asking.wall), context: asking.context,
    formCode: { systemCode: formCode["systemCode"] }, wall: asking.wall, validUntil: asking.wall + SESSION_MS, invoices: [],
    pages: [ksef.references.next("EU", asking.wall)], parts: new Map(), closedWall: null, closedAt: null, failure: null,
  };
  ksef.sessions.add(session);
  return session;
}

/** Takes one invoice in. What stands in it is looked at later. */
export function sendInvoice(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => refusal(ksef, asking, session) ?? take(ksef, asking, session));
}

/** Closes a session; a second time it is refused with 21180. */
export function closeOnline(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => {
    if (!isOpen(session, momentOf(ksef))) return wrongState(ksef, asking, session, "jej zamknięcie");
    session.closedAt = ksef.world.clock.now();
    session.closedWall = asking.wall;
    return noContent();
  });
}

/** 21180: the session is in no state for it. */
export function wrongState(ksef: Ksef, asking: Asking, session: Session, what: string): Answer {
  const { code } = sessionState(session, momentOf(ksef));
  return badRequest(asking, { code: 21180, description: "Status sesji nie pozwala na wykonanie operacji.", details: [`Status sesji ${code} uniemożliwia ${what}.`] });
}

function refusal(ksef: Ksef, asking: Asking, session: Session): Answer | undefined {
  const limit = settingOf(ksef.world, SETTINGS, "invoicesPerSession");
  if (settingOf(ksef.world, SETTINGS, "unavailable")) return badRequest(asking, unavailable(session.reference));
  if (session.kind !== "online" || !isOpen(session, momentOf(ksef))) return wrongState(ksef, asking, session, "wysyłkę faktur");
  if (session.invoices.length < limit) return undefined;
  const details = [`Sesja o numerze referencyjnym ${session.reference} osiągnęła dozwolony limit liczby faktur ${limit}.`];
  return badRequest(asking, { code: 21155, description: "Przekroczono dozwoloną liczbę faktur w sesji.", details });
}

function take(ksef: Ksef, asking: Asking, session: Session): Answer {
  const { invoiceHash, invoiceSize, encryptedInvoiceHash, encryptedInvoiceSize, encryptedInvoiceContent, offlineMode } = bodyOf(asking.request) ?? {};
  if (typeof invoiceHash !== "string" || typeof invoiceSize !== "number" || typeof encryptedInvoiceContent !== "string") return invalid(asking, "Brak wymaganych pól.");
  const bytes = Buffer.from(encryptedInvoiceContent, "base64");
  if (bytes.length !== encryptedInvoiceSize) return badRequest(asking, { code: 21402, description: "Nieprawidłowy rozmiar pliku.", details: ["Długość treści nie zgadza się z rozmiarem pliku."] });
  if (sha256(bytes) !== encryptedInvoiceHash) return badRequest(asking, { code: 21403, description: "Nieprawidłowy skrót pliku.", details: ["Skrót treści nie zgadza się ze skrótem pliku."] });
  if (invoiceSize > 3_000_000) return invalid(asking, "Przekroczono dozwolony rozmiar faktury.");
  const sent = ksef.intake.take(session, decrypt(session, bytes), { hash: invoiceHash, size: invoiceSize, offline: offlineMode === true, fileName: null });
  return json(202, { referenceNumber: sent.reference });
}
