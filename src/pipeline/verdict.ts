import type { ErrorCode } from "../base/errors.ts";
import type { Answer, BodyFault, Headers } from "../http/message.ts";
import type { AttemptCause, AttemptResult } from "../upstream/result.ts";

/** What a phase decides. `throw` is for faults only. */
export type Verdict =
  | { readonly kind: "go-on" }
  | { readonly kind: "refuse"; readonly code: ErrorCode; readonly detail: string; readonly headers: Headers; /** The platform's form of this refusal; null: our own. */ readonly form: Answer | null }
  | { readonly kind: "answer"; readonly answer: Answer; readonly reason: string };

const NO_HEADERS: Headers = [];

/** The verdict of a phase that has nothing against it. */
export const GO_ON: Verdict = { kind: "go-on" };

/** A part of a phase. */
export type Step<X, Generation, Around> = (x: X, generation: Generation, around: Around) => Verdict | Promise<Verdict>;

/** The first verdict other than "go on"; waits only where a step does. */
export function inOrder<X, Generation, Around>(steps: readonly Step<X, Generation, Around>[], x: X, generation: Generation, around: Around, from = 0): Verdict | Promise<Verdict> {
  for (let index = from; index < steps.length; index++) {
    const decided = (steps[index] as Step<X, Generation, Around>)(x, generation, around);
    if (decided instanceof Promise) return decided.then((verdict) => (verdict.kind === "go-on" ? inOrder(steps, x, generation, around, index + 1) : verdict));
    if (decided.kind !== "go-on") return decided;
  }
  return GO_ON;
}

/** Refuses with a code of the central table; `headers` are added to the answer. */
export function refuse(code: ErrorCode, detail: string, headers: Headers = NO_HEADERS, form: Answer | null = null): Verdict {
  return { kind: "refuse", code, detail, headers, form };
}

/** A Retry-After field; whole seconds, at least one. */
export function retryAfter(seconds: number): Headers {
  return ["Retry-After", String(Math.max(1, Math.ceil(seconds)))];
}

const GATE_CODES: Partial<Readonly<Record<AttemptCause, ErrorCode>>> = { "breaker-open": "open", "paced": "limited-by-platform" };

/** The gate before the platform let nothing through; `headers` are added to the answer. */
export function gateRefusal(result: Extract<AttemptResult, { kind: "refused" }>, headers: Headers = NO_HEADERS): Verdict {
  return refuse(GATE_CODES[result.cause] ?? "overloaded", result.detail, [...retryAfter(result.retryAfter), ...headers]);
}

/** What a broken request body means for its sender. */
export function bodyRefusal(fault: BodyFault): Verdict {
  if (fault.reason === "too-large") return refuse("body-too-large", fault.message);
  if (fault.reason === "no-room") return refuse("overloaded", fault.message, retryAfter(1));
  if (fault.reason === "timeout") return refuse("client-timeout", "the body did not arrive in time");
  if (fault.reason === "malformed") return refuse("malformed-request", "the body breaks the rules of its framing");
  return refuse("client-gone", "the client went away inside the body");
}
