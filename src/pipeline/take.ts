import type { Fetch } from "../cache/fetch.ts";
import type { Answer } from "../http/message.ts";
import { forwardedStatus } from "./cache-status.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import { heardAlong } from "./learn.ts";
import { reuse } from "./reuse.ts";
import { giveBackUnused } from "./screen-limits.ts";
import type { Route } from "./site.ts";
import { downstreamHeaders } from "./upstream-head.ts";
import { refuse, type Verdict } from "./verdict.ts";
import { voidedBy } from "./voids.ts";

/*
 * What a platform's answer, or the lack of one, means to the cache, and what the caller gets of it.
 */

/** Passes an answer on, keeps it, or puts a stored one in its place. `region` is the one that answered. */
export function take(x: Exchange, answer: Answer, region: string, around: Surroundings): Verdict | Promise<Verdict> {
  if ((x.route as Route).learns === null) return voided(x, answer, region, around);
  const heard = heardAlong(x, answer, region, around);
  return heard instanceof Promise ? heard.then((one) => voided(x, one, region, around)) : voided(x, heard, region, around);
}

function voided(x: Exchange, answer: Answer, region: string, around: Surroundings): Verdict | Promise<Verdict> {
  const seen = voidedBy(x, answer, around);
  return seen instanceof Promise ? seen.then((one) => taken(x, one, region, around)) : taken(x, seen, region, around);
}

function taken(x: Exchange, seen: Answer, region: string, around: Surroundings): Verdict | Promise<Verdict> {
  const { fetch } = x;
  if (fetch === null) return { kind: "answer", reason: "forwarded", answer: passed(x, seen, x.cached === "bypass" ? forwardedStatus(isRead(x) ? "bypass" : "method", seen.status, false) : null) };
  if (fetch.isNotNow(seen.status) && fetch.fallback === null && helpsElsewhere(fetch)) return failedHere(x, fetch, seen, region, around);
  return answered(x, fetch, seen, region, around);
}

function helpsElsewhere({ plan: { policy, mayFallBack, background } }: Fetch): boolean {
  return mayFallBack && !background && policy.options.scope === "national";
}

async function failedHere(x: Exchange, fetch: Fetch, seen: Answer, region: string, around: Surroundings): Promise<Verdict> {
  const other = await around.cache.elsewhere(fetch.plan.policy, x);
  if (other === null) return answered(x, fetch, seen, region, around);
  fetch.failed();
  if (seen.body.kind === "source") seen.body.source.cancel();
  return reuse(x, fetch.plan.policy, other, { result: "stale", stale: "other-region" }, around);
}

function isRead({ head: { method } }: Exchange): boolean {
  return method === "GET" || method === "HEAD";
}

function answered(x: Exchange, fetch: Fetch, seen: Answer, region: string, around: Surroundings): Verdict | Promise<Verdict> {
  const made = fetch.answered({ status: seen.status, headers: seen.headers, body: seen.body, region });
  if (made.kind === "pass") {
    const kept = passed(x, { ...seen, body: made.body }, forwardedStatus(fetch.plan.why, seen.status, made.stored));
    return { kind: "answer", reason: "forwarded", answer: made.mayBeEncoded ? { ...kept, headers: [...kept.headers, "Vary", "Accept-Encoding"] } : kept };
  }
  if (seen.body.kind === "source") seen.body.source.cancel();
  if (made.kind === "mismatch") return refuse("malformed-answer", "the platform confirmed another answer than it was asked about; try again");
  const how = made.kind === "confirmed" ? ({ result: "revalidated", stale: null } as const) : ({ result: "stale", stale: "if-error" } as const);
  return reuse(x, fetch.plan.policy, made.resident, how, around);
}

/** No answer came: a stored one is served where the route allows it, of another region only where its data is national. */
export function fallBack(x: Exchange, fetch: Fetch, refusal: Verdict, around: Surroundings): Verdict | Promise<Verdict> {
  const { fallback } = fetch;
  fetch.failed();
  const { policy } = fetch.plan;
  if (fallback !== null) return served(x, refusal, () => reuse(x, policy, fallback, { result: "stale", stale: "if-error" }, around));
  if (!helpsElsewhere(fetch)) return refusal;
  return around.cache.elsewhere(policy, x).then((other) => (other === null ? refusal : served(x, refusal, () => reuse(x, policy, other, { result: "stale", stale: "other-region" }, around))));
}

/** The caller is served after all: who failed meanwhile is no longer why the exchange ended. */
function served(x: Exchange, refusal: Verdict, serve: () => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  // Nothing tells of it afterwards.
  if (refusal.kind === "refuse") giveBackUnused(x, refusal.code);
  x.endedBy = "none";
  x.reason = "";
  return serve();
}

function passed(x: Exchange, answer: Answer, status: string | null): Answer {
  const headers = downstreamHeaders(x, answer);
  if (status !== null) headers.push("Cache-Status", status);
  return { status: answer.status, headers, body: answer.body };
}
