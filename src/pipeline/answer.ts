import { ERRORS, type ErrorCode } from "../base/errors.ts";
import type { Answer, Headers } from "../http/message.ts";
import { inForm, type ErrorForm } from "./error-form.ts";
import type { Exchange } from "./exchange.ts";
import { withHsts } from "./hsts.ts";

/*
 * answer: the one place that turns a verdict into status, headers and body.
 * Refuses nothing. Answers of our own are RFC 9457 problems with the code in Taxgate-Error, or have the form that the
 * submission, the route or the site asks for.
 */

/** See the top of this file. */
export function answer(x: Exchange): Answer {
  const verdict = x.verdict;
  if (verdict?.kind === "answer") {
    x.reason ||= verdict.reason;
    x.answer = verdict.answer;
  } else {
    const { code, detail, headers, form } = verdict?.kind === "refuse" ? verdict : ({ code: "internal", detail: "no phase decided", headers: [], form: null } as const);
    x.error = code;
    x.reason ||= code;
    const errors = form === null ? formOf(x) : null;
    const own = errors === null ? form : inForm(errors, code, detail, x.id, headers);
    x.answer = own === null ? problem(code, detail, x.id, headers) : signed(own, code, x.id, headers);
  }
  // Of what went to the platform the caller learns what is left to him; a replay or a hit takes nothing.
  if (x.passage !== null) x.answer = { ...x.answer, headers: [...x.answer.headers, ...x.passage.fields()] };
  if (x.route !== null && x.route.hsts !== null && x.caller.secure) x.answer = withHsts(x.answer, x.route.hsts);
  return x.answer;
}

/** Before a route is found the site's form counts; before a site is, there is none. */
function formOf({ route, site }: Exchange): ErrorForm | null {
  return route === null ? (site?.errors ?? null) : route.errors;
}

/** In the words that the caller's software knows from the platform; the code says that they are ours. */
function signed(form: Answer, code: ErrorCode, id: string, extra: Headers): Answer {
  return { ...form, headers: [...form.headers, "Cache-Control", "no-store", "Taxgate-Error", code, "X-Request-Id", id, ...extra] };
}

/** An answer of our own; `extra` fields are added to it. */
export function problem(code: ErrorCode, detail: string, id: string, extra: Headers = []): Answer {
  const entry = ERRORS[code];
  const text = JSON.stringify({ type: "about:blank", title: entry.en, "title-zh": entry.zh, status: entry.status, detail, code, instance: id });
  const headers = ["Content-Type", "application/problem+json", "Cache-Control", "no-store", "Taxgate-Error", code, "X-Request-Id", id, ...extra];
  return { status: entry.status, headers, body: { kind: "bytes", bytes: Buffer.from(`${text}\n`) } };
}
