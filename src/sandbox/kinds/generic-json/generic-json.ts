import { type Answer, errorAnswer, jsonAnswer } from "../../answer.ts";
import type { LimitSpec, OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, Refused, RefusalName } from "../../kind.ts";
import type { World } from "../../world.ts";
import { codesAnswer } from "./codes.ts";
import { documentAnswer, ifNoneMatch, issueAnswer, pdfAnswer, queryAnswer } from "./invoices.ts";
import { taxpayerAnswer } from "./taxpayers.ts";
import { downloadAnswer, echoAnswer } from "./transfer.ts";

type Handler = (request: PlatformRequest, world: World) => Answer;
type Refusal = (world: World, retryAfterMs: number | undefined, about: Refused) => Answer;

const SUBMISSION_BOUND = 5_000_000;
const READ = ["GET", "HEAD"];

/** Counts what asks for invoices and tables, all callers together; without limits unless the fault set gives some. */
const ALL: LimitSpec = { name: "all", windows: [], scope: () => "", onDemand: true };

/** Operations of this kind. */
export type GenericOperation = (typeof OPERATIONS)[number]["name"];

const OPERATIONS = [
  { name: "issue", methods: ["POST"], path: /^\/api\/invoices$/, bound: SUBMISSION_BOUND, limit: "all" },
  { name: "query", methods: READ, path: /^\/api\/invoices$/, limit: "all" },
  { name: "document", methods: READ, path: /^\/api\/invoices\/(?<id>[0-9]{1,32})$/ },
  { name: "pdf", methods: READ, path: /^\/api\/invoices\/(?<id>[0-9]{1,32})\/pdf$/ },
  { name: "codes", methods: READ, path: /^\/api\/codes$/, limit: "all" },
  { name: "taxpayer", methods: READ, path: /^\/api\/taxpayers\/(?<id>[^/]{1,64})$/ },
  { name: "health", methods: READ, path: /^\/api\/health$/ },
  { name: "echo", methods: ["POST", "PUT"], path: /^\/api\/echo$/ },
  { name: "download", methods: READ, path: /^\/api\/echo$/ },
] as const satisfies readonly OperationSpec[];

const HANDLERS: Readonly<Record<GenericOperation, Handler>> = {
  issue: ({ body }, world) => issueAnswer(body, world),
  query: queryAnswer,
  document: documentAnswer,
  pdf: pdfAnswer,
  codes: (request, world) => codesAnswer(world.name, ifNoneMatch(request)),
  taxpayer: ({ variables }, world) => taxpayerAnswer(variables.id ?? "", world.name),
  health: (_request, world) => jsonAnswer(200, { code: 0, status: "up", region: world.name }, { "cache-control": "no-store" }),
  echo: ({ body }, world) => echoAnswer(body, world.name),
  download: ({ query }) => downloadAnswer(query),
};

const REFUSALS: Readonly<Record<RefusalName, Refusal>> = {
  unauthorized: (world) => errorAnswer(401, 4010, "token expired", { "www-authenticate": `Bearer realm="${world.name}"` }),
  "not-executed": (_world, retryAfterMs) =>
    retryAfterMs === undefined ? errorAnswer(503, 5030, "not executed, try again") : errorAnswer(503, 5031, "queue full, not executed", retryAfter(retryAfterMs)),
  "unknown-outcome": () => errorAnswer(504, 5040, "outcome unknown"),
  "too-large": () => errorAnswer(413, 4130, `reading body: more than ${SUBMISSION_BOUND} bytes`),
  limited: (_world, retryAfterMs) => errorAnswer(429, 4290, "too many requests, not executed", retryAfter(retryAfterMs ?? 1000)),
  "no-such-operation": (_world, _retryAfterMs, { allow }) =>
    allow.length === 0 ? errorAnswer(404, 4041, "no such resource") : errorAnswer(405, 4050, "method not allowed", { allow: allow.join(", ") }),
};

/** The platform that Taxgate's own tests and drills are made with: plain JSON, no limits but those that the fault set gives, no credentials. */
export const GENERIC_JSON: PlatformKind = { name: "generic-json", operations: OPERATIONS, limits: [ALL], open };

function open(world: World): OpenPlatform {
  return {
    answer(request) {
      // The engine asks for operations of the kind alone.
      return HANDLERS[request.operation as GenericOperation](request, world);
    },
    refuse: (name, retryAfterMs, about) => REFUSALS[name](world, retryAfterMs, about),
  };
}

function retryAfter(ms: number): Readonly<Record<string, string>> {
  return { "retry-after": String(Math.ceil(ms / 1000)) };
}
