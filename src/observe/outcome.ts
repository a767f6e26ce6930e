import { ERRORS, type ErrorCode } from "../base/errors.ts";

/** How an exchange ended, seen from far enough for a graph. A closed list, because metrics carry it. */
export const OUTCOMES = ["ok", "client_error", "refused", "upstream_error", "edge_error", "aborted"] as const;

/** See {@link OUTCOMES}. */
export type Outcome = (typeof OUTCOMES)[number];

const BY_SOURCE = { client: "refused", operator: "refused", upstream: "upstream_error", edge: "edge_error" } as const;

/**
 * The outcome of an exchange: `refused` is an answer of Taxgate's own to a request it did not like, `client_error` and
 * `upstream_error` without a code are the platform's own 4xx and 5xx.
 *
 * @param gone the caller went before the answer's end
 * @param cut the platform's answer broke off after its head had gone out
 */
export function outcomeOf(status: number, error: ErrorCode | null, gone: boolean, cut: boolean): Outcome {
  if (gone || error === "client-gone") return "aborted";
  if (error !== null) return BY_SOURCE[ERRORS[error].source];
  if (cut || status >= 500) return "upstream_error";
  return status >= 400 ? "client_error" : "ok";
}
