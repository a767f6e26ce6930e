import { collect } from "../http/collect.ts";
import { headerValue } from "../http/headers.ts";
import { BodyFault, type Answer } from "../http/message.ts";
import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { CallControl, UpstreamCall } from "../upstream/call.ts";
import type { RegionUpstream } from "../upstream/region-upstream.ts";
import type { AttemptCause, AttemptResult } from "../upstream/result.ts";
import type { DoubtCause, StoredAnswer, StoredRequest } from "./entry.ts";
import type { Judge, Judgement } from "./judge.ts";

/*
 * One attempt, read to its end and judged. What decides whether something may be sent again is first whether a byte was
 * handed to the socket, and then what the platform said; never a status alone.
 */

/** What became of one attempt. */
export type Attempted =
  /** The whole answer, and what it means. */
  | { readonly kind: "judged"; readonly judgement: Judgement; readonly answer: StoredAnswer; /** Without content codings. */ readonly plain: Uint8Array; readonly region: string; readonly endpoint: string }
  /** Nothing was handed to the socket. */
  | { readonly kind: "unsent"; readonly result: Exclude<AttemptResult, { kind: "answered" | "in-doubt" }> }
  /** Something was, and no whole answer came. */
  | { readonly kind: "lost"; readonly cause: DoubtCause; readonly why: string; readonly endpoint: string; readonly result: Exclude<AttemptResult, { kind: "answered" }> | null };

/** Decodes a body by its Content-Encoding, within a bound; null where it cannot. */
export type Decode = (field: string, body: Uint8Array, maxBytes: number) => Promise<Uint8Array | null>;

/** Larger answers to a submission are not believed. */
const MAX_ANSWER = 10_000_000;
const NOTHING = new Uint8Array(0);

/** What an attempt needs beside its request. `timeout` in ms bounds the wait for the head and for each piece of the body. */
export interface AttemptPlan {
  readonly region: RegionUpstream;
  readonly routeClass: "submit" | "poll";
  readonly timeout: number;
  readonly fresh: boolean;
  /** An endpoint that has just failed. */
  readonly avoid: string | null;
  readonly control: CallControl;
  /** Calls of one kind take about as long; those of one lane wait in their order. */
  readonly kind: string;
  readonly lane: string;
  /** Monotonic ms up to which it waits for a place at the platform; asked for when it has its turn by the pace. */
  readonly deadline: () => number;
  /** What counts it, and what it waits for before it goes; null: nothing. Afterwards it knows what the answer said about waiting. */
  readonly pace: PacedCall | null;
}

/** Makes an attempt. Never rejects for what a platform does. */
export async function attempt(request: StoredRequest, plan: AttemptPlan, judge: Judge, decode: Decode): Promise<Attempted> {
  const result = await plan.region.call(new JournalCall(request, plan), plan.control, plan.avoid);
  switch (result.kind) {
    case "refused":
    case "not-sent":
      return { kind: "unsent", result };
    case "in-doubt":
      return { kind: "lost", cause: causeOf(result.cause), why: `${result.cause}: ${result.detail}`, endpoint: result.endpoint, result };
    case "answered":
      return whole(result.answer, result, plan.pace, judge, decode);
  }
}

/**
 * The request as the upstream takes it; a Host that the route keeps stands first among the fields. A class, because a getter in
 * an object literal gives each request a shape of its own: the hot path would know none of them, and only major collections
 * would remove them.
 */
class JournalCall implements UpstreamCall {
  readonly class: UpstreamCall["class"];
  readonly method: string;
  readonly target: string;
  readonly headers: UpstreamCall["headers"];
  readonly body: UpstreamCall["body"];
  readonly host: string | null;
  readonly responseTimeout: number;
  readonly kind: string;
  readonly lane: string;
  readonly fresh: boolean;
  readonly informed: UpstreamCall["informed"] = null;
  readonly pace: PacedCall | null;
  readonly #plan: AttemptPlan;

  constructor(request: StoredRequest, plan: AttemptPlan) {
    const keepsHost = request.headers[0] === "host";
    this.class = plan.routeClass;
    this.method = request.method;
    this.target = request.target;
    this.headers = keepsHost ? request.headers.slice(2) : request.headers;
    this.body = request.body.byteLength === 0 ? { kind: "none" } : { kind: "bytes", bytes: request.body };
    this.host = keepsHost ? (request.headers[1] ?? null) : null;
    this.responseTimeout = plan.timeout;
    this.kind = plan.kind;
    this.lane = plan.lane;
    this.fresh = plan.fresh;
    this.pace = plan.pace;
    this.#plan = plan;
  }

  get deadline(): number {
    return this.#plan.deadline();
  }
}

async function whole(answer: Answer, from: { readonly region: string; readonly endpoint: string }, pace: PacedCall | null, judge: Judge, decode: Decode): Promise<Attempted> {
  const lost = (why: string): Attempted => ({ kind: "lost", cause: "truncated", why, endpoint: from.endpoint, result: null });
  let body: Uint8Array = NOTHING;
  try {
    const read = answer.body.kind === "source" ? await collect(answer.body.source, MAX_ANSWER) : answer.body;
    if (read.kind === "bytes") body = read.bytes;
    if (body.byteLength > MAX_ANSWER) return lost("the answer is larger than 10 MB");
  } catch (fault) {
    if (!(fault instanceof BodyFault)) throw fault;
    if (answer.body.kind === "source") answer.body.source.cancel();
    return lost(`the answer was cut off: ${fault.reason}`);
  }
  const coding = headerValue(answer.headers, "content-encoding")?.trim().toLowerCase() ?? "";
  const plain = isPlain(coding) || body.byteLength === 0 ? body : await decode(coding, body, MAX_ANSWER);
  if (plain === null) return lost(`the answer cannot be decoded: content-encoding '${coding}'`);
  pace?.read({ status: answer.status, headers: answer.headers, body: plain });
  const judgement = judge({ status: answer.status, contentType: headerValue(answer.headers, "content-type"), body: plain });
  return { kind: "judged", judgement, answer: { status: answer.status, headers: answer.headers, body }, plain, region: from.region, endpoint: from.endpoint };
}

function isPlain(coding: string): boolean {
  return coding === "" || coding === "identity";
}

function causeOf(cause: AttemptCause): DoubtCause {
  if (cause === "response-timeout" || cause === "total-timeout") return "timed-out";
  return cause === "malformed-answer" ? "truncated" : "lost-answer";
}

/** What settles a doubt whatever else was sent: the platform has it. */
export function tells(attempted: Attempted): boolean {
  return attempted.kind === "judged" && (attempted.judgement.kind === "accepted" || (attempted.judgement.kind === "duplicate" && attempted.judgement.means !== "check"));
}
