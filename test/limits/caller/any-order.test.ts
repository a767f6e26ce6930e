import assert from "node:assert/strict";
import { test } from "node:test";
import { seededRandom } from "../../../src/base/random.ts";
import type { OpenLimits } from "../../../src/limits/caller/limits.ts";
import type { SharedLimits } from "../../../src/limits/shared/shared-limits.ts";
import { scene, type Going } from "./setup.ts";

const MOST = { one: 7, two: 4, three: 9 } as const;
type Name = keyof typeof MOST;
const NAMES = Object.keys(MOST) as Name[];

/** Limits with lines under whatever can happen to them. */
async function storm(seed: number, shared: SharedLimits | null): Promise<void> {
  const random = seededRandom(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random.next() * from.length)] as T;
  const { clock, open, go, pass, limits } = scene({ shared });
  const some = (): OpenLimits => open(Object.fromEntries(NAMES.map((name) => [name, { key: name === "two" ? "taxpayer" : "site", windows: [`${MOST[name]}/s`], shared: shared !== null && name === "three", ...(random.next() < 0.8 ? { onExcess: "queue", maxWait: pick(["300ms", "2s"]), queue: pick([1, 30]) } : {}) }])));
  let site = some();
  const all: { readonly going: Going; readonly names: readonly Name[]; readonly taxpayer: string }[] = [];
  for (let step = 0; step < 400; step++) {
    const chance = random.next();
    if (chance < 0.7) {
      const names = NAMES.filter(() => random.next() < 0.7);
      const taxpayer = pick(["a", "b"]);
      if (random.next() < 0.5) names.reverse();
      if (names.length > 0) all.push({ names, taxpayer, going: go(site, names, { taxpayer, routeClass: pick(["submit", "poll", "read"]) }, pick([100, 3000])) });
    } else if (chance < 0.8) pick(all)?.going.passage.giveUp();
    else if (chance < 0.82) {
      const next = some();
      site.letGo();
      site = next;
    } else await pass(pick([5, 20, 60]));
  }
  await pass(4000);
  assert.ok(all.every(({ going }) => going.state !== "waits"), `seed ${seed}`);
  assert.deepEqual([clock.pending(), limits.status().reduce((sum, { waiting }) => sum + waiting, 0)], [0, 0], `seed ${seed}`);
  for (const name of NAMES) {
    for (const taxpayer of name === "two" ? ["a", "b"] : [null]) {
      const went = all.filter((one) => one.going.at !== null && one.names.includes(name) && (taxpayer === null || one.taxpayer === taxpayer)).map(({ going }) => going.at as number).toSorted((a, b) => a - b);
      const most = MOST[name];
      // Units are taken when a turn is given, at most a step of the scene before it is seen.
      for (let from = 0; from + most < went.length; from++) assert.ok((went[from + most] as number) - (went[from] as number) >= 1000 - 5, `seed ${seed}: ${name} let ${most + 1} through from ${went[from]} on`);
    }
  }
}

test("whatever happens to those who wait in lines, no window is exceeded, all end, and nothing is left of them", async () => {
  for (let seed = 1; seed <= 25; seed++) await storm(seed, null);
});

test("the same where one of the limits is asked elsewhere, which does not answer", async () => {
  const away: SharedLimits = { state: "down", take: (demands) => Promise.resolve(demands.map(() => null)), giveBack: () => undefined, stop: () => undefined };
  for (let seed = 1; seed <= 15; seed++) await storm(seed, away);
});
