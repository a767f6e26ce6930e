import { Redis } from "ioredis";
import { manualClock } from "../../../src/base/clock.ts";
import { Counter } from "../../../src/limits/caller/counter.ts";
import type { Rule } from "../../../src/limits/caller/rules.ts";
import { COUNT_SCRIPT } from "../../../src/limits/shared/count-script.ts";
import type { SharedCount, SharedDemand, SharedRule } from "../../../src/limits/shared/shared-limits.ts";
import { sharedRules } from "../../../src/limits/shared/shared-rules.ts";
import { counterKey, readReply, scriptArguments } from "../../../src/limits/shared/wire.ts";

/** The script in a real Redis, by a clock that the test says (ms). */
export interface ScriptSubject {
  take(now: number, demands: readonly SharedDemand[]): Promise<readonly SharedCount[]>;
  giveBack(now: number, demand: SharedDemand, count: SharedCount): Promise<void>;
}

/** Makes a subject; counters of another prefix are others. */
export function scriptSubject(redis: Redis, prefix: string): ScriptSubject {
  const script = COUNT_SCRIPT.replace("redis.call('TIME')", "{ 0, tonumber(table.remove(ARGV)) }");
  const run = async (now: number, demands: readonly SharedDemand[], givenAt: number): Promise<readonly SharedCount[]> => {
    const keys = demands.map((demand) => counterKey(prefix, demand));
    const reply = await redis.eval(script, keys.length, ...keys, ...scriptArguments(demands, givenAt), Math.round(now * 1000));
    const counts = readReply(reply, demands);
    if (counts === null) throw new Error(`reading the reply: '${JSON.stringify(reply)}'`);
    return counts;
  };
  return {
    take: (now, demands) => run(now, demands, 0),
    giveBack: async (now, demand, count) => void (await run(now, [demand], count.at)),
  };
}

/** What a request met at one counter. */
export interface Met {
  /** Ms; 0: it was taken. */
  readonly wait: number;
  readonly left: readonly number[];
  readonly reset: readonly number[];
}

/** One counter of a limit, wherever it is kept. `at` is ms after {@link BEGIN}, and does not go back. */
export type Take = (at: number, rules: readonly Rule[], cost: number) => Promise<Met>;

/** Midnight in no zone that the tests use, so that no two periods end together. */
export const BEGIN = 1_790_000_000_000;

/** The counter that each Taxgate has for itself. */
export function localTake(): Take {
  const clock = manualClock(BEGIN);
  let counter: Counter | null = null;
  return (at, rules, cost) => {
    clock.advance(at - clock.now());
    const now = clock.now();
    counter ??= new Counter(rules, clock);
    counter.configure(rules, now);
    const wait = counter.take(cost, now);
    const standings = counter.standings(now);
    return Promise.resolve({ wait, left: standings.map(({ left }) => left), reset: standings.map(({ reset }) => reset) });
  };
}

/** The counter that several share. */
export function sharedTake(redis: Redis, prefix: string): Take {
  const subject = scriptSubject(redis, prefix);
  return async (at, rules, cost) => {
    const [count] = await subject.take(BEGIN + at, [demand(sharedRules(rules, manualClock(BEGIN + at))(), { cost })]);
    if (count === undefined) throw new Error("counting: no answer");
    return { wait: count.wait, left: count.rules.map(({ left }) => left), reset: count.rules.map(({ reset }) => reset) };
  };
}

/** A demand of one unit, unless more is said. */
export function demand(rules: readonly SharedRule[], more: Partial<SharedDemand> = {}): SharedDemand {
  return { limit: "perTaxpayer", key: "91310000MA1K3YTX0A", rules, cost: 1, dryRun: false, ...more };
}

/** So many in so many ms. */
export function window(most: number, per: number): Extract<Rule, { kind: "window" }> {
  return { kind: "window", most, per };
}
