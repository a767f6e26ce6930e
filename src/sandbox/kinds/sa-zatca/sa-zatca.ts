import { type Answer, jsonAnswer } from "../../answer.ts";
import type { OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, RefusalName } from "../../kind.ts";
import type { World } from "../../world.ts";
import { createCredentials, type Credentials } from "./credentials.ts";
import { createInvoices, type Invoices } from "./invoices.ts";
import { SETTINGS } from "./settings.ts";

/*
 * Saudi Arabia's Fatoora, phase 2: compliance and production certificates, reporting of simplified invoices, clearance of
 * standard ones. There is no query: whoever lost an answer sends the same bytes again.
 */

const BASE = "^/e-invoicing/(?:core|simulation|developer-portal)";
const INVOICE_BOUND = 2_000_000;
const SMALL_BOUND = 64 * 1024;

const OPERATIONS = [
  { name: "issue", methods: ["POST"], path: new RegExp(`${BASE}/invoices/(?<mode>reporting|clearance)/single$`), bound: INVOICE_BOUND },
  { name: "compliance-check", methods: ["POST"], path: new RegExp(`${BASE}/compliance/invoices$`), bound: INVOICE_BOUND },
  { name: "compliance", methods: ["POST"], path: new RegExp(`${BASE}/compliance$`), bound: SMALL_BOUND },
  { name: "certificate", methods: ["POST"], path: new RegExp(`${BASE}/production/csids$`), bound: SMALL_BOUND },
  { name: "renewal", methods: ["PATCH"], path: new RegExp(`${BASE}/production/csids$`), bound: SMALL_BOUND },
] as const satisfies readonly OperationSpec[];

/** The kind of the profile `sa-zatca`. */
export const SA_ZATCA: PlatformKind = { name: "sa-zatca", operations: OPERATIONS, limits: [], settings: SETTINGS, open };

function open(world: World): OpenPlatform {
  const credentials = createCredentials(world);
  const invoices = createInvoices(world);
  return { answer: (request) => answer(request, credentials, invoices), refuse };
}

function answer(request: PlatformRequest, credentials: Credentials, invoices: Invoices): Answer {
  switch (request.operation) {
    case "issue":
      return credentials.mayReport(request.headers) ? invoices.submit(request) : refuse("unauthorized");
    case "compliance-check":
      return credentials.mayCheck(request.headers) ? invoices.check(request) : refuse("unauthorized");
    case "compliance":
      return credentials.begin(request);
    default:
      return credentials.grant(request);
  }
}

/** The gateway's own words, in no platform form where the gateway itself speaks. */
function refuse(name: RefusalName, retryAfterMs?: number): Answer {
  switch (name) {
    case "unauthorized":
      return jsonAnswer(401, { timestamp: "", status: 401, error: "Unauthorized", message: "" });
    case "not-executed":
      return jsonAnswer(503, { category: "HTTP-Errors", code: "503", message: "Service Unavailable" });
    case "unknown-outcome":
      return jsonAnswer(504, { httpCode: "504", httpMessage: "Gateway Timeout", moreInformation: "" });
    case "too-large":
      return jsonAnswer(413, { category: "HTTP-Errors", code: "413", message: "Request is too large" });
    case "limited":
      return jsonAnswer(429, { code: "429", message: "Too Many Requests" }, retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) });
    case "no-such-operation":
      return jsonAnswer(404, { httpCode: "404", httpMessage: "Not Found", moreInformation: "No resources match requested URI" });
  }
}
