import { compileLearns, type LearnRules } from "../../../src/journal/verdicts/rules.ts";
import { learnsOptions } from "../../../src/journal/options.ts";
import type { Step } from "./schedule.ts";
import type { World } from "./world.ts";

const FORM = { status: 200, body: '{"code":0,"order":"{key}","number":"{/number}"}' };
const VERDICTS = { of: "issue", each: { json: "/all" }, accepted: [{ json: "/verdict", equals: "good" }], rejected: [{ json: "/verdict", equals: "bad" }], unsent: [{ json: "/verdict", equals: "gone" }], as: FORM };
const RULES: Readonly<Record<"reference" | "key", LearnRules>> = {
  reference: compileLearns(learnsOptions.parse([{ ...VERDICTS, reference: { json: "/number" } }])),
  key: compileLearns(learnsOptions.parse([{ ...VERDICTS, key: [{ json: "/order" }] }])),
};

/**
 * Somebody asks about an order, and the answer passes by: all that the platform has taken in by its number, or the last one by
 * the order's. Nothing is heard where the process has died meanwhile.
 */
export function poll(world: World, { order, by, delay }: Extract<Step, { do: "poll" }>): void {
  const { life, ledger, timeline } = world;
  if (life === null) return;
  const askedAt = life.clock.now();
  const taken = ledger.issues.filter((one) => one.order === order);
  const body = new TextEncoder().encode(JSON.stringify({ all: by === "key" ? taken.slice(-1) : taken }));
  const overheard = { request: { headers: [], pathVariables: {}, query: "", body: null, contentType: undefined }, status: 200, headers: [], contentType: "application/json", body };
  timeline.clock.after(delay, () => {
    if (life.isAlive) life.journal.overhear(RULES[by], { site: "main", region: "r1", askedAt, by: "passing", asker: { principal: null, taxpayer: null, changing: new Set(), entitled: null }, headers: () => [], overheard });
  });
}
