import type { SharedTier } from "../../src/cache/shared-tier.ts";
import { createAdmin, type Admin } from "../../src/admin/admin.ts";
import type { AdminViews } from "../../src/admin/views.ts";
import { cacheViews } from "../../src/app/cache-views.ts";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import { createCache, type Cache } from "../../src/cache/cache.ts";
import { NO_BODY, type Headers } from "../../src/http/message.ts";
import type { LogFields } from "../../src/observe/log.ts";
import { createMetrics, type Metrics } from "../../src/observe/metrics.ts";
import { loadText } from "../config/load-text.ts";
import { noJournal } from "./journal-setup.ts";
import { request } from "./request.ts";

/** One site with two regions, where a header says who asks; `codes` keeps, `sealed` for each caller, `rest` nothing. */
const ONE_SITE = `version: 1
regions: { beijing: { endpoints: [{ url: https://bj.example }] }, guangdong: { endpoints: [{ url: https://gd.example }] } }
identity: { principal: [{ header: X-Api-Key }] }
routes:
  - { name: codes, class: read, match: { methods: [GET], path: /api/codes }, cache: { ttl: 1h, staleWhileRevalidate: 5min, staleIfError: 1d, tags: [codes, "codes-{region}"] } }
  - { name: asked, class: read, match: { methods: [POST], path: /api/ask }, cache: { ttl: 1h, key: [region, body] } }
  - { name: files, class: read, match: { methods: [GET], path: /api/files/** }, allow: [encoded-slash], cache: {} }
  - { name: sealed, class: read, match: { methods: [GET], path: /api/sealed/** }, cache: { authorized: true, key: [region, principal] } }
  - { name: rest, class: pass, match: { path: /rest/** } }
`;

/** Two sites of the same platform, with region names in common and of their own. */
export const TWO_SITES = `version: 1
sites:
  - name: china
    hosts: [cn.example]
    regions: { beijing: { endpoints: [{ url: https://bj.example }] }, guangdong: { endpoints: [{ url: https://gd.example }] } }
    routes: [{ name: codes, class: read, match: { path: /api/codes }, cache: { ttl: 1h, tags: [codes] } }]
  - name: india
    regions: { beijing: { endpoints: [{ url: https://in.example }] }, south: { endpoints: [{ url: https://s.example }] } }
    routes: [{ name: lists, class: read, match: { path: /api/codes }, cache: { ttl: 1h, tags: [codes] } }]
`;

/** The calls under test. */
export const PURGE = "POST /api/v1/cache/purge";
/** See {@link PURGE}. */
export const INSPECT = "GET /api/v1/cache/inspect";

/** What a test stores. */
export interface Stored {
  readonly site?: string;
  readonly route?: string;
  readonly region?: string;
  readonly answeredBy?: string;
  readonly asking?: Headers;
  readonly headers?: Headers;
  readonly status?: number;
  readonly body?: string;
  readonly principal?: string;
}

/** An admin API over a real cache, without sockets. */
export interface CacheUnderTest {
  readonly clock: ManualClock;
  readonly cache: Cache;
  readonly metrics: Metrics;
  readonly log: { readonly event: string; readonly fields: LogFields }[];
  /** Lets an answer pass through the cache, as the pipeline does on a miss: `fetch`, or what the cache answered by. */
  store(url: string, answer?: Stored): Promise<string>;
  /** Asks the admin API as admin; `query` as it stands in the request. */
  ask(line: string, query: string): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly text: string }>;
}

const TOKEN = `tg_local_${"ab".repeat(20)}`;
const never = (): never => {
  throw new Error("the cache's API must not ask for this");
};

function adminOver(views: AdminViews["cache"], clock: ManualClock, note: (event: string, fields?: LogFields) => void): Admin {
  const log = { debug: note, info: note, warn: note, error: note };
  const rest = { status: never, ready: never, config: never, metrics: never, reload: never, drain: never };
  return createAdmin({ bind: { host: "127.0.0.1", port: 9900 }, hosts: [], tokens: [] }, { clock, log, localToken: TOKEN, views: { ...rest, cache: views, journal: noJournal(), certificates: { list: never, show: never, renew: never }, bans: { list: never, lift: never, liftAll: never }, waf: { report: never, reset: never, rules: never, time: never } } });
}

/** Makes {@link CacheUnderTest} over this configuration. */
export function cacheUnderTest(yaml: string = ONE_SITE, shared: SharedTier | null = null): CacheUnderTest {
  const loaded = loadText(yaml);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { sites } = loaded.config;
  const clock = manualClock();
  const metrics = createMetrics({ version: "1", nodeVersion: "26", clock, phases: ["answer"] });
  const { notStored, evicted, invalidated } = metrics;
  const cache = createCache({ clock, maxBytes: 1_000_000, maxEntryBytes: 10_000, shared, events: { notStored, evicted, invalidated, fault: (_where, fault) => { throw fault; } } });
  const log: { event: string; fields: LogFields }[] = [];
  const note = (event: string, fields: LogFields = {}): void => void log.push({ event, fields });
  const views = cacheViews({ clock, log: { debug: note, info: note, warn: note, error: note }, metrics, cache, sites: () => sites, secrets: () => ["hush-hush"], startedAt: clock.wall() });
  const admin = adminOver(views, clock, () => undefined);
  const policyOf = (siteName: string, routeName: string) => {
    const site = sites.find((one) => one.name === siteName);
    const options = site?.routes.find((one) => one.name === routeName)?.cache;
    if (site === undefined || options === undefined) throw new Error(`no route ${routeName} that keeps`);
    return cache.compile(options, { site: siteName, route: routeName, regions: site.regions.map((one) => one.name), keepsHost: false, credentials: [], rewritten: [], trustsAddress: true });
  };
  return {
    clock, cache, metrics, log,
    async store(url, { site = "default", route = "codes", region = "beijing", answeredBy = region, asking = [], headers = [], status = 200, body = "[]", principal } = {}) {
      const mark = url.indexOf("?");
      const [path, query] = mark < 0 ? [url, ""] : [url.slice(0, mark), url.slice(mark)];
      const recalled = await cache.recall(policyOf(site, route), {
        head: { method: "GET", headers: asking }, body: NO_BODY, host: "tax.example", path, query, region, taxpayer: null, principal: principal ?? null, gone: false, onGone: null,
      });
      if (recalled.kind === "fetch") recalled.fetch.answered({ status, headers, region: answeredBy, body: { kind: "bytes", bytes: Buffer.from(body) } });
      return recalled.kind === "hit" ? recalled.result : recalled.kind;
    },
    async ask(line, query) {
      const { status, body } = await admin.handle(request(line, { query, token: TOKEN }));
      return { status, body: JSON.parse(String(body)) as Record<string, unknown>, text: String(body) };
    },
  };
}

/** Four entries of two URLs and two regions, and one of another route. */
export async function filled(shared: SharedTier | null = null): Promise<CacheUnderTest> {
  const made = cacheUnderTest(ONE_SITE, shared);
  for (const region of ["beijing", "guangdong"]) for (const url of ["/api/codes?type=1", "/api/codes?type=2"]) await made.store(url, { region });
  await made.store("/api/files/a", { route: "files", headers: ["cache-control", "max-age=60"] });
  return made;
}
