import { type Answer, jsonAnswer } from "../../answer.ts";
import type { RefusalName } from "../../kind.ts";

/** The platform's standard error (Standard Error Response of the SDK documentation). */
export function errorOf(status: number, errorCode: string, error: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, { error: { propertyName: null, propertyPath: null, errorCode, error, errorMS: error, target: null, innerError: null } }, headers);
}

/** What the gateway says for the engine. */
export function refuse(name: RefusalName, retryAfterMs?: number): Answer {
  const wait = retryAfterMs === undefined ? {} : { "retry-after": String(Math.ceil(retryAfterMs / 1000)) };
  switch (name) {
    case "unauthorized":
      return errorOf(401, "Unauthorized", "the token is not accepted");
    case "not-executed":
      return errorOf(503, "ServiceUnavailable", "limited functionality", wait);
    case "unknown-outcome":
      return errorOf(500, "InternalServerError", "an error occurred");
    case "too-large":
      return errorOf(400, "MaximumSizeExceeded", "the submission is larger than 5 MB");
    case "limited":
      return errorOf(429, "TooManyRequests", "called more often than allowed", { ...wait, "x-rate-limit-remaining": "0" });
    case "no-such-operation":
      return errorOf(404, "NotFound", "no such resource");
  }
}
