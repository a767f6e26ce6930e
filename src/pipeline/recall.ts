import type { Fetch } from "../cache/fetch.ts";
import type { Recalled } from "../cache/look-up.ts";
import type { CachePolicy } from "../cache/policy.ts";
import { claim } from "./claim.ts";
import { createExchange, type Exchange } from "./exchange.ts";
import { forward } from "./forward.ts";
import type { Generation, Surroundings } from "./generation.ts";
import { reuse } from "./reuse.ts";
import { screenContent } from "./screen-content.ts";
import { giveBackUnused, screenLimits } from "./screen-limits.ts";
import type { Route } from "./site.ts";
import { GO_ON, refuse, type Verdict } from "./verdict.ts";

/*
 * recall: answer from memory, wait for the one in flight, or go.
 * Reads the journal for submissions and the cache for routes that keep answers. Refuses a submission as claim.ts says, and
 * with 504 a read whose caller wants what is stored or nothing. A stale answer that may be served is served at once, and
 * fetched anew behind the caller's back.
 */

/** See the top of this file. */
export function recall(x: Exchange, generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  const { cache: policy, submission } = x.route as Route;
  if (submission !== null && generation.journal !== null) return claim(x, submission, generation.journal, around);
  if (policy === null) return GO_ON;
  const recalled = around.cache.recall(policy, x);
  return recalled instanceof Promise ? recalled.then((one) => decide(x, policy, one, generation, around)) : decide(x, policy, recalled, generation, around);
}

function decide(x: Exchange, policy: CachePolicy, recalled: Recalled, generation: Generation, around: Surroundings): Verdict | Promise<Verdict> {
  switch (recalled.kind) {
    case "hit":
      x.cached = recalled.result;
      if (recalled.refresh !== null) void refresh(x, recalled.refresh, generation, around);
      return reuse(x, policy, recalled.resident, recalled, around);
    case "fetch":
      x.cached = "miss";
      x.fetch = recalled.fetch;
      return GO_ON;
    case "bypass":
      x.cached = "bypass";
      return GO_ON;
    case "not-stored":
      x.cached = "refused";
      return refuse("not-stored", "the request asks for a stored answer, and there is none");
    case "gone":
      x.cached = "refused";
      x.endedBy = "client";
      return refuse("client-gone", "the client went away");
  }
}

/** Fetches for the store alone, as the same caller would. Its faults are logged: nobody waits for it. */
async function refresh(x: Exchange, coming: Promise<Fetch | null>, generation: Generation, around: Surroundings): Promise<void> {
  generation.inFlight++;
  try {
    const fetch = await coming;
    if (fetch !== null) await runFetch(x, fetch, generation, around);
  } catch (fault) {
    around.log.error("refreshing failed", { id: x.id, fault: String((fault as Error).stack ?? fault) });
  } finally {
    generation.inFlight--;
  }
}

async function runFetch(x: Exchange, fetch: Fetch, generation: Generation, around: Surroundings): Promise<void> {
  const size = x.body.kind === "bytes" ? x.body.bytes.byteLength : 0;
  if (!around.bodies.take(size)) return fetch.failed();
  const own = { ...createExchange({ ...x, startedAt: around.clock.now() }), ...identified(x), head: { ...x.head, method: x.head.method === "HEAD" ? "GET" : x.head.method }, fetch };
  try {
    // Its head goes to the platform like any other's, although its caller has got his answer.
    if ((await screenContent(own)).kind !== "go-on") return;
    // It is a request of his to the platform, though he does not wait for it.
    if ((await screenLimits(own, generation, around)).kind !== "go-on") return;
    const verdict = await forward(own, generation, around);
    if (verdict.kind === "refuse") own.error = verdict.code;
    giveBackUnused(own);
    if (verdict.kind === "answer" && verdict.answer.body.kind === "source") verdict.answer.body.source.cancel();
  } finally {
    fetch.abandoned();
    around.bodies.give(size);
  }
}

function identified({ site, route, routeClass, clientAddress, host, path, query, principal, taxpayer, region, traceparent }: Exchange): Partial<Exchange> {
  return { site, route, routeClass, clientAddress, host, path, query, principal, taxpayer, region, traceparent };
}
