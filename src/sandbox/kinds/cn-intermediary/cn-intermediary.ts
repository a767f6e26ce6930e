import type { Answer } from "../../answer.ts";
import type { OpenPlatform, OperationSpec, PlatformKind, PlatformRequest, RefusalName } from "../../kind.ts";
import type { World } from "../../world.ts";
import { say, sayWith } from "./message.ts";
import { createOrders, SETTINGS } from "./orders.ts";
import { createTokens, ownerOf, TOKENS_PER_MONTH } from "./tokens.ts";

const BOUND = 1_000_000;
const POST = ["POST"];

const OPERATIONS = [
  { name: "token", methods: POST, path: /^\/hx\/api\/fp\/accessToken$/, bound: BOUND, limit: "tokens" },
  { name: "issue", methods: POST, path: /^\/hx\/api\/fp\/h5\.js\.blueInvoiceIssu\.gm$/, bound: BOUND },
  { name: "apply", methods: POST, path: /^\/hx\/api\/fp\/h5\.js\.invoiceIssuRes\.apply$/, bound: BOUND },
  { name: "fetch", methods: POST, path: /^\/hx\/api\/fp\/h5\.js\.invoiceApplyRes\.query$/, bound: BOUND },
] as const satisfies readonly OperationSpec[];

/**
 * What most Chinese billing systems call: an intermediary's JSON API, keyed by request serial number (fpqqlsh) and seller. One
 * vendor's public documentation is the pattern; its signature and 3DES layers are left out.
 */
export const CN_INTERMEDIARY: PlatformKind = {
  name: "cn-intermediary",
  operations: OPERATIONS,
  limits: [{ name: "tokens", windows: [TOKENS_PER_MONTH], scope: ownerOf }],
  settings: SETTINGS,
  open,
};

type Name = (typeof OPERATIONS)[number]["name"];

function open(world: World): OpenPlatform {
  const tokens = createTokens(world);
  const orders = createOrders(world);
  const answers: Readonly<Record<Name, (request: PlatformRequest) => Answer>> = {
    token: tokens.answer,
    issue: ({ body }) => orders.issue(body),
    apply: ({ body }) => orders.apply(body),
    fetch: ({ body }) => orders.fetch(body),
  };
  return {
    answer(request) {
      // The engine asks for operations of the kind alone.
      const name = request.operation as Name;
      if (name !== "token" && !tokens.admits(request)) return say("1101");
      return answers[name](request);
    },
    refuse: (name, retryAfterMs) => refusal(name, retryAfterMs),
  };
}

function refusal(name: RefusalName, retryAfterMs: number | undefined): Answer {
  const headers: Readonly<Record<string, string>> = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  const answers: Readonly<Record<RefusalName, Answer>> = {
    unauthorized: say("1101"),
    "not-executed": sayWith(200, "2116", headers),
    "unknown-outcome": sayWith(504, "9999"),
    "too-large": sayWith(413, "1002"),
    limited: sayWith(200, "9999", headers),
    "no-such-operation": sayWith(404, "1001"),
  };
  return answers[name];
}
