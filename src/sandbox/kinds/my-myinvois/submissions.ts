import { instantText, parseInstant } from "../../../base/instant.ts";
import { type Answer, bytesBody, jsonAnswer } from "../../answer.ts";
import type { PlatformRequest } from "../../kind.ts";
import type { World } from "../../world.ts";
import type { SubmittedDocument } from "./documents.ts";
import { createRegister, type Held } from "./register.ts";
import { errorOf } from "./words.ts";

/** Submissions, their documents, and what becomes of them. */
export interface Submissions {
  submit(request: PlatformRequest, tin: string): Answer;
  show(uid: string, request: PlatformRequest, tin: string): Answer;
  search(request: PlatformRequest, tin: string): Answer;
  recent(request: PlatformRequest, tin: string): Answer;
  details(uuid: string, tin: string): Answer;
  raw(uuid: string, tin: string): Answer;
  cancel(request: PlatformRequest, tin: string): Answer;
}

const SAME_PAYLOAD_MS = 600_000;
const MOST_DOCUMENTS = 100;
const MOST_LISTED = 100;
const NO_DOCUMENT = errorOf(404, "NotFound", "no such document");

/** Makes the invoicing service: takes documents in, validates them later, and knows two kinds of duplicate. */
export function createSubmissions(world: World): Submissions {
  const payloads = new Map<string, number>();
  const register = createRegister(world);
  return {
    submit(request, tin) {
      const documents = documentsOf(request);
      if (documents === null) return errorOf(400, "BadStructure", "the submission is not a list of documents");
      if (documents.length === 0 || documents.length > MOST_DOCUMENTS) return errorOf(400, "MaximumSizeExceeded", "a submission has 1 to 100 documents");
      const payload = `${tin} ${request.body.sha256}`;
      const left = SAME_PAYLOAD_MS - (world.clock.now() - (payloads.get(payload) ?? -Infinity));
      if (left > 0) {
        for (const { codeNumber } of documents) world.ledger.refused(codeNumber);
        return errorOf(422, "DuplicateSubmission", "an identical submission was sent within 10 minutes", { "retry-after": String(Math.ceil(left / 1000)) });
      }
      payloads.set(payload, world.clock.now());
      return register.take(documents, tin);
    },
    show(uid, { query }, tin) {
      const held = register.submission(uid) ?? [];
      if (held.length === 0 || held.some((one) => one.tin !== tin)) return errorOf(404, "NotFound", "no such submission");
      const statuses = new Set(held.map(register.status));
      return jsonAnswer(200, { submissionUid: uid, documentCount: held.length, dateTimeReceived: instantText(held[0]?.wall ?? 0), overallStatus: overall(statuses), documentSummary: pageOf(held, query).map(register.summary) });
    },
    search({ query }, tin) {
      const text = query.get("searchQuery") ?? "";
      if (!query.has("submissionDateFrom") && !query.has("issueDateFrom")) return errorOf(400, "BadArgument", "a filter by date is missing");
      return listed(register.of(tin).filter(({ submitted, uuid }) => text === "" || submitted.codeNumber === text || uuid === text), query);
    },
    recent: ({ query }, tin) => listed(register.of(tin), query),
    details(uuid, tin) {
      const held = register.document(uuid);
      return held === undefined || held.tin !== tin ? NO_DOCUMENT : jsonAnswer(200, { ...register.listed(held), validationResults: validationOf(held, register.status(held)) });
    },
    raw(uuid, tin) {
      const held = register.document(uuid);
      if (held === undefined || held.tin !== tin) return NO_DOCUMENT;
      return { status: 200, headers: { "content-type": held.submitted.format === "XML" ? "application/xml" : "application/json" }, body: bytesBody(Buffer.from(held.submitted.document, "base64")) };
    },
    cancel({ variables, body }, tin) {
      const held = register.document(variables["uuid"] ?? "");
      if (held === undefined) return NO_DOCUMENT;
      if (held.tin !== tin) return errorOf(403, "Forbidden", "the document was issued by another taxpayer");
      if (!asksToCancel(body.bytes)) return errorOf(400, "BadArgument", "status is not 'cancelled', or the reason is missing");
      const refusal = register.cancel(held);
      return refusal === null ? jsonAnswer(200, { uuid: held.uuid, status: "Cancelled" }) : errorOf(400, refusal, "the document cannot be cancelled");
    },
  };

  function listed(all: readonly Held[], query: URLSearchParams): Answer {
    const from = parseInstant(query.get("submissionDateFrom") ?? "") ?? 0;
    const found = all.filter(({ wall }) => wall >= from);
    return jsonAnswer(200, { result: pageOf(found, query).map(register.listed), metadata: { totalPages: Math.ceil(found.length / pageSize(query)), totalCount: found.length } });
  }
}

function pageSize(query: URLSearchParams): number {
  const wanted = Number(query.get("pageSize") ?? MOST_LISTED);
  return Number.isInteger(wanted) && wanted > 0 ? Math.min(wanted, MOST_LISTED) : MOST_LISTED;
}

function pageOf<T>(all: readonly T[], query: URLSearchParams): readonly T[] {
  const size = pageSize(query);
  const from = (Math.max(1, Number(query.get("pageNo") ?? 1) || 1) - 1) * size;
  return all.slice(from, from + size);
}

function overall(statuses: ReadonlySet<string>): string {
  if (statuses.has("Submitted")) return "in progress";
  const isValid = statuses.has("Valid") || statuses.has("Cancelled");
  if (!statuses.has("Invalid")) return "valid";
  return isValid ? "partially valid" : "invalid";
}

/** What the duplicate validator says stands in the document's details alone. */
function validationOf({ uuid, twin }: Held, status: string): object {
  if (twin === null || status !== "Invalid") return { status, validationSteps: [] };
  const error = `Duplicated submitted document with UUID ${uuid} where the values of configured attributes match with values for the document with UUID: ${twin}`;
  const inner = { propertyName: "document", propertyPath: "document", errorCode: "DS302", error, errorMs: error, innerError: null };
  const validator = { propertyName: null, propertyPath: null, errorCode: "Error03", error: "Duplicated Submission Validator", errorMS: "Duplicated Submission Validator", innerError: [inner] };
  return { status, validationSteps: [{ status, error: validator, name: "Step03-Duplicated Submission Validator" }] };
}

function asksToCancel(bytes: Buffer): boolean {
  try {
    const { status, reason } = JSON.parse(bytes.toString("utf8")) as { readonly status?: unknown; readonly reason?: unknown };
    return status === "cancelled" && typeof reason === "string" && reason !== "" && reason.length <= 300;
  } catch {
    return false;
  }
}

function documentsOf({ body }: PlatformRequest): readonly SubmittedDocument[] | null {
  try {
    const { documents } = JSON.parse(body.bytes.toString("utf8")) as { readonly documents?: unknown };
    return Array.isArray(documents) && documents.every((one) => typeof one === "object" && one !== null) ? (documents as readonly SubmittedDocument[]) : null;
  } catch {
    return null;
  }
}
