import { BEIJING_TAXPAYER, downloads, GUANGDONG_TAXPAYER, reads, submissions } from "./traffic.ts";
import type { Stream } from "./load.ts";

/** How an operator makes Taxgate look at its file. */
export type Way = "request" | "signal" | "saving";

/** Number of reloads of a drill. */
export interface ReloadPlan {
  readonly reloads: number;
  /** Pause between two of them in milliseconds. */
  readonly pause: number;
  /** Reloads before memory is measured for the first time. */
  readonly warmUp: number;
}

/** The drill as it is run by hand, and as a test. */
export const FULL_RELOAD_PLAN: ReloadPlan = { reloads: 200, pause: 80, warmUp: 30 };
export const SHORT_RELOAD_PLAN: ReloadPlan = { reloads: 44, pause: 50, warmUp: 8 };

/** Most go through the API, some by SIGHUP alone, some by nothing but the saved file. Both kinds of file go each way. */
export function wayOf(index: number): Way {
  if (index % 10 === 4 || index % 10 === 7) return "signal";
  return index % 20 === 8 || index % 20 === 17 ? "saving" : "request";
}

/** Platforms that run for the drill: `dead` refuses connections. */
export interface ReloadOrigins {
  readonly beijing: string;
  readonly first: string;
  readonly second: string;
  readonly third: string;
  readonly dead: string;
}

/** What the variants differ in. */
interface Variant {
  readonly weights: readonly [number, number];
  readonly third: boolean;
  readonly second: boolean;
  readonly openFor: string;
  readonly attempts: number;
  readonly response: string;
  readonly moreRoutes: string;
  readonly queryRouteClass: "read" | "poll";
}

const BASE: Variant = { weights: [1, 1], third: false, second: true, openFor: "60s", attempts: 2, response: "10s", moreRoutes: "", queryRouteClass: "read" };

/** Each differs from the one before it: weights, endpoints that come and go, breaker options, deadlines (and so pools), routes. */
const VARIANTS: readonly Partial<Variant>[] = [
  {},
  { weights: [3, 1] },
  { third: true },
  { third: true, openFor: "30s" },
  { second: false },
  { response: "9s" },
  { attempts: 3, moreRoutes: "  - { name: more, match: { path: /more/** }, class: pass }\n" },
  { queryRouteClass: "poll", weights: [1, 5], moreRoutes: "  - { name: old, match: { path: /old }, class: control }\n" },
];

/** The sound configuration number `index`. */
export function soundConfig(index: number, origins: ReloadOrigins): string {
  const { weights, third, second, openFor, attempts, response, moreRoutes, queryRouteClass } = { ...BASE, ...VARIANTS[index % VARIANTS.length] };
  const endpoints = [`{ url: "${origins.first}", weight: ${weights[0]} }`];
  if (second) endpoints.push(`{ url: "${origins.second}", weight: ${weights[1]} }`);
  if (third) endpoints.push(`{ url: "${origins.third}" }`);
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
defaultRegion: beijing
regions:
  beijing: { endpoints: [{ url: "${origins.beijing}" }], taxpayers: ["11"] }
  guangdong:
    endpoints: [${endpoints.join(", ")}]
    taxpayers: ["44"]
    fallback: [beijing]
    upstream: { breaker: { openFor: ${openFor} }, timeouts: { response: ${response} }, retry: { attempts: ${attempts} } }
  sichuan: { endpoints: [{ url: "${origins.dead}" }], taxpayers: ["51"], upstream: { breaker: { openFor: 10min } } }
upstream: { health: { every: 500ms } }
identity: { taxpayer: [{ header: x-taxpayer }, { json: /sellerTaxNo }] }
routes:
  - { name: issue, match: { methods: [POST], path: /api/invoices }, class: submit, body: { maxBytes: 1MB, types: [application/json] } }
  - { name: query, match: { methods: [GET], path: /api/invoices }, class: ${queryRouteClass} }
  - { name: codes, match: { methods: [GET], path: /api/codes }, class: read }
${moreRoutes}  - { name: rest, match: { path: /** }, class: pass }
`;
}

/** Ways to break a sound file, each a mistake that somebody makes. */
const MISTAKES: readonly ((sound: string) => string)[] = [
  (sound) => sound.replace("health: { every: 500ms }", "health: { every: 500 }"),
  (sound) => sound.replace("defaultRegion: beijing", "defaultRegion: bejing"),
  (sound) => sound.replace("class: submit", "class: submti"),
  (sound) => sound.slice(0, sound.length / 2),
  () => "",
  (sound) => `${sound}colour: red\n`,
  (sound) => sound.replace("fallback: [beijing]", "fallback: [guangdong]"),
  (sound) => sound.replace("10min } } }", "10min }, tls: { ca: ./nowhere.pem } } }"),
  (sound) => sound.replace(/(regions:\n {2}beijing: \{ endpoints: \[\{ url: ")[^"]*/, "$1http://127.0.0.1:99999"),
  (sound) => sound.replace('dir: "{folder}/state"', 'dir: "${NOT_SET_IN_THIS_DRILL}"'),
  (sound) => `${sound}\n\tweird: [`,
];

/** The broken configuration number `index`. */
export function brokenConfig(index: number, origins: ReloadOrigins): string {
  const mistake = MISTAKES[index % MISTAKES.length] as (sound: string) => string;
  return mistake(soundConfig(index, origins));
}

/** The load: all kinds of connections, and downloads that last over several reloads. */
export function reloadStreams(): readonly Stream[] {
  return [
    reads(30, GUANGDONG_TAXPAYER), reads(10, BEIJING_TAXPAYER), reads(10, GUANGDONG_TAXPAYER, true),
    submissions(15, GUANGDONG_TAXPAYER, "G"), submissions(5, GUANGDONG_TAXPAYER, "F", true), submissions(3, BEIJING_TAXPAYER, "B"),
    downloads(3, BEIJING_TAXPAYER, 400_000),
  ];
}
