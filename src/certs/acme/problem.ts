import { z } from "zod";
import type { AcmeFailure } from "./issuer.ts";
import { failed, tame, type Failed } from "./fault.ts";

/*
 * Problem documents (RFC 7807, RFC 8555 section 6.7): what an authority says when it does not do what it was asked.
 */

const part = z.object({ type: z.string().max(300).optional(), detail: z.string().optional(), identifier: z.object({ value: z.string() }).optional().catch(undefined) });
const document = part.extend({ subproblems: z.array(part).max(100).optional().catch(undefined), instance: z.string().optional().catch(undefined) });

/** A problem document. */
export type Problem = z.output<typeof document>;

/** How many of its parts are told on. */
const MOST_PARTS = 5;
const PREFIX = "urn:ietf:params:acme:error:";

/** What the types mean where a request was refused; those that are not here go by the status. */
const KINDS: ReadonlyMap<string, AcmeFailure["kind"]> = new Map(Object.entries({
  rateLimited: "rate-limited",
  badCSR: "refused",
  badPublicKey: "refused",
  badSignatureAlgorithm: "refused",
  caa: "refused",
  externalAccountRequired: "refused",
  invalidContact: "refused",
  invalidProfile: "refused",
  malformed: "refused",
  rejectedIdentifier: "refused",
  unauthorized: "refused",
  unsupportedContact: "refused",
  unsupportedIdentifier: "refused",
  userActionRequired: "refused",
  connection: "validation",
  dns: "validation",
  dnssec: "validation",
  incorrectResponse: "validation",
  tls: "validation",
  accountDoesNotExist: "server",
  badNonce: "server",
  orderNotReady: "server",
  serverInternal: "server",
} as const));

/** Reads a problem document; null where it is none. */
export function readProblem(value: unknown): Problem | null {
  const reading = document.safeParse(value);
  return reading.success && (reading.data.type !== undefined || reading.data.detail !== undefined) ? reading.data : null;
}

/** Its type behind the protocol's prefix; null where it has none of the protocol's own. */
export function problemType({ type }: { readonly type?: string | undefined }): string | null {
  return type?.startsWith(PREFIX) === true ? type.slice(PREFIX.length) : null;
}

/** What an answer with a problem document means; `status` and `retryAfter` are the answer's. */
export function refusal(doing: string, problem: Problem, status: number, retryAfter: number | null): Failed {
  const type = problemType(problem);
  return failed(kindOf(problem, status), `${doing}: ${words(problem, status)}`, { retryAfter, problem: type, status });
}

/** What the problem of an authorization or an order that came to nothing means: `unauthorized` is what the authority found there, not what it thinks of us. */
export function finding(doing: string, problem: Problem | null): Failed {
  if (problem === null) return failed("validation", `${doing}: the authority does not say why`);
  const type = problemType(problem);
  const kind = type === "unauthorized" || type === "malformed" ? "validation" : kindOf(problem, null);
  return failed(kind, `${doing}: ${words(problem, null)}`, { problem: type });
}

function kindOf(problem: Problem, status: number | null): AcmeFailure["kind"] {
  // It has forgotten what it made itself, or has moved: that says nothing about what was asked.
  if (status === 404) return "server";
  const [first] = problem.subproblems ?? [];
  // Several things are wrong: the first of them says what to do.
  const type = problemType(problem) === "compound" && first !== undefined ? problemType(first) : problemType(problem);
  const known = KINDS.get(type ?? "");
  if (known !== undefined) return known;
  if (status === null) return "validation";
  if (status === 429) return "rate-limited";
  return status >= 500 ? "server" : "refused";
}

/** What people read: type, words, each part with its name, and the page that tells more. */
function words(problem: Problem, status: number | null): string {
  const parts = (problem.subproblems ?? []).slice(0, MOST_PARTS).map((part) => `${part.identifier === undefined ? "" : `'${part.identifier.value}' `}${phrase(part)}`);
  const type = problem.type ?? "about:blank";
  const head = phrase(problem);
  const page = problem.instance !== undefined && type.endsWith("userActionRequired") ? ` (see ${problem.instance})` : "";
  return tame(`${status === null ? "" : `${status} `}${head}${page}${parts.length === 0 ? "" : ` [${parts.join("; ")}]`}`);
}

function phrase({ type, detail }: { readonly type?: string | undefined; readonly detail?: string | undefined }): string {
  return [type?.replace(PREFIX, ""), detail].filter((text) => text !== undefined && text !== "").join(": ");
}
