import { headerValue } from "../http/headers.ts";
import type { Entered } from "../journal/claims.ts";
import type { StoredRequest } from "../journal/entry.ts";
import type { Journal } from "../journal/journal.ts";
import type { SubmissionPolicy } from "../journal/policy.ts";
import { awaitBatch, tellMixed } from "./await-batch.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import type { Route, Site } from "./site.ts";
import { awaitEnding } from "./submit.ts";
import { behind, elsewhere, told, tryLater } from "./told.ts";
import { upstreamHeaders } from "./upstream-head.ts";
import { GO_ON, refuse, retryAfter, type Verdict } from "./verdict.ts";

/*
 * What a submission meets in the journal: its own claim, another try under way, its outcome, or a no. Nothing is sent
 * before the claim is durable.
 */

const NOTHING = new Uint8Array(0);
/** Content codings that we can read. */
const ACCEPT_ENCODING = "accept-encoding";
const LEGIBLE: ReadonlySet<string> = new Set(["gzip", "x-gzip", "br", "zstd", "identity"]);

/** Claims a submission, answers it from the journal, or refuses it. */
export async function claim(x: Exchange, policy: SubmissionPolicy, journal: Journal, around: Surroundings): Promise<Verdict> {
  const route = x.route as Route;
  const { entitled, changing } = (x.site as Site).identity;
  const entered = await journal.enter(policy, {
    source: { headers: x.head.headers, pathVariables: route.pathVariables(x.path), query: x.query, body: x.body.kind === "bytes" ? x.body.bytes : null, contentType: headerValue(x.head.headers, "content-type") },
    request: requestOf(x, route),
    taxpayer: x.taxpayer,
    region: x.region as string,
    principal: x.principal,
    changing,
    entitled: entitled === null ? null : (taxpayer) => entitled(x.principal, taxpayer),
  });
  return decide(x, entered, policy, journal, around);
}

function requestOf(x: Exchange, route: Route): StoredRequest {
  const headers = upstreamHeaders(x, route.options, x.region as string);
  const host = route.options.forward.host && x.host !== "" ? ["host", x.host] : [];
  return { method: x.head.method, target: x.path + x.query, headers: [...host, ...legible(headers)], body: x.body.kind === "bytes" ? x.body.bytes : NOTHING };
}

/** An answer is read before it is believed: the platform is offered only what the caller takes and we can read. */
function legible(headers: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1] as string];
    if (name.length !== ACCEPT_ENCODING.length || name.toLowerCase() !== ACCEPT_ENCODING) kept.push(name, value);
    else kept.push(name, value.split(",").filter((coding) => LEGIBLE.has((coding.split(";")[0] as string).trim().toLowerCase())).join(",") || "identity");
  }
  return kept;
}

function decide(x: Exchange, entered: Entered, policy: SubmissionPolicy, journal: Journal, around: Surroundings): Verdict | Promise<Verdict> {
  switch (entered.kind) {
    case "mine":
      x.flight = entered.flight;
      x.submitted = "fresh";
      return GO_ON;
    case "joined":
    case "asked":
      x.submitted = entered.kind === "joined" ? "joined" : "fresh";
      return awaitEnding(x, entered.flight, around);
    case "replay":
      return told(x, entered.entry, policy);
    case "told":
      return told(x, { ...entered.entry, recalled: entered.recalled ?? null }, policy);
    case "elsewhere":
      return elsewhere(x, { ...entered.entry, recalled: entered.recalled }, policy);
    case "unjournalled":
      x.submitted = "unjournalled";
      return GO_ON;
    case "composed":
      x.submitted = entered.batch.fresh?.kind === "mine" ? "fresh" : "joined";
      if (entered.batch.fresh?.kind !== "mine") return awaitBatch(x, entered.batch, journal, around);
      x.batch = entered.batch;
      x.flight = entered.batch.fresh.flight;
      return GO_ON;
    case "mixed":
      return tellMixed(x, entered.items, policy, journal);
    default:
      return refused(x, entered, policy);
  }
}

function refused(x: Exchange, entered: Exclude<Entered, { kind: "mine" | "joined" | "asked" | "replay" | "told" | "elsewhere" | "unjournalled" | "composed" | "mixed" }>, policy: SubmissionPolicy): Verdict {
  x.submitted = "refused";
  switch (entered.kind) {
    case "conflict":
      return told(x, { ...entered.facts, recalled: entered.recalled ?? null }, policy, "conflict");
    case "behind":
      return behind(x, entered.head, policy);
    case "stranger":
      return refuse("not-yours", "this number belongs to a submission of another caller");
    case "unidentified":
      return refuse(entered.why === "missing" ? "key-missing" : "key-unclear", entered.detail);
    case "unavailable":
      return refuse("journal-unavailable", `the journal cannot be written (${entered.fault.kind}); nothing was sent`, retryAfter(5));
    case "overloaded":
      return tryLater(x, null, policy, "too many submissions are under way");
  }
}
