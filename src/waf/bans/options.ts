import { z } from "zod";
import { parseNetwork } from "../../base/cidr.ts";
import type { ErrorCode } from "../../base/errors.ts";
import { duration, rate, whole } from "../../base/fields.ts";

/*
 * Bans. Off unless written: one application behind a sidecar must never be shut out by a false alarm.
 */

/** Refusals that may count against a client. Those that any honest client meets on a bad day are not among them. */
export const BAN_REASONS = [
  "content-refused", "not-allowed", "principal-missing", "content-invalid", "limited", "no-route", "method-not-allowed",
  "malformed-request", "framing-conflict", "malformed-target", "head-too-large", "client-timeout",
] as const satisfies readonly ErrorCode[];

/** See {@link BAN_REASONS}. */
export type BanReason = (typeof BAN_REASONS)[number];

/** What counts unless it is said. */
const USUAL_REASONS: readonly BanReason[] = ["content-refused", "not-allowed", "principal-missing"];

/** More strikes than this are not counted: it would only mean never. */
const MOST_STRIKES = 100_000;

const NETWORK_WANTED = "a network such as 10.0.0.0/8 or an address";
const AFTER_WANTED = `a rate of at most ${MOST_STRIKES} such as 20/min`;

const network = z.string({ error: () => NETWORK_WANTED }).check(({ value, issues }) => {
  if (parseNetwork(value) === null) issues.push({ code: "custom", path: [], message: NETWORK_WANTED, input: value, continue: true });
});

/** Who is shut out for a while, by the address of the client. */
export const banOptions = z.strictObject({
  /** So many refusals within so long; fewer are forgotten as time goes on. */
  after: rate().refine((one) => one.count <= MOST_STRIKES, { error: () => AFTER_WANTED }).prefault("20/min"),
  for: duration("1s", "30d").prefault("10min"),
  /** Codes of the refusals that count. */
  reasons: z.array(z.enum(BAN_REASONS)).min(1).max(BAN_REASONS.length).prefault([...USUAL_REASONS]),
  /** Never banned, beside loopback and trusted proxies. */
  exempt: z.array(network).max(10_000).prefault([]),
  /** Banned like others although they are on loopback or trusted proxies. */
  include: z.array(network).max(10_000).prefault([]),
  /** The refusal of a banned client is held back so long; 0ms: it is not. */
  tarpit: duration("0ms", "1min").prefault("0ms"),
  /** Refusals held back at once; others go out at once. */
  maxTarpitted: whole(1, 10_000).prefault(100),
});

/** See {@link banOptions}. */
export type BanOptions = z.output<typeof banOptions>;
