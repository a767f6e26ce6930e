import { type Answer, jsonAnswer } from "../../answer.ts";
import type { LimitSpec, OpenPlatform, OperationSpec, PlatformKind, PlatformRequest } from "../../kind.ts";
import type { World } from "../../world.ts";
import { clientOf, createAccounts, type Accounts } from "./accounts.ts";
import { SETTINGS } from "./settings.ts";
import { createSubmissions, type Submissions } from "./submissions.ts";
import { errorOf, refuse } from "./words.ts";

/*
 * Malaysia's MyInvois: client credentials, submissions of up to 100 documents that may be accepted in part, validation
 * that comes later, two kinds of duplicate, a limit a minute for every operation.
 */

const SUBMISSION_BOUND = 5_242_880;
const FORM_BOUND = 16_384;

const OPERATIONS = [
  { name: "login", methods: ["POST"], path: /^\/connect\/token$/, bound: FORM_BOUND, limit: "login" },
  { name: "issue", methods: ["POST"], path: /^\/api\/v1\.0\/documentsubmissions\/?$/, bound: SUBMISSION_BOUND, limit: "submit" },
  { name: "submission", methods: ["GET"], path: /^\/api\/v1\.0\/documentsubmissions\/(?<uid>[0-9A-Z]{26})\/?$/, limit: "submission" },
  { name: "cancel", methods: ["PUT"], path: /^\/api\/v1\.0\/documents\/state\/(?<uuid>[0-9A-Z]{26})\/state$/, bound: FORM_BOUND, limit: "cancel" },
  { name: "search", methods: ["GET"], path: /^\/api\/v1\.0\/documents\/search$/, limit: "search" },
  { name: "recent", methods: ["GET"], path: /^\/api\/v1\.0\/documents\/recent$/, limit: "recent" },
  { name: "details", methods: ["GET"], path: /^\/api\/v1\.0\/documents\/(?<uuid>[0-9A-Z]{26})\/details$/, limit: "details" },
  { name: "raw", methods: ["GET"], path: /^\/api\/v1\.0\/documents\/(?<uuid>[0-9A-Z]{26})\/raw$/, limit: "document" },
  { name: "validate", methods: ["GET"], path: /^\/api\/v1\.0\/taxpayer\/validate\/(?<tin>[A-Z0-9]{5,20})$/, limit: "validate" },
  { name: "types", methods: ["GET"], path: /^\/api\/v1\.0\/documenttypes$/ },
] as const satisfies readonly OperationSpec[];

const MINUTE = 60_000;
/** Requests a minute for each client (SDK documentation, the section of each operation). */
const PER_MINUTE = { login: 12, submit: 100, submission: 300, cancel: 12, recent: 12, search: 12, details: 125, document: 60, validate: 60 };
const LIMITS: readonly LimitSpec[] = Object.entries(PER_MINUTE).map(([name, count]) => ({ name, windows: [{ count, ms: MINUTE }], scope: clientOf }));

/** The kind of the profile `my-myinvois`. */
export const MY_MYINVOIS: PlatformKind = { name: "my-myinvois", operations: OPERATIONS, limits: LIMITS, settings: SETTINGS, open };

function open(world: World): OpenPlatform {
  const accounts = createAccounts(world);
  const submissions = createSubmissions(world);
  return { answer: (request) => answer(request, accounts, submissions), refuse };
}

function answer(request: PlatformRequest, accounts: Accounts, submissions: Submissions): Answer {
  if (request.operation === "login") return accounts.login(request);
  const tin = accounts.taxpayer(request.headers);
  if (tin === null) return refuse("unauthorized");
  const { variables } = request;
  switch (request.operation) {
    case "issue":
      return submissions.submit(request, tin);
    case "submission":
      return submissions.show(variables["uid"] ?? "", request, tin);
    case "search":
      return submissions.search(request, tin);
    case "details":
      return submissions.details(variables["uuid"] ?? "", tin);
    case "recent":
      return submissions.recent(request, tin);
    case "raw":
      return submissions.raw(variables["uuid"] ?? "", tin);
    case "cancel":
      return submissions.cancel(request, tin);
    case "validate":
      return (variables["tin"] ?? "").startsWith("C") ? { ...jsonAnswer(200, {}), headers: {} } : errorOf(404, "NotFound", "no such taxpayer");
    default:
      return jsonAnswer(200, { result: [{ id: 45, invoiceTypeCode: 1, description: "Invoice", activeFrom: "2024-02-01T00:00:00Z", activeTo: null, documentTypeVersions: [{ id: 41, name: "Version 1.0", versionNumber: 1.0 }] }] });
  }
}
