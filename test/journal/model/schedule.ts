import { seededRandom, type Random } from "../../../src/base/random.ts";
import { pick, randomQuery, randomSubmit, type Behaviour } from "./behaviours.ts";
import { INVALID } from "./ledger.ts";
import { randomProfile, type Profile } from "./profiles.ts";

/** When the process dies: at once, around one of the next groups of changes that become durable, or `down` after it was told to stop. */
export type Death = "now" | "before-commit" | "after-commit" | "stop";

/** One step of a run. Times in ms. */
export type Step =
  | { readonly do: "try"; readonly order: string; readonly content: string; readonly patience: number; readonly withdraw: boolean }
  | { readonly do: "pass"; readonly ms: number }
  | { readonly do: "submits" | "queries"; readonly next: readonly Behaviour[] }
  | { readonly do: "outage"; readonly how: "none" | "refused" | "not-sent" }
  | { readonly do: "disk"; readonly how: "well" | "full"; readonly ms: number }
  | { readonly do: "die"; readonly when: Death; readonly commits: number; readonly down: number }
  | { readonly do: "jump"; readonly ms: number }
  | { readonly do: "reload"; /** Null: the route is gone. */ readonly profile: number | null }
  | { readonly do: "backup" | "restore" }
  | { readonly do: "decide"; readonly order: string }
  /** The platform's word on all that it has taken in of an order, which stays. */
  | { readonly do: "verdict"; readonly order: string; readonly verdict: "good" | "bad" | "gone" }
  /** Somebody asks the platform about an order; the answer passes by so many ms later. */
  | { readonly do: "poll"; readonly order: string; readonly by: "reference" | "key"; readonly delay: number };

/** A run, as it can be printed and run again. */
export interface Schedule {
  readonly recognises: boolean;
  /** The platform takes in, and gives its verdicts later. */
  readonly late: boolean;
  readonly profiles: readonly Profile[];
  readonly steps: readonly Step[];
}

const HOUR_MS = 3_600_000;
const ORDERS = ["A", "B", "C"];

/** The schedule of a seed. */
export function scheduleOf(seed: number): Schedule {
  const random = seededRandom(seed);
  const recognises = random.next() < 0.2;
  const late = random.next() < 0.4;
  const profiles = [0, 1].map(() => randomProfile(random, recognises, late));
  const length = 8 + Math.floor(random.next() * 22);
  // Few orders meet each other often; many let lanes fill.
  const orders = ORDERS.slice(0, 1 + Math.floor(random.next() * ORDERS.length));
  return { recognises, late, profiles, steps: Array.from({ length }, () => (late && random.next() < 0.3 ? lateStep(random, orders) : randomStep(random, orders))) };
}

function randomStep(random: Random, orders: readonly string[]): Step {
  const dice = random.next();
  if (dice < 0.32) return { do: "try", order: pick(random, orders), content: pick(random, ["one", "one", "one", "two", INVALID]), patience: pick(random, [5, 300, 2000, 60_000, 60_000]), withdraw: random.next() < 0.03 };
  if (dice < 0.54) return { do: "pass", ms: pick(random, [0, 1, 50, 300, 1000, 3000, 6000, 30_000]) };
  if (dice < 0.7) return { do: "submits", next: many(random, randomSubmit) };
  if (dice < 0.77) return { do: "queries", next: many(random, randomQuery) };
  if (dice < 0.81) return { do: "outage", how: pick(random, ["none", "refused", "not-sent"]) };
  if (dice < 0.86) return { do: "disk", how: pick(random, ["well", "well", "full"]), ms: pick(random, [0, 0, 5, 1500]) };
  if (dice < 0.91) return { do: "die", when: pick(random, ["now", "before-commit", "after-commit", "stop"]), commits: 1 + Math.floor(random.next() * 4), down: pick(random, [0, 0, 200, 5000]) };
  if (dice < 0.95) return { do: "jump", ms: pick(random, [-HOUR_MS, HOUR_MS]) };
  if (dice < 0.975) return { do: "reload", profile: pick(random, [0, 1, 1, null]) };
  if (dice < 0.99) return { do: random.next() < 0.6 ? "backup" : "restore" };
  return { do: "decide", order: pick(random, orders) };
}

function lateStep(random: Random, orders: readonly string[]): Step {
  if (random.next() < 0.4) return { do: "verdict", order: pick(random, orders), verdict: pick(random, ["good", "bad", "bad", "gone"]) };
  return { do: "poll", order: pick(random, orders), by: pick(random, ["reference", "key"]), delay: pick(random, [0, 0, 100, 3000]) };
}

function many<T>(random: Random, make: (random: Random) => T): T[] {
  return Array.from({ length: 1 + Math.floor(random.next() * 3) }, () => make(random));
}
