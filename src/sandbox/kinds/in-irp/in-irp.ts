import { createHash } from "node:crypto";
import { type Answer, jsonAnswer } from "../../answer.ts";
import type { OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, RefusalName } from "../../kind.ts";
import { localTime } from "../../calendar.ts";
import { isVisibleYet, platformWall, type World } from "../../world.ts";
import { createSessions, decrypt, encrypt, failed, type SignedIn } from "./sessions.ts";

/*
 * India's Invoice Registration Portal, as far as public facts carry: a session key, an invoice reference number that is
 * computed from the document, the duplicate answer 2150, a query by document that reaches back two days.
 */

const BOUND = 2_000_000;
const SMALL = 16_384;

const OPERATIONS = [
  { name: "auth", methods: ["POST"], path: /^\/eivital\/v1\.0[34]\/auth$/, bound: SMALL },
  { name: "issue", methods: ["POST"], path: /^\/eicore\/v1\.03\/Invoice$/, bound: BOUND },
  { name: "cancel", methods: ["POST"], path: /^\/eicore\/v1\.03\/Invoice\/Cancel$/, bound: SMALL },
  { name: "by-document", methods: ["GET"], path: /^\/eicore\/v1\.03\/Invoice\/irnbydocdetails$/ },
  { name: "by-irn", methods: ["GET"], path: /^\/eicore\/v1\.03\/Invoice\/irn\/(?<irn>[0-9a-f]{64})$/ },
  { name: "taxpayer", methods: ["GET"], path: /^\/eivital\/v1\.0[34]\/Master\/gstin\/(?<gstin>[0-9A-Z]{15})$/ },
] as const satisfies readonly OperationSpec[];

/** The kind of the profile `in-irp`. */
export const IN_IRP: PlatformKind = { name: "in-irp", operations: OPERATIONS, limits: [], open };

interface Registered {
  readonly irn: string;
  readonly gstin: string;
  readonly document: string;
  readonly at: number;
  readonly ackNo: number;
  readonly ackDt: string;
  cancelled: boolean;
}

interface Cancellation {
  readonly Irn?: string;
}

interface Invoice {
  readonly DocDtls?: { readonly Typ?: string; readonly No?: string; readonly Dt?: string };
  readonly ValDtls?: { readonly TotInvVal?: number };
}

/** A query by document reaches back so far. */
const WINDOW_MS = 2 * 86_400_000;
const CANCELLED_WITHIN_MS = 86_400_000;

function open(world: World): OpenPlatform {
  const sessions = createSessions(world);
  const byIrn = new Map<string, Registered>();
  const byDocument = new Map<string, Registered>();
  let count = 0;

  function register(request: PlatformRequest, { gstin, sek }: SignedIn): Answer {
    const invoice: Invoice | null = readSealed(request, sek);
    const { Typ = "", No = "", Dt = "" } = invoice?.DocDtls ?? {};
    if (invoice === null || No === "" || Typ === "") return failed("5002", "the payload cannot be read");
    if (!/^\d{2}\/\d{2}\/\d{4}$/.test(Dt)) return failed("2163", "the document's date is not a date");
    const irn = createHash("sha256").update(`${gstin}${yearOf(Dt)}${Typ}${No}`).digest("hex");
    const known = byIrn.get(irn);
    if (known !== undefined) {
      world.ledger.refused(No);
      // A number is used up by its cancellation.
      if (known.cancelled) return failed("2278", "IRN is already generated and is cancelled");
      return failed("2150", "Duplicate IRN", [{ InfCd: "DUPIRN", Desc: { AckNo: known.ackNo, AckDt: known.ackDt, Irn: irn } }]);
    }
    count += 1;
    const document = JSON.stringify([gstin, Typ, No, Dt]);
    const issue = world.ledger.issue({ orderNo: No, sellerTaxNo: gstin, amount: invoice.ValDtls?.TotInvVal ?? 0, sha256: request.body.sha256 }, platformWall(world), world.clock.now());
    const made = { irn, gstin, document, at: world.clock.now(), ackNo: 112_010_000_000_000 + count, ackDt: issue.issuedAt.slice(0, 19).replace("T", " "), cancelled: false };
    byIrn.set(irn, made);
    byDocument.set(document, made);
    return sealed(shown(made), sek);
  }

  function cancel(request: PlatformRequest, { gstin, sek }: SignedIn): Answer {
    const asked: Cancellation | null = readSealed(request, sek);
    if (asked === null) return failed("5002", "the payload cannot be read");
    const found = byIrn.get(asked.Irn ?? "");
    if (found === undefined) return failed("2148", "the requested IRN is not available");
    if (found.gstin !== gstin) return failed("2143", "the invoice does not belong to the user's GSTIN");
    if (found.cancelled) return failed("9999", "Invoice is not active");
    if (world.clock.now() - found.at > CANCELLED_WITHIN_MS) return failed("2270", "the time in which an IRN can be cancelled is over");
    found.cancelled = true;
    return sealed({ Irn: found.irn, CancelDate: localTime(platformWall(world)).slice(0, 19).replace("T", " ") }, sek);
  }

  function byDetails({ query }: PlatformRequest, { gstin, sek }: SignedIn): Answer {
    const found = byDocument.get(JSON.stringify([gstin, query.get("doctype"), query.get("docnum"), query.get("docdate")]));
    if (found === undefined || !isVisibleYet(world, found.at)) return failed("2148", "the requested IRN is not available");
    return world.clock.now() - found.at > WINDOW_MS ? failed("2283", "IRN details can be asked for within 2 days only") : sealed(shown(found), sek);
  }

  function answer(request: PlatformRequest): Answer {
    if (request.operation === "auth") return sessions.authenticate(request);
    const signedIn = sessions.of(request.headers);
    if (signedIn === null) return failed("1005", "Invalid Token", null, 200);
    switch (request.operation) {
      case "issue":
        return register(request, signedIn);
      case "by-document":
        return byDetails(request, signedIn);
      case "by-irn": {
        const found = byIrn.get(request.variables["irn"] ?? "");
        return found === undefined || !isVisibleYet(world, found.at) ? failed("2148", "the requested IRN is not available") : sealed(shown(found), signedIn.sek);
      }
      case "cancel":
        return cancel(request, signedIn);
      default:
        return sealed({ Gstin: request.variables["gstin"], TradeName: "A company", Status: "ACT" }, signedIn.sek);
    }
  }

  return { answer, refuse };
}

function shown({ irn, ackNo, ackDt, cancelled }: Registered): object {
  return { AckNo: ackNo, AckDt: ackDt, Irn: irn, Status: cancelled ? "CNL" : "ACT", SignedInvoice: "", SignedQRCode: "" };
}

function sealed(value: object, sek: Buffer): Answer {
  return jsonAnswer(200, { Status: 1, Data: encrypt(Buffer.from(JSON.stringify(value)), sek), ErrorDetails: null, InfoDtls: null });
}

/** What stands in a request under the session key; null where it cannot be read. */
function readSealed({ body }: PlatformRequest, sek: Buffer): object | null {
  try {
    const { Data } = JSON.parse(body.bytes.toString("utf8")) as { readonly Data: string };
    const plain = decrypt(Data, sek);
    return plain === null ? null : (JSON.parse(plain.toString("utf8")) as object);
  } catch {
    return null;
  }
}

/** The financial year of a date `dd/mm/yyyy`, which begins in April. */
function yearOf(date: string): string {
  const [, month = 1, year = 0] = date.split("/").map(Number);
  const first = month >= 4 ? year : year - 1;
  return `${first}-${String((first + 1) % 100).padStart(2, "0")}`;
}

/** The gateway's words: a time-out is its own, not the portal's. */
function refuse(name: RefusalName, retryAfterMs?: number): Answer {
  switch (name) {
    case "unauthorized":
      return failed("1005", "Invalid Token");
    case "not-executed":
      return jsonAnswer(503, { message: "Service Unavailable" });
    case "unknown-outcome":
      return jsonAnswer(504, { message: "Endpoint request timed out" });
    case "too-large":
      return jsonAnswer(413, { message: "Request Too Long" });
    case "limited":
      return jsonAnswer(429, { message: "Too Many Requests" }, retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) });
    case "no-such-operation":
      return jsonAnswer(404, { message: "Not Found" });
  }
}
