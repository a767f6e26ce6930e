import { createCache } from "../../src/cache/cache.ts";
import { byteBudget } from "../../src/base/byte-budget.ts";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { NO_BODY, type Answer, type Body, type BodySource, type Headers } from "../../src/http/message.ts";
import { identityOptions } from "../../src/identity/options.ts";
import type { Journal } from "../../src/journal/journal.ts";
import type { Ways } from "../../src/journal/way.ts";
import { createLimits } from "../../src/limits/caller/limits.ts";
import { limitsOptions } from "../../src/limits/caller/options.ts";
import { createPaces } from "../../src/limits/pace/paces.ts";
import type { ExchangeSummary } from "../../src/observe/exchange-summary.ts";
import { compileGeneration } from "../../src/pipeline/compile-generation.ts";
import { createExchange, type Exchange } from "../../src/pipeline/exchange.ts";
import type { Generation, Surroundings } from "../../src/pipeline/generation.ts";
import { handle } from "../../src/pipeline/handle.ts";
import { errorForm } from "../../src/pipeline/error-form.ts";
import { routeOptions, type SiteOptions } from "../../src/pipeline/options.ts";
import type { CallControl, UpstreamCall } from "../../src/upstream/call.ts";
import type { UpstreamTls } from "../../src/upstream/connections.ts";
import type { Estate } from "../../src/upstream/gate.ts";
import { upstreamOptions, type RegionOptions } from "../../src/upstream/options.ts";
import type { RegionUpstream } from "../../src/upstream/region-upstream.ts";
import { createRegions } from "../../src/upstream/regions.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { retryBudget } from "../../src/upstream/retry-budget.ts";
import type { Judgement } from "../../src/waf/judgement.ts";
import type { Unadmitted } from "../../src/waf/positive-security.ts";
import { wafOptions } from "../../src/waf/options.ts";
import { ruleFileOptions, type RuleSetOptions } from "../../src/waf/rules/options.ts";
import { createFirewall } from "../../src/waf/waf.ts";

/** What a region does with one call; the call's number counts from 0 over all regions. */
export type Serve = (call: UpstreamCall, control: CallControl, number: number, region: string) => AttemptResult | Promise<AttemptResult>;

/** A small answer of a platform. */
export function answered(status: number, body = "ok", headers: Headers = []): AttemptResult {
  const answer: Answer = { status, headers, body: body === "" ? NO_BODY : { kind: "bytes", bytes: Buffer.from(body) } };
  return { kind: "answered", cause: "answer", answer, endpoint: "r1/e", region: "r1" };
}

const ROUTES = [
  { name: "submit", class: "submit", match: { methods: ["POST"], path: "/invoices" } },
  { name: "one", class: "read", match: { methods: ["GET", "HEAD"], path: "/invoices/{id}" } },
  { name: "json", class: "control", match: { methods: ["POST"], path: "/json" }, body: { maxBytes: "10B", types: ["application/json"] } },
  { name: "asked", class: "poll", match: { methods: ["GET"], path: "/asked" } },
  { name: "odd", class: "read", match: { path: "/odd/**" }, allow: ["encoded-slash"] },
  { name: "pass", class: "pass", match: { path: "/pass/**" }, body: { maxBytes: "20B" } },
  { name: "told", class: "read", match: { path: "/told" }, forward: { client: true, trace: true, host: true } },
];

/** What a test may set otherwise. */
export interface SetUpOptions {
  readonly hosts?: readonly string[];
  readonly attempts?: number;
  readonly pause?: number;
  readonly bodies?: number;
  readonly up?: (region: string) => boolean;
  /** As written in a configuration. */
  readonly routes?: readonly unknown[];
  readonly identity?: unknown;
  readonly keys?: SiteOptions["keys"];
  readonly errors?: unknown;
  /** What callers are allowed, by name. */
  readonly limits?: unknown;
  /** Where submissions are claimed; nowhere unless written. */
  readonly journal?: (clock: ManualClock, ways: Ways) => Journal;
  /** What the firewall does, and its rules as a file has them; nothing is looked at unless written. */
  readonly waf?: { readonly options?: unknown; readonly acting: unknown; readonly trial?: unknown; /** JSON Schemas by their files. */ readonly schemas?: Readonly<Record<string, unknown>> };
}

/** A pipeline without sockets: real identity, routes, cache and phases, regions by script, time that stands still. */
export function setUp(serve: Serve = () => answered(200), options: SetUpOptions = {}) {
  const { hosts = ["tax.example"], attempts = 3, pause = 50, bodies = 1_000_000, up = () => true, routes = ROUTES, identity = { trustedProxies: ["10.0.0.0/8"] }, keys = {}, errors, limits: allowed = {}, waf } = options;
  const clock = manualClock();
  const calls: { readonly call: UpstreamCall; readonly region: string }[] = [];
  const ends: ExchangeSummary[] = [];
  const logged: unknown[] = [];
  const notStored: string[] = [];
  const staleServed: string[] = [];
  let retried = 0;
  const retries = retryBudget(1, clock);
  const region = (name: string): RegionUpstream => ({
    name, fallback: name === "r1" ? ["r2"] : [], attempts,
    isUp: () => up(name),
    hasOther: () => true,
    responseTimeout: 900, totalTimeout: 1000, retries, pauseAfter: () => pause,
    tunnel: () => ({ kind: "refused", cause: "breaker-open", detail: "", retryAfter: 7 }),
    async call(call, control) {
      calls.push({ call, region: name });
      const result = await serve(call, control, calls.length - 1, name);
      return result.kind === "answered" ? { ...result, region: name } : result;
    },
  });
  const events = { notStored: (_site: string, _route: string, reason: string) => void notStored.push(reason), evicted: () => undefined, invalidated: () => undefined, fault: (where: string, fault: unknown) => void logged.push([where, String(fault)]) };
  const cache = createCache({ clock, maxBytes: 10_000_000, maxEntryBytes: 1_000_000, shared: null, events });
  const regions: RegionOptions[] = ["r1", "r2"].map((name) => ({ name, endpoints: [], taxpayers: [], clients: [], fallback: [], upstream: upstreamOptions.parse({}) }));
  const written: SiteOptions = { name: "main", platform: null, keys, errors: errors === undefined ? undefined : errorForm.parse(errors), hosts, defaultRegion: "r1", regions, identity: identityOptions.parse(identity), routes: routes.map((route) => routeOptions.parse(route)) };
  const estate = { open: () => ({ regions: createRegions([region("r1"), region("r2")]), letGo: () => undefined }) } as unknown as Estate;
  const paces = createPaces({ clock, random: seededRandom(1), events: { went: () => undefined, told: () => undefined, heard: () => undefined } });
  const met: string[] = [];
  const limits = createLimits({ clock, random: seededRandom(1), shared: () => null, events: {
    went: (limit, ms) => void met.push(`${limit} ${ms > 0 ? `queued ${ms}` : "allowed"}`),
    refused: (limit, ms) => void met.push(`${limit} refused ${ms}`),
    would: (limit, what, ms) => void met.push(`${limit} would-${what} ${ms}`),
  } }).open(limitsOptions.parse(allowed));
  const judged: { readonly route: string; readonly judgement: Judgement | null; readonly id: string }[] = [];
  const unadmitted: Unadmitted[] = [];
  const firewall = waf === undefined ? null : createFirewall({ judged: (_site, route, judgement, id) => void judged.push({ route, judgement, id }) }, { unadmitted: (what) => void unadmitted.push(what) }).open(wafOptions.parse(waf.options ?? {}), { acting: ruleSet(waf.acting), trial: waf.trial === undefined ? null : ruleSet(waf.trial) }, waf.schemas);
  const generation: Generation = compileGeneration(1, [written], { estate, cache, journal: options.journal?.(clock, (site, route) => generation.ways(site, route)) ?? null, paces, firewall, limits, material: () => ({}) as UpstreamTls, origin: (url) => url });
  const around: Surroundings = {
    clock, random: seededRandom(1),
    log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: (event, fields) => void logged.push([event, fields]) },
    access: { write: (end) => void ends.push(end), configure: () => undefined },
    metrics: { exchangeEnded: () => undefined, retried: () => void retried++, staleServed: (reason: string) => void staleServed.push(reason), submissionTried: () => undefined } as unknown as Surroundings["metrics"],
    bodies: byteBudget(bodies),
    cache,
  };
  return { clock, calls, ends, logged, notStored, staleServed, met, judged, unadmitted, generation, around, retried: () => retried };
}

function ruleSet(written: unknown): RuleSetOptions {
  const { ruleset, version, classes, rules } = ruleFileOptions.parse(written);
  return { name: `${ruleset}@${version}`, classes, rules };
}

/** A request as the listener hands it in. */
export function exchange(line: string, headers: readonly string[] = [], body: Body = NO_BODY, authority = "tax.example"): Exchange {
  const [method = "", target = ""] = line.split(" ");
  return createExchange({
    id: "id-1",
    caller: { listener: "plain", address: "10.0.0.7", secure: false, certificate: null },
    head: { method, target, authority, version: "1.1", headers: ["Host", authority, ...headers] },
    body, startedAt: 0,
  });
}

/** Bytes as a body. */
export function bytes(text: string): Body {
  return { kind: "bytes", bytes: Buffer.from(text) };
}

/** A streamed body of these pieces, that remembers being cancelled. */
export function streamed(pieces: readonly (string | Error)[], length: number | null = null): Body & { readonly source: BodySource & { cancelled: number } } {
  const left = [...pieces];
  const source: BodySource & { cancelled: number } = {
    length,
    cancelled: 0,
    read() {
      const piece = left.shift();
      if (piece instanceof Error) return Promise.reject(piece);
      return piece === undefined ? null : Buffer.from(piece);
    },
    cancel: () => void source.cancelled++,
    trailers: () => [],
  };
  return { kind: "source", source };
}

/** Runs an exchange to its end, as a listener would whose client takes everything. */
export async function run(parts: ReturnType<typeof setUp>, x: Exchange): Promise<Answer | null> {
  let sent: Answer | null = null;
  await handle(x, parts.generation, parts.around, (answer) => {
    sent = answer;
    x.status = answer.status;
  });
  return sent;
}

/** The code in an answer of our own, else its status. */
export function codeOf(answer: Answer | null): string {
  if (answer === null) return "none";
  const at = answer.headers.indexOf("Taxgate-Error");
  return at < 0 ? String(answer.status) : `${answer.status} ${answer.headers[at + 1]}`;
}
