import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { redisAddress, type RedisPlace } from "../../redis/address.ts";
import type { RedisClient } from "../../redis/client.ts";
import { createRedisLink } from "../../redis/link.ts";
import { COUNT_DIGEST, COUNT_SCRIPT } from "./count-script.ts";
import { createHealth } from "./health.ts";
import type { SharedCount, SharedDemand, SharedLimitEvents, SharedLimits, SharedResult } from "./shared-limits.ts";
import { counterKey, readReply, scriptArguments } from "./wire.ts";

/** Where the counters are, and how long they may take; ms. */
export interface RedisLimitOptions extends RedisPlace {
  readonly prefix: string;
  readonly timeout: number;
  readonly connectTimeout: number;
}

/** What they take from the world. */
export interface RedisLimitSetting {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: SharedLimitEvents;
}

const MOMENT = 20;
/** Ms. */
const PROBE_LASTS = 1000;

type Counts = readonly (SharedCount | null)[];

/**
 * Counters in Redis: one trip for all of a request, in a Cluster one for each of them at the same time. Connects in the
 * background. Throws an OperatorError where address or authorities are not valid.
 */
export function createRedisLimits(options: RedisLimitOptions, { clock, random, events }: RedisLimitSetting): SharedLimits {
  const address = redisAddress(options);
  const health = createHealth(clock, events.state);
  const link = createRedisLink({
    address, clock, random,
    name: "taxgate-limits", bell: null,
    connectTimeout: options.connectTimeout, timeout: options.timeout,
    // One that answers and takes no writes is of no use: that it is up would be news again and again.
    synchronise: async (client) => void (await client.set(`${options.prefix}:limit:probe`, "", "PX", PROBE_LASTS)),
    changed: health.connection,
  });
  const run = async (demands: readonly SharedDemand[], givenAt: number): Promise<Counts> => {
    const keys = demands.map((demand) => counterKey(options.prefix, demand));
    const startedAt = clock.now();
    const asked = await link.ask((client) => call(client, keys, scriptArguments(demands, givenAt)), options.timeout);
    const counts = asked.ok ? readReply(asked.value, demands) : null;
    const result: SharedResult = asked.ok ? (counts === null ? "error" : "ok") : asked.fault;
    if (result === "ok") health.answered();
    // A connection that breaks tells so itself, a moment later.
    else if (result === "error") clock.after(MOMENT, () => link.state === "up" && health.failed("answers are errors"), true);
    events.asked(result, clock.now() - startedAt);
    return counts ?? demands.map(() => null);
  };
  const giveBack: SharedLimits["giveBack"] = (demand, { at, taken }, from) => {
    if (taken && demand.cost > 0) void run([demand], from === "all" ? at : -at);
  };
  const apart = async (demands: readonly SharedDemand[]): Promise<Counts> => {
    const counts = (await Promise.all(demands.map((demand) => run([demand], 0)))).flat();
    const isRefused = counts.some((count, index) => count !== null && !count.fits && demands[index]?.dryRun === false);
    return isRefused ? counts.map((count, index) => untaken(count, demands[index] as SharedDemand, giveBack)) : counts;
  };
  return {
    get state() {
      return health.state;
    },
    take: (demands) => (address.cluster && demands.length > 1 ? apart(demands) : run(demands, 0)),
    giveBack,
    stop: link.stop,
  };
}

/** Another counter of the same request had no room. */
function untaken(count: SharedCount | null, demand: SharedDemand, giveBack: SharedLimits["giveBack"]): SharedCount | null {
  if (count === null || !count.taken) return count;
  giveBack(demand, count, "all");
  return { ...count, taken: false, rules: count.rules.map(({ left, reset }) => ({ left: left + demand.cost, reset })) };
}

/** Sends the script by its digest, and whole where the server does not know it (yet, or any more). */
async function call(client: RedisClient, keys: readonly string[], words: readonly (string | number)[]): Promise<unknown> {
  try {
    return await client.evalsha(COUNT_DIGEST, keys.length, ...keys, ...words);
  } catch (fault) {
    if (!(fault instanceof Error) || !fault.message.startsWith("NOSCRIPT")) throw fault;
    return client.eval(COUNT_SCRIPT, keys.length, ...keys, ...words);
  }
}
