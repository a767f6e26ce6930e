import type { Answer } from "../../answer.ts";
import type { OpenPlatform, PlatformKind, PlatformRequest, Refused, RefusalName } from "../../kind.ts";
import { platformWall, type World } from "../../world.ts";
import { authStatus, challenge, redeem, refresh, unauthorized, withSignature, withToken } from "./authentication.ts";
import { queryMetadata, showConfirmation, showDocument, showSessionConfirmation } from "./documents.ts";
import { badRequest, json, tooManyRequests, unavailable, withErrors } from "./faults.ts";
import { LIMITS, ratesInForce } from "./limits.ts";
import { listFailed, listInvoices, listSessions, showInvoice, showSession } from "./lists.ts";
import { closeOnline, openOnline, sendInvoice } from "./online.ts";
import { type OperationName, OPERATIONS } from "./operations.ts";
import { type Asking, createKsef, type Handler, type Ksef, SETTINGS } from "./platform.ts";
import { closeBatch, openBatch, uploadPart } from "./batch.ts";

/** Poland's KSeF 2.0, near enough for the public clients. Source of facts: CIRFMF/ksef-docs of 2026-05-19. */
export const PL_KSEF: PlatformKind = {
  name: "pl-ksef", operations: OPERATIONS, limits: LIMITS, settings: SETTINGS,
  open: openKsef,
};

const MEGABYTES = { maxInvoiceSizeInMB: 1, maxInvoiceWithAttachmentSizeInMB: 3, maxInvoices: 10_000 };

/** These need no token, or one of their own kind. */
const FREE: Readonly<Partial<Record<OperationName, Handler>>> = {
  "public-keys": (ksef) => json(200, ksef.keys.published()),
  challenge, redeem, refresh,
  "auth-token": withToken,
  "auth-xades": withSignature,
  "auth-status": authStatus,
  "upload-part": uploadPart,
};

const HANDLERS: Readonly<Partial<Record<OperationName, Handler>>> = {
  "open-online": openOnline,
  issue: sendInvoice,
  "close-online": closeOnline,
  "open-batch": openBatch,
  "close-batch": closeBatch,
  sessions: listSessions,
  session: showSession,
  "session-invoices": listInvoices,
  "session-failed": listFailed,
  "session-invoice": showInvoice,
  "upo-by-number": showConfirmation,
  "upo-by-reference": showConfirmation,
  "session-upo": showSessionConfirmation,
  invoice: showDocument,
  metadata: queryMetadata,
  "rate-limits": ({ world }) => json(200, ratesInForce(world)),
  "limits-context": () => json(200, { onlineSession: MEGABYTES, batchSession: MEGABYTES }),
  "limits-subject": () => json(200, { enrollment: { maxEnrollments: 300 }, certificate: { maxCertificates: 100 } }),
};

function openKsef(world: World): OpenPlatform {
  const ksef = createKsef(world);
  return {
    answer: (request) => answer(ksef, request),
    refuse: (name, retryAfterMs, about) => refuse(name, retryAfterMs, about, platformWall(world)),
  };
}

function answer(ksef: Ksef, request: PlatformRequest): Answer {
  const operation = request.operation as OperationName;
  const asking: Asking = { request, headers: request.headers, wall: platformWall(ksef.world), context: "" };
  const free = FREE[operation];
  if (free) return free(ksef, asking);
  const claims = ksef.tokens.read(request.headers, "ContextToken", asking.wall);
  if (!claims) return unauthorized(asking);
  return HANDLERS[operation]?.(ksef, { ...asking, context: claims.civ }) ?? refuse("no-such-operation", undefined, { ...request, allow: [] }, asking.wall);
}

function refuse(name: RefusalName, retryAfterMs: number | undefined, { headers, allow, path }: Refused, wall: number): Answer {
  const asked = { headers, wall };
  const error = (status: number, title: string, code: number, description: string): Answer => withErrors(asked, status, title, [{ code, description }]);
  if (name === "limited") return tooManyRequests(asked, retryAfterMs ?? 1000);
  if (name === "unauthorized") return unauthorized(asked);
  if (name === "not-executed") return badRequest(asked, unavailable(sessionIn(path)));
  if (name === "too-large") return error(413, "Content Too Large", 21405, "Przekroczono dozwolony rozmiar żądania.");
  if (name === "no-such-operation") return allow.length > 0 ? error(405, "Method Not Allowed", 405, "Metoda niedozwolona.") : error(404, "Not Found", 404, "Brak zasobu.");
  return error(500, "Internal Server Error", 500, "Nieznany błąd.");
}

function sessionIn(path: string): string {
  return /\/sessions\/(?:online|batch)\/([^/]+)/.exec(path)?.[1] ?? "";
}
