import { errors } from "undici";
import { BodyFault } from "../http/message.ts";
import type { AttemptCause } from "./result.ts";

const CONNECT_CAUSES: Readonly<Record<string, AttemptCause>> = {
  ECONNREFUSED: "connect-refused",
  EHOSTUNREACH: "connect-refused",
  ENETUNREACH: "connect-refused",
  ETIMEDOUT: "connect-timeout",
  UND_ERR_CONNECT_TIMEOUT: "connect-timeout",
  ENOTFOUND: "name-lookup",
  EAI_AGAIN: "name-lookup",
};

/** An answer that breaks a framing rule; its text names the rule. */
export class MalformedAnswer extends Error {}

/** Names the cause of a failed attempt; `sent` tells whether the request had been handed to the socket. */
export function causeOfFailure(error: Error, sent: boolean): AttemptCause {
  if (error instanceof BodyFault) return "body-fault";
  if (error instanceof MalformedAnswer) return "malformed-answer";
  const code = codeOf(error);
  if (!sent) return CONNECT_CAUSES[code] ?? (/TLS|SSL|CERT|ALTNAME|SIGNATURE/.test(code) ? "tls" : "connect-failed");
  if (error instanceof errors.HeadersTimeoutError || error instanceof errors.BodyTimeoutError) return "response-timeout";
  if (code === "ECONNRESET" || code === "EPIPE") return "reset";
  if (code === "UND_ERR_SOCKET") return error.message === "other side closed" || error.message === "closed" ? "closed" : "malformed-answer";
  return "malformed-answer";
}

function codeOf(error: Error): string {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } };
  if (typeof code === "string" && code !== "") return code;
  const errorsInside = (error as { errors?: { code?: string }[] }).errors;
  return errorsInside?.[0]?.code ?? (typeof cause?.code === "string" ? cause.code : "");
}
