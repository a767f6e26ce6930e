import { ERRORS } from "../base/errors.ts";
import { ORDER_FAILURES } from "./certificate-recorders.ts";
import { OUTCOMES } from "./outcome.ts";
import { CLIENT_REFUSALS } from "./tls-recorders.ts";
import { TUNNEL_RESULTS } from "./tunnel-recorders.ts";

/**
 * Where a label's values come from: a list that stands here, a closed list of another room, the build, or names that
 * the operator chose. Only the last kind can grow, and counts against the metric's budget.
 */
export type LabelValues = readonly string[] | "phases" | "route classes" | "attempt causes" | "cache" | "journal" | "build" | "configuration";

/** A label of a metric. */
export interface LabelSpec {
  readonly name: string;
  readonly values: LabelValues;
}

/** One metric as it is registered and as the README shows it. */
export interface MetricSpec {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** Base unit; `1` counts things. */
  readonly unit: "1" | "seconds" | "bytes" | "state";
  readonly help: string;
  readonly labels: readonly LabelSpec[];
  /** Series from configuration that are kept apart; the rest is counted under `other`. */
  readonly budget: number;
  /** Upper bounds of a histogram's buckets, rising. */
  readonly buckets?: readonly number[];
}

const label = (name: string, values: LabelValues): LabelSpec => ({ name, values });
const listener = label("listener", "configuration");
const site = label("site", "configuration");
const route = label("route", "configuration");
const region = label("region", "configuration");
const endpoint = label("endpoint", "configuration");
const routeClass = label("class", "route classes");
const outcome = label("outcome", OUTCOMES);
const STATES = ["closed", "half-open", "open"] as const;
const expiryKind = label("kind", ["own", "client", "platform", "bundle", "revocation-list", "authority", "credential"]);
const expiryName = label("name", "configuration");

type Rest = Partial<Pick<MetricSpec, "labels" | "budget" | "buckets" | "unit">>;
const metric = <Name extends string, Type extends MetricSpec["type"]>(
  name: Name, type: Type, help: string, rest: Rest = {},
): MetricSpec & { readonly name: Name; readonly type: Type } => ({ name, type, help, unit: "1", labels: [], budget: 1000, ...rest });

/** Every metric there is. The README's table is tested against this one in both directions. */
export const METRICS = [
  metric("taxgate_requests_total", "counter", "exchanges that ended", { labels: [listener, site, route, routeClass, region, outcome], budget: 2000 }),
  metric("taxgate_request_duration_seconds", "histogram", "time from the end of the head to the end of the answer", {
    unit: "seconds", labels: [routeClass, outcome], buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  }),
  metric("taxgate_phase_seconds_total", "counter", "time spent in a phase, waiting included", { unit: "seconds", labels: [label("phase", "phases")] }),
  metric("taxgate_phases_total", "counter", "times a phase ran", { labels: [label("phase", "phases")] }),
  metric("taxgate_errors_total", "counter", "answers that Taxgate made itself, by error code", { labels: [label("code", Object.keys(ERRORS))] }),
  metric("taxgate_attempts_total", "counter", "attempts to reach a platform; endpoint is its place in the region's list", {
    labels: [site, region, endpoint, routeClass, label("result", ["answered", "refused", "not-sent", "in-doubt"]), label("cause", "attempt causes")], budget: 2000,
  }),
  metric("taxgate_attempt_duration_seconds", "histogram", "time of one attempt up to the answer's head or its failure", {
    unit: "seconds", labels: [region, routeClass], budget: 200, buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120],
  }),
  metric("taxgate_cache_requests_total", "counter", "requests to routes that keep answers, by what the cache made of them", {
    labels: [site, route, label("result", "cache")], budget: 1000,
  }),
  metric("taxgate_cache_stale_total", "counter", "stale answers served, by why that was allowed", { labels: [label("reason", "cache")] }),
  metric("taxgate_cache_not_stored_total", "counter", "answers that were not stored and requests that were not looked up, by why", {
    labels: [site, route, label("reason", "cache")], budget: 2000,
  }),
  metric("taxgate_cache_entries", "gauge", "entries in memory, and one mark for each key whose answers have a Vary"),
  metric("taxgate_cache_bytes", "gauge", "bytes that the entries in memory take, their overhead included", { unit: "bytes" }),
  metric("taxgate_cache_max_bytes", "gauge", "bound on taxgate_cache_bytes", { unit: "bytes" }),
  metric("taxgate_cache_evictions_total", "counter", "entries that went for want of room"),
  metric("taxgate_cache_waiting", "gauge", "callers that wait for another's fetch at this moment"),
  metric("taxgate_cache_invalidations_total", "counter", "invalidations, by what they named", { labels: [label("kind", "cache")] }),
  metric("taxgate_cache_invalidated_entries_total", "counter", "entries in memory that an invalidation hit"),
  metric("taxgate_cache_shared_up", "gauge", "1 where the tier that instances share answers, 0 where memory serves alone or none is configured", { unit: "state" }),
  metric("taxgate_cache_shared_operations_total", "counter", "operations on the tier that instances share", { labels: [label("operation", "cache"), label("result", "cache")] }),
  metric("taxgate_cache_shared_duration_seconds", "histogram", "how long they took", {
    unit: "seconds", labels: [label("operation", "cache")], buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5],
  }),
  metric("taxgate_submissions_total", "counter", "tries of submissions on journalled routes, by what they met", { labels: [site, route, label("result", "journal")] }),
  metric("taxgate_submissions_in_doubt_total", "counter", "submissions of which nobody knew what became of them, by why", { labels: [site, route, label("cause", "journal")] }),
  metric("taxgate_submissions_resolved_total", "counter", "doubts that came to their end, by how", { labels: [site, route, label("how", "journal")] }),
  metric("taxgate_platform_duplicates_total", "counter", "answers that said the platform knows the submission already, by what that means", { labels: [site, route, label("means", ["same", "check", "conflict"])] }),
  metric("taxgate_deferred_total", "counter", "submissions accepted for later delivery that are over, by how", { labels: [site, route, label("how", ["accepted", "rejected", "expired"])] }),
  metric("taxgate_verdicts_total", "counter", "verdicts of the platform on what it had taken in, by how they came to be known", {
    labels: [site, route, label("verdict", ["accepted", "rejected", "unsent"]), label("how", ["passing", "asked", "assumed"])],
  }),
  metric("taxgate_verdicts_ignored_total", "counter", "verdicts in answers that did not count, by why", {
    labels: [site, route, label("why", ["stranger", "elsewhere", "ambiguous", "too-early", "unsure"])],
  }),
  metric("taxgate_answers_unheard_total", "counter", "answers on routes with learns that were not learnt from, by why", { labels: [site, route, label("why", ["too-large", "undecodable"])] }),
  metric("taxgate_provisional_oldest_seconds", "gauge", "age of the oldest submission that awaits the platform's verdict, 0 where there is none", { unit: "seconds" }),
  metric("taxgate_provisional_unheard", "gauge", "1 where more submissions await their verdict than memory knows, so that answers do not find some", { unit: "state" }),
  metric("taxgate_journal_entries", "gauge", "entries of the journal by state, archives included", { labels: [label("state", "journal")] }),
  metric("taxgate_journal_oldest_open_seconds", "gauge", "age of the oldest entry whose outcome is not known, 0 where there is none", { unit: "seconds" }),
  metric("taxgate_journal_under_way", "gauge", "submissions under way in this process, those in doubt among them"),
  metric("taxgate_journal_resolving", "gauge", "doubts that are being resolved at this moment"),
  metric("taxgate_journal_queued", "gauge", "submissions accepted for later delivery that wait"),
  metric("taxgate_journal_unsettled", "gauge", "outcomes that are known and could not be written yet; above 0 the instance is not ready"),
  metric("taxgate_journal_writable", "gauge", "1 where the last write to the journal went well, 0 where it did not or there is none", { unit: "state" }),
  metric("taxgate_journal_bytes", "gauge", "bytes of the journal on disk", { unit: "bytes" }),
  metric("taxgate_journal_commit_duration_seconds", "histogram", "time in which a group of changes became durable", {
    unit: "seconds", buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  }),
  metric("taxgate_journal_group_size", "histogram", "changes that became durable together", { buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024] }),
  metric("taxgate_journal_faults_total", "counter", "groups of changes that could not be written, by why", { labels: [label("kind", "journal")] }),
  metric("taxgate_pace_turns_total", "counter", "requests toward a platform that its limits count, by whether they went at once, after a wait for their turn, or not at all because the caller was told to come again", {
    labels: [site, label("group", "configuration"), label("result", ["at-once", "waited", "told"])],
  }),
  metric("taxgate_pace_wait_seconds_total", "counter", "time that requests waited for their turn", { unit: "seconds", labels: [site, label("group", "configuration")] }),
  metric("taxgate_pace_answers_total", "counter", "answers in which a platform said how long to wait: with a refusal (429), or beside its answer", {
    labels: [site, label("group", "configuration"), label("kind", ["refused", "wait"])],
  }),
  metric("taxgate_pace_waiting", "gauge", "requests that wait for their turn", { labels: [site, label("group", "configuration")] }),
  metric("taxgate_pace_quiet", "gauge", "scopes of which a platform wants to hear nothing at this moment", { labels: [site, label("group", "configuration")] }),
  metric("taxgate_limit_requests_total", "counter", "requests by what a caller's limit made of them; those that begin with would- were let through by a limit that is tried out", {
    labels: [label("limit", "configuration"), label("result", ["allowed", "queued", "refused", "would-queue", "would-refuse"])],
  }),
  metric("taxgate_limit_waiting", "gauge", "requests that wait in a caller's limit", { labels: [label("limit", "configuration")] }),
  metric("taxgate_limit_wait_seconds", "histogram", "how long they waited there, of those that went", {
    unit: "seconds", labels: [label("limit", "configuration")], budget: 200, buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
  }),
  metric("taxgate_limit_degraded", "gauge", "1 where limits with shared: true are kept by each Taxgate alone, because the shared counters do not answer; 0 where they do, or no limit is shared", { unit: "state" }),
  metric("taxgate_limit_shared_total", "counter", "requests that the shared counters were asked about, by what came of it; with any but ok this Taxgate's own counters decided", {
    labels: [label("result", ["ok", "down", "timeout", "error"])],
  }),
  metric("taxgate_limit_shared_duration_seconds", "histogram", "how long that took", { unit: "seconds", buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5] }),
  metric("taxgate_admission_refused_total", "counter", "requests that stand on no allowlist (client to taxpayer) or are not as requests of their route must be (header to file), by which; action detect let them through", {
    labels: [site, route, label("reason", ["client", "path", "method", "principal-missing", "principal", "unnamed", "taxpayer", "header", "query", "type", "body", "depth", "members", "json", "xml", "file"]), label("action", ["enforce", "detect"])],
  }),
  metric("taxgate_waf_requests_total", "counter", "requests that the firewall looked at, by what came of it: nothing found, too little found, enough found but only told of, stopped", {
    labels: [site, route, label("result", ["clean", "noticed", "would-stop", "stopped"])],
  }),
  metric("taxgate_waf_findings_total", "counter", "findings of the firewall by class of attack and severity; action enforce counted toward stopping the request", {
    labels: [label("class", "configuration"), label("severity", ["critical", "error", "warning", "notice"]), label("action", ["enforce", "detect"])],
  }),
  metric("taxgate_waf_trial_total", "counter", "requests that the rules on trial looked at too, by how their end compares with that of the rules in use", {
    labels: [site, route, label("result", ["same", "stops-more", "stops-less"])],
  }),
  metric("taxgate_waf_stopped_share", "gauge", "of the requests of a route that the firewall looked at within waf.alarm.window: the share that it stopped, from 0 to 1", { labels: [site, route] }),
  metric("taxgate_waf_ruleset_info", "gauge", "always 1: the set of rules in use, and the one on trial", { unit: "state", labels: [label("version", "configuration"), label("use", ["acting", "trial"])] }),
  metric("taxgate_certificate_swaps_total", "counter", "certificates that came into use while the process runs, and those that ended without another", { labels: [label("certificate", "configuration")], budget: 500 }),
  metric("taxgate_certificate_orders_total", "counter", "orders of certificates by what came of them: issued, or why not", {
    labels: [label("certificate", "configuration"), label("result", ["issued", ...ORDER_FAILURES])], budget: 500,
  }),
  metric("taxgate_certificate_not_after_timestamp_seconds", "gauge", "when something ends, in seconds since 1970: certificates that are shown to callers (own) and platforms (client), those that platforms show (by host and port), the first to end in files of trusted authorities and revocation lists, private authorities, and what persons renew at platforms", {
    unit: "seconds", labels: [expiryKind, expiryName],
  }),
  metric("taxgate_certificate_stage", "gauge", "how near that is: 0 fine, 1 within 30 days or to be begun, 2 within 14, 3 within 7, 4 within 2, 5 ended or not valid yet; for what lives less than 90 days in proportion, for what is renewed by a program only once it is late; 4 and 5 call for somebody", {
    unit: "state", labels: [expiryKind, expiryName],
  }),
  metric("taxgate_certificate_next_try_timestamp_seconds", "gauge", "when a certificate is ordered next, as far as is known, in seconds since 1970", { unit: "seconds", labels: [label("certificate", "configuration")], budget: 500 }),
  metric("taxgate_tls_handshakes_total", "counter", "TLS handshakes that succeeded, by version, and by whether an earlier session was resumed", {
    labels: [listener, label("version", ["1.2", "1.3"]), label("resumed", ["yes", "no"])], budget: 200,
  }),
  metric("taxgate_client_certificates_refused_total", "counter", "TLS handshakes that came to nothing for the client's certificate: it showed none, or one that is revoked, run out or of an authority that is not trusted; list-expired and list-missing are about the revocation lists in clientCrl, and hit every client of that authority", {
    labels: [listener, label("reason", CLIENT_REFUSALS)], budget: 200,
  }),
  metric("taxgate_connections_refused_total", "counter", "connections refused, or ended before their time: the listener is full, too many of one client, banned or idle in a crowd, the TLS handshake failed, no request in time, a flood of frames", {
    labels: [listener, label("reason", ["full", "per-client", "banned", "crowded", "handshake", "slow-head", "flood"])],
  }),
  metric("taxgate_tunnels_total", "counter", "CONNECT requests to forward proxies, by what came of them: intercepted, passed on unread, or refused (malformed, without a known user, to a host that is not listed, for want of a connection or a certificate)", {
    labels: [listener, label("result", TUNNEL_RESULTS)],
  }),
  metric("taxgate_tunnels_open", "gauge", "tunnels through forward proxies that are open at this moment", { labels: [listener, label("kind", ["intercepted", "passed"])] }),
  metric("taxgate_tunnel_bytes_total", "counter", "bytes that forward proxies passed on unread: out toward the host, in toward the client", {
    unit: "bytes", labels: [listener, label("direction", ["in", "out"])],
  }),
  metric("taxgate_bans", "gauge", "clients that are shut out at this moment"),
  metric("taxgate_bans_total", "counter", "clients that were shut out, by the code of the refusal that was one too many", {
    labels: [label("reason", Object.keys(ERRORS))],
  }),
  metric("taxgate_retries_total", "counter", "attempts after the first one"),
  metric("taxgate_breaker_state", "gauge", "0 closed, 1 half-open, 2 open", { unit: "state", labels: [site, region, routeClass] }),
  metric("taxgate_breaker_transitions_total", "counter", "changes of a breaker's state, by the new one", { labels: [site, region, routeClass, label("to", STATES)] }),
  metric("taxgate_endpoint_up", "gauge", "1 where an endpoint takes requests, 0 where it is out", { unit: "state", labels: [site, region, endpoint] }),
  metric("taxgate_pool_connections", "gauge", "connections to an endpoint", { labels: [site, region, endpoint, label("state", ["busy", "idle"])] }),
  metric("taxgate_pool_waiting", "gauge", "requests that wait for a connection", { labels: [site, region, endpoint] }),
  metric("taxgate_concurrency_limit", "gauge", "calls that may be under way at an endpoint at this moment", { labels: [site, region, endpoint] }),
  metric("taxgate_concurrency_in_flight", "gauge", "calls under way at an endpoint, up to the answer's head", { labels: [site, region, endpoint] }),
  metric("taxgate_concurrency_waiting", "gauge", "calls that wait for one under way to end", { labels: [site, region, endpoint] }),
  metric("taxgate_shed_total", "counter", "requests refused for load, by why: this process' own event loop or memory, a full queue, a wait that would be too long, a queue that stands, a wait that was too long; a submission of the journal counts at each try, though a later one may go", {
    labels: [routeClass, label("reason", ["lag", "memory", "queue-full", "too-late", "standing-queue", "timed-out", "stopped"])],
  }),
  metric("taxgate_overload_pressure", "gauge", "0 nothing is refused for this process' own load, 1 all reads are, 2 all but submissions, 3 everything"),
  metric("taxgate_open_sockets", "gauge", "sockets open at this moment", { labels: [label("side", ["client", "upstream"])] }),
  metric("taxgate_exchanges_in_flight", "gauge", "exchanges that have begun and not ended"),
  metric("taxgate_config_generation", "gauge", "number of the configuration in use, from 1"),
  metric("taxgate_config_last_reload_success", "gauge", "1 where the last reload was applied or had nothing to change, else 0", { unit: "state" }),
  metric("taxgate_config_reloads_total", "counter", "reloads by result", { labels: [label("result", ["applied", "unchanged", "refused"])] }),
  metric("taxgate_generations_alive", "gauge", "configurations that still serve exchanges; above 2 for long is a leak"),
  metric("taxgate_event_loop_lag_seconds", "gauge", "how long the event loop took to come round when this was scraped", { unit: "seconds" }),
  metric("taxgate_event_loop_busy_seconds_total", "counter", "time in which the event loop was not waiting", { unit: "seconds" }),
  metric("taxgate_series_folded_total", "counter", "times a value was counted under `other` because its metric's budget of series was used up", {
    labels: [label("metric", ["taxgate_requests_total", "taxgate_cache_requests_total", "taxgate_cache_not_stored_total", "taxgate_submissions_total", "taxgate_submissions_in_doubt_total", "taxgate_submissions_resolved_total", "taxgate_attempts_total", "taxgate_attempt_duration_seconds", "taxgate_breaker_transitions_total"])],
  }),
  metric("taxgate_log_lines_dropped_total", "counter", "log lines lost because the reader of standard output was too slow"),
  metric("taxgate_build_info", "gauge", "always 1", { unit: "state", labels: [label("version", "build"), label("node", "build")] }),
  metric("taxgate_start_time_seconds", "gauge", "when this process started, in seconds since 1970", { unit: "seconds" }),
  metric("process_cpu_seconds_total", "counter", "processor time of this process, user and system", { unit: "seconds" }),
  metric("process_resident_memory_bytes", "gauge", "resident memory of this process", { unit: "bytes" }),
  metric("nodejs_heap_size_used_bytes", "gauge", "JavaScript heap in use", { unit: "bytes" }),
  metric("nodejs_external_memory_bytes", "gauge", "memory outside the heap that JavaScript objects hold, buffers among it", { unit: "bytes" }),
] as const;

type Metric = (typeof METRICS)[number];

/** Name of any metric. */
export type MetricName = Metric["name"];
/** Name of a metric whose value can be asked for when it is scraped. */
export type PulledName = Extract<Metric, { type: "counter" | "gauge" }>["name"];

/** The metric of that name. */
export function specOf(name: MetricName): MetricSpec {
  return METRICS.find((spec) => spec.name === name) as MetricSpec;
}

/** Where a label's values come from, in words. */
function valuesInWords(values: LabelValues): string {
  if (typeof values === "string") return `from ${values}`;
  return values.length > 8 ? "closed list" : values.join(" \\| ");
}

/** The table of all metrics in Markdown, a line a metric, for the README. */
export function metricsMarkdown(): string {
  const lines = METRICS.map((spec: MetricSpec) => {
    const labels = spec.labels.map((one) => `\`${one.name}\` (${valuesInWords(one.values)})`).join(", ");
    return `| \`${spec.name}\` | ${spec.type} | ${labels} | ${spec.help} |`;
  });
  return ["| metric | type | labels | meaning |", "|---|---|---|---|", ...lines, ""].join("\n");
}
