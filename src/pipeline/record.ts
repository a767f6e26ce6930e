import type { ExchangeSummary } from "../observe/exchange-summary.ts";
import { outcomeOf } from "../observe/outcome.ts";
import { traceIdOf } from "../observe/trace.ts";
import type { Judgement } from "../waf/judgement.ts";
import { fieldsOf } from "../waf/waf.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import { giveBackUnused } from "./screen-limits.ts";

/*
 * record: what is told about an exchange once it is over.
 * Runs always, also after a refusal, a fault or an abort: metrics and the access line, with who ended it, in which
 * phase, and why.
 */

/** See the top of this file. */
export function record(x: Exchange, around: Surroundings): void {
  x.fetch?.abandoned();
  giveBackUnused(x);
  if (x.error !== null) around.bans?.struck(x.clientAddress, x.error);
  const end = summary(x, around.clock.now());
  around.metrics.exchangeEnded(end);
  if (x.submitted !== null) around.metrics.submissionTried(end.site as string, end.route as string, x.submitted);
  around.access.write(end);
}

/** Fields that a line names; what the firewall logs has more. */
const MOST_FIELDS = 4;

function found({ score, findings }: Judgement): ExchangeSummary["waf"] {
  return { score, rules: [...new Set(findings.map(({ rule }) => rule))].join(" "), fields: fieldsOf(findings).slice(0, MOST_FIELDS).join(" ") };
}

function summary(x: Exchange, endedAt: number): ExchangeSummary {
  return {
    id: x.id,
    listener: x.caller.listener,
    client: x.clientAddress,
    method: x.head.method,
    path: x.path,
    query: x.query,
    version: x.head.version,
    site: x.site === null ? null : x.site.name,
    route: x.route === null ? null : x.route.name,
    routeClass: x.routeClass,
    region: x.lastTried === null ? x.region : x.lastTried.region,
    endpoint: x.lastTried === null ? null : x.lastTried.endpoint,
    status: x.status,
    sentBytes: x.sentBytes,
    endedBy: x.endedBy,
    phase: x.phase,
    cache: x.cached,
    submission: x.submitted,
    limit: x.limit,
    reason: x.reason,
    waf: x.judgement === null || x.judgement.findings.length === 0 ? null : found(x.judgement),
    error: x.error,
    outcome: outcomeOf(x.status, x.error, x.endedBy === "client" || x.status === 0, x.endedBy === "upstream" && x.error === null),
    attempts: x.attempts,
    principal: x.principal,
    taxpayer: x.taxpayer,
    traceId: x.traceparent === null ? null : traceIdOf(x.traceparent),
    startedAt: x.startedAt,
    endedAt,
    ends: x.ends,
  };
}
