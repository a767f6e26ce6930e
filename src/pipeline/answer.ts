import { ERRORS, type ErrorCode } from "../base/errors.ts";
import type { Answer, Headers } from "../http/message.ts";
import type { Exchange } from "./exchange.ts";

/*
 * answer: the one place that turns a verdict into status, headers and body.
 * Refuses nothing. Answers of our own are RFC 9457 problems with the code in Taxgate-Error.
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
    x.answer = form === null ? problem(code, detail, x.id, headers) : inForm(form, code, x.id, headers);
  }
  return x.answer;
}

/** In the words that the caller's software knows from the platform; the code says that they are ours. */
function inForm(form: Answer, code: ErrorCode, id: string, extra: Headers): Answer {
  return { ...form, headers: [...form.headers, "Cache-Control", "no-store", "Taxgate-Error", code, "X-Request-Id", id, ...extra] };
}

/** An answer of our own; `extra` fields are added to it. */
export function problem(code: ErrorCode, detail: string, id: string, extra: Headers = []): Answer {
  const entry = ERRORS[code];
  const text = JSON.stringify({ type: "about:blank", title: entry.en, "title-zh": entry.zh, status: entry.status, detail, code, instance: id });
  const headers = ["Content-Type", "application/problem+json", "Cache-Control", "no-store", "Taxgate-Error", code, "X-Request-Id", id, ...extra];
  return { status: entry.status, headers, body: { kind: "bytes", bytes: Buffer.from(`${text}\n`) } };
}
