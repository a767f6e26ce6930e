import { type Answer, bytesBody, jsonAnswer } from "../../answer.ts";
import type { RequestHeaders } from "../../kind.ts";
import { isoTime } from "./dates.ts";

/** An error of KSeF: its five digits, its sentence, and what it says beside. */
export interface KsefError {
  readonly code: number;
  readonly description: string;
  readonly details?: readonly string[];
}

/** What the form of an error depends on; `wall` in ms since 1970. */
export interface Asked {
  readonly headers: RequestHeaders;
  readonly wall: number;
}

/** 400 in the form that was asked for: `X-Error-Format: problem-details`, or else the older exception. */
export function badRequest(asked: Asked, ...errors: readonly KsefError[]): Answer {
  return withErrors(asked, 400, "Bad Request", errors);
}

/** An error with a list of codes under any status. */
export function withErrors(asked: Asked, status: number, title: string, errors: readonly KsefError[]): Answer {
  if (wantsProblem(asked)) return problem(asked, status, title, errors[0]?.description ?? title, { errors: errors.map(({ code, description, details = [] }) => ({ code, description, details })) });
  const exceptionDetailList = errors.map(({ code, description, details = [] }) => ({ exceptionCode: code, exceptionDescription: description, details }));
  return json(status, { exception: { exceptionDetailList, serviceCode: "sandbox", serviceCtx: "sandbox", serviceName: "Undefined", timestamp: isoTime(asked.wall) } });
}

/** 21184: the session cannot be used for a time, and nothing was done. Source: the operator in CIRFMF/ksef-api, issue 864. */
export function unavailable(session: string): KsefError {
  return { code: 21184, description: "Sesja tymczasowo niedostępna.", details: [`Trwają prace serwisowe i sesja ${session} jest tymczasowo niedostępna. Spróbuj ponownie później lub otwórz nową sesję, aby wysłać kolejne faktury.`] };
}

/** 401 and 403 are problem details whatever was asked for. */
export function problem(asked: Asked, status: number, title: string, detail: string, more: object = {}): Answer {
  return json(status, { title, status, detail, timestamp: isoTime(asked.wall), ...more }, { "content-type": "application/problem+json" });
}

/** 429 with the seconds to wait. */
export function tooManyRequests(asked: Asked, retryAfterMs: number): Answer {
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1000));
  const detail = `Przekroczono limit żądań. Spróbuj ponownie po ${seconds} sekundach.`;
  const headers = { "retry-after": String(seconds) };
  if (wantsProblem(asked)) return { ...problem(asked, 429, "Too Many Requests", detail), headers: { "content-type": "application/problem+json", ...headers } };
  return json(429, { status: { code: 429, description: "Too Many Requests", details: [detail] } }, headers);
}

/** A JSON answer that nothing may keep. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, value, { "cache-control": "no-store", ...headers });
}

/** 204. */
export function noContent(): Answer {
  return { status: 204, headers: {}, body: bytesBody(new Uint8Array(0)) };
}

function wantsProblem({ headers }: Asked): boolean {
  return headers["x-error-format"] === "problem-details";
}
