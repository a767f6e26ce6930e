import type { Answer, BodyFaultCause } from "../http/message.ts";

/** Why an attempt ended as it did. Closed: it is a metric label. */
export type AttemptCause =
  | "answer"
  | "breaker-open"
  | "paced"
  | "overloaded"
  | "queue-timeout"
  | "connect-refused"
  | "connect-timeout"
  | "name-lookup"
  | "tls"
  | "connect-failed"
  | "cancelled"
  | "reset"
  | "closed"
  | "response-timeout"
  | "total-timeout"
  | "malformed-answer"
  | "body-fault";

/**
 * What became of one attempt. The line between `not-sent` and `in-doubt` is whether a byte was handed to the socket,
 * never a status code: only what was not sent may be sent again blindly.
 */
export type AttemptResult =
  | { readonly kind: "answered"; readonly cause: "answer"; readonly answer: Answer; readonly endpoint: string; readonly region: string }
  | { readonly kind: "refused"; readonly cause: AttemptCause; readonly detail: string; readonly retryAfter: number }
  | { readonly kind: "not-sent"; readonly cause: AttemptCause; readonly detail: string; readonly endpoint: string }
  | { readonly kind: "in-doubt"; readonly cause: AttemptCause; readonly detail: string; readonly endpoint: string; readonly bodyFault: BodyFaultCause | null };
