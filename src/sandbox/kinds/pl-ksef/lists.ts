import type { Answer } from "../../answer.ts";
import { isVisibleYet } from "../../world.ts";
import { isoTime } from "./dates.ts";
import { badRequest, json } from "./faults.ts";
import { type Asking, inSession, invalid, type Ksef, momentOf } from "./platform.ts";
import type { SentInvoice, Session } from "./session.ts";
import { invoiceState, isFailed, isIssued, isOpen, sessionState } from "./states.ts";

/*
 * What a sender is told about sessions and their invoices. An invoice is visible only some time after it was taken in, where
 * the fault `lateVisibility` says so.
 */

/** Pages hold 10 to 1000; an address of a confirmation is good for three days. */
const LEAST_PAGE = 10;
const MOST_PAGE = 1000;
const LINK_MS = 3 * 86_400_000;

/** The sessions of a context, the newest first. */
export function listSessions(ksef: Ksef, asking: Asking): Answer {
  const kind = asking.request.query.get("sessionType") === "Batch" ? "batch" : "online";
  const sessions = ksef.sessions.all(asking.context).filter((session) => session.kind === kind).toReversed();
  return paged(asking, sessions, "sessions", (session) => ({ referenceNumber: session.reference, ...overview(ksef, session, "totalInvoiceCount") }));
}

/** One session, with its confirmation once it is over. */
export function showSession(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => {
    const shown = overview(ksef, session, "invoiceCount");
    if (sessionState(session, momentOf(ksef)).code !== 200) return json(200, shown);
    const pages = session.pages.map((page) => ({ referenceNumber: page, downloadUrl: `https://sandbox.invalid/upo/${page}`, downloadUrlExpirationDate: isoTime(asking.wall + LINK_MS) }));
    return json(200, { ...shown, upo: { pages } });
  });
}

/** The invoices of a session, in their order. */
export function listInvoices(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => paged(asking, visible(ksef, session), "invoices", (sent) => shownInvoice(ksef, sent)));
}

/** Those that failed. */
export function listFailed(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => paged(asking, visible(ksef, session).filter((sent) => isFailed(sent, momentOf(ksef))), "invoices", (sent) => shownInvoice(ksef, sent)));
}

/** One invoice of a session. */
export function showInvoice(ksef: Ksef, asking: Asking): Answer {
  return inSession(ksef, asking, (session) => {
    const sent = visible(ksef, session).find(({ reference }) => reference === asking.request.variables["reference"]);
    return sent ? json(200, shownInvoice(ksef, sent)) : invalid(asking, "Faktura o wskazanym numerze referencyjnym nie została odnaleziona w sesji.");
  });
}

function visible({ world }: Ksef, { invoices }: Session): readonly SentInvoice[] {
  return invoices.filter(({ at }) => isVisibleYet(world, at));
}

function overview(ksef: Ksef, session: Session, countName: string): Readonly<Record<string, unknown>> {
  const moment = momentOf(ksef);
  const { invoices, closedWall, wall, validUntil } = session;
  return {
    status: sessionState(session, moment), dateCreated: isoTime(wall), dateUpdated: isoTime(closedWall ?? invoices.at(-1)?.wall ?? wall),
    ...(isOpen(session, moment) ? { validUntil: isoTime(validUntil) } : {}),
    [countName]: invoices.length,
    successfulInvoiceCount: invoices.filter((sent) => isIssued(sent, moment)).length,
    failedInvoiceCount: invoices.filter((sent) => isFailed(sent, moment)).length,
  };
}

function shownInvoice(ksef: Ksef, sent: SentInvoice): object {
  const moment = momentOf(ksef);
  const { verdict, wall, ordinal, reference, hash, number, fileName } = sent;
  const shown = {
    ordinalNumber: ordinal, referenceNumber: reference, invoiceHash: hash, invoicingDate: isoTime(wall), status: invoiceState(sent, moment),
    ...(fileName === null ? {} : { invoiceFileName: fileName }),
  };
  if (verdict.code !== 200 || !isIssued(sent, moment)) return shown;
  return { ...shown, invoiceNumber: number, ksefNumber: verdict.ksefNumber, acquisitionDate: isoTime(wall + moment.processingMs), permanentStorageDate: isoTime(wall + moment.processingMs), invoicingMode: verdict.mode };
}

function paged<T>(asking: Asking, all: readonly T[], name: string, show: (item: T) => object): Answer {
  const wanted = Number(asking.request.query.get("pageSize") ?? LEAST_PAGE);
  if (!Number.isInteger(wanted) || wanted < LEAST_PAGE || wanted > MOST_PAGE) return invalid(asking, `pageSize: ${LEAST_PAGE}-${MOST_PAGE}`);
  const from = offsetOf(asking.headers["x-continuation-token"]);
  if (from === null) return badRequest(asking, { code: 21418, description: "Przekazany token kontynuacji ma nieprawidłowy format." });
  const next = from + wanted;
  return json(200, { continuationToken: next < all.length ? Buffer.from(`from:${next}`).toString("base64") : null, [name]: all.slice(from, next).map(show) });
}

function offsetOf(token: string | readonly string[] | undefined): number | null {
  if (token === undefined || token === "") return 0;
  const from = /^from:([0-9]{1,9})$/.exec(Buffer.from(String(token), "base64").toString("latin1"))?.[1];
  return from === undefined ? null : Number(from);
}
