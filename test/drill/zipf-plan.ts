/** Load and length of a Zipf drill. */
export interface ZipfPlan {
  readonly keys: number;
  /** The key of rank r is asked for in proportion to r^-exponent. */
  readonly exponent: number;
  /** Bound of the memory tier in MiB. */
  readonly maxMebibytes: number;
  readonly seconds: number;
}

/** The drill as it is run by hand. */
export const FULL_ZIPF_PLAN: ZipfPlan = { keys: 1_000_000, exponent: 0.9, maxMebibytes: 64, seconds: 600 };

/** The drill for CI. */
export const SHORT_ZIPF_PLAN: ZipfPlan = { ...FULL_ZIPF_PLAN, seconds: 20 };

/** Where everything listens, and the folder for the state. */
export interface ZipfPlaces {
  readonly state: string;
  readonly port: number;
  readonly admin: number;
  readonly health: number;
  readonly origin: number;
}

/** The configuration under test: defaults but for the bound. */
export function zipfConfig({ maxMebibytes }: ZipfPlan, { state, port, admin, health, origin }: ZipfPlaces): string {
  return `version: 1
state: { dir: ${JSON.stringify(state)} }
listeners: [{ name: plain, bind: "127.0.0.1:${port}" }]
admin: { bind: "127.0.0.1:${admin}" }
health: { bind: "127.0.0.1:${health}" }
regions: { home: { endpoints: [{ url: "http://127.0.0.1:${origin}" }] } }
cache: { memory: { maxBytes: ${maxMebibytes}MiB } }
drain: { grace: 0ms, max: 1s }
routes:
  - { name: documents, match: { path: /documents/** }, class: read, cache: { ttl: 1h } }
  - { name: rest, match: { path: /** }, class: pass }
`;
}

/**
 * A wrk script that draws ranks by rejection-inversion (Hörmann and Derflinger 1996): exact, and a few powers a request,
 * where a table of a million sums would be searched.
 */
export function zipfScript({ keys, exponent }: ZipfPlan): string {
  return `local n, e = ${keys}, ${exponent}
local function area(x) return x ^ (1 - e) / (1 - e) end
local function at(y) return ((1 - e) * y) ^ (1 / (1 - e)) end
local low, high = area(1.5) - 1, area(n + 0.5)
local sure = 2 - at(area(2.5) - 2 ^ -e)
math.randomseed(7)
request = function()
  local rank
  repeat
    local y = low + math.random() * (high - low)
    local x = at(y)
    rank = math.min(n, math.max(1, math.floor(x + 0.5)))
  until rank - x <= sure or y >= area(rank + 0.5) - rank ^ -e
  return "GET /documents/" .. rank .. " HTTP/1.1\\r\\nHost: taxgate\\r\\n\\r\\n"
end
`;
}
