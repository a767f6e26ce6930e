import { systemClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import { createLimits } from "../../src/limits/caller/limits.ts";
import type { CallerFacts } from "../../src/limits/caller/key.ts";
import { limitsOptions } from "../../src/limits/caller/options.ts";

/*
 * What a limit costs a request: from its facts to its turn, key and all, on the machine's own clock. Prints µs of processor
 * time per limit, the median of several rounds; one that goes, and one that is refused.
 */

const ROUNDS = 9;
const EACH = 100_000;
/** Nobody may feel it. */
const MOST_US = 2;

const KINDS: Readonly<Record<string, { readonly goes: object; readonly refuses: object }>> = {
  "one window": { goes: { windows: ["1000000/s"] }, refuses: { windows: ["1/h"] } },
  "one small window": { goes: { windows: ["250/s"] }, refuses: { windows: ["200/d"] } },
  "three windows": { goes: { windows: ["1000000/s", "60000000/min", "900000000/h"] }, refuses: { windows: ["1000000/s", "60000000/min", "1/d"] } },
  "GCRA": { goes: { windows: ["1000000/s"], burst: 1_000_000 }, refuses: { windows: ["1/h"], burst: 1 } },
  "quota": { goes: { quota: [{ most: 1_000_000_000, per: "day", zone: "Asia/Shanghai" }] }, refuses: { quota: [{ most: 1, per: "month", zone: "Asia/Shanghai" }] } },
  "baseline": { goes: { baseline: {}, floor: "1000000/s" }, refuses: { baseline: {}, floor: "1/h" } },
};

function microseconds(options: object, keys: number): number {
  const limits = createLimits({ clock: systemClock, random: seededRandom(1), shared: () => null, events: { went: () => undefined, refused: () => undefined, would: () => undefined } });
  const route = limits.open(limitsOptions.parse({ bench: { key: "taxpayer", ...options } })).of(["bench"]);
  if (route === null) throw new Error("the limit is not there");
  const facts: CallerFacts[] = Array.from({ length: keys }, (_, index) => ({
    site: "s", route: "r", routeClass: "submit", region: "x", taxpayer: `9144030071526726${String(index).padStart(5, "0")}`, principal: "p", client: "10.0.0.1", bodyBytes: 2000, source: null,
  }));
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { user } = process.cpuUsage();
    for (let index = 0; index < EACH; index++) void route.passage(facts[index % keys] as CallerFacts).enter(Infinity);
    rounds.push((process.cpuUsage().user - user) / EACH);
  }
  return rounds.toSorted((a, b) => a - b)[ROUNDS >> 1] as number;
}

const rows = Object.entries(KINDS).flatMap(([kind, { goes, refuses }]) =>
  [1, 10_000].map((keys) => ({ kind, keys, "goes (µs)": microseconds(goes, keys).toFixed(2), "refused (µs)": microseconds(refuses, keys).toFixed(2) })));
console.table(rows);
const worst = Math.max(...rows.map((row) => Number(row["goes (µs)"])));
console.log(`${worst <= MOST_US ? "holds" : "misses"}: at most ${MOST_US} µs for each limit; ${worst} µs`);
process.exitCode = worst <= MOST_US ? 0 : 1;
