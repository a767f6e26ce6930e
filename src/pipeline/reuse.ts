import type { CachePolicy } from "../cache/policy.ts";
import type { CacheResult, StaleReason } from "../cache/reasons.ts";
import type { Representation } from "../cache/representation.ts";
import type { Resident } from "../cache/resident.ts";
import { rangeOf } from "../http/byte-range.ts";
import { fieldsOf304, isConditional, isNotModified } from "../http/conditional.ts";
import { headerValue, withoutFields } from "../http/headers.ts";
import { NO_BODY, type Answer } from "../http/message.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import { cacheStatus } from "./cache-status.ts";
import type { Verdict } from "./verdict.ts";

/*
 * The answer that a stored entry gives to one caller: whole, in an encoding it accepts, a part of it, or the news that
 * it has not changed.
 */

const LENGTH: ReadonlySet<string> = new Set(["content-length"]);

/** How an entry came to be used. */
export interface Reuse {
  readonly result: CacheResult;
  readonly stale: StaleReason | null;
}

/** Answers from an entry. Waits only where an encoding is made for the first time. */
export function reuse(x: Exchange, policy: CachePolicy, resident: Resident, how: Reuse, around: Surroundings): Verdict | Promise<Verdict> {
  x.cached = how.result;
  if (how.stale !== null && x.fetch?.plan.background !== true) around.metrics.staleServed(how.stale);
  const age = Math.max(0, around.clock.now() - resident.bornAt);
  const own = ["Age", String(Math.floor(age / 1000)), "X-Request-Id", x.id, "Cache-Status", cacheStatus(x, resident, how, age, around.cache.degraded)];
  // Whoever asks one region and is answered by another has to be able to see it.
  if (resident.answer.region !== x.region) own.push("Taxgate-Region", resident.answer.region);
  const special = partly(x, resident, own, around);
  if (special !== null) return verdict(special, how);
  if (!resident.encodable) return verdict(whole(resident, resident.plain, own), how);
  const shown = around.cache.represent(resident, policy, headerValue(x.head.headers, "accept-encoding"));
  return shown instanceof Promise ? shown.then((one) => verdict(whole(resident, one, own), how)) : verdict(whole(resident, shown, own), how);
}

function verdict(answer: Answer, { result }: Reuse): Verdict {
  return { kind: "answer", reason: result, answer };
}

function whole(resident: Resident, shown: Representation, own: readonly string[]): Answer {
  return { status: resident.answer.status, headers: own, body: shown, prepared: shown };
}

/** 304, 206 or 416, where the caller asks for it and the entry can tell (RFC 9110 sections 13 and 14). */
function partly(x: Exchange, resident: Resident, own: readonly string[], around: Surroundings): Answer | null {
  const { method, headers } = x.head;
  if (resident.answer.status !== 200 || (method !== "GET" && method !== "HEAD")) return null;
  const { plain } = resident;
  if (isConditional(headers) && isNotModified(headers, resident, around.clock.wall())) return { status: 304, headers: [...fieldsOf304(plain.headers), ...own], body: NO_BODY };
  if (method === "HEAD" || headerValue(headers, "range") === undefined) return null;
  const { bytes } = plain;
  const range = rangeOf(headers, bytes.byteLength, resident, around.clock.wall());
  if (range.kind === "whole") return null;
  const fields = withoutFields(plain.headers, LENGTH);
  if (range.kind === "unsatisfiable") return { status: 416, headers: [...own, "Content-Range", `bytes */${bytes.byteLength}`], body: NO_BODY };
  const part = bytes.subarray(range.start, range.end + 1);
  return { status: 206, headers: [...fields, ...own, "Content-Range", `bytes ${range.start}-${range.end}/${bytes.byteLength}`], body: { kind: "bytes", bytes: part } };
}
