import { byteBudget } from "../../base/byte-budget.ts";
import { every } from "../../base/clock.ts";
import type { Clock } from "../../base/clock.ts";
import { randomHex } from "../../base/random.ts";
import type { Random } from "../../base/random.ts";
import { createEnvelope } from "./envelope.ts";
import { createFind } from "./find.ts";
import { createMessages } from "./invalidation-message.ts";
import type { Invalidation } from "../entry.ts";
import type { RedisOptions } from "../options.ts";
import { redisAddress } from "../../redis/address.ts";
import type { RedisClient } from "../../redis/client.ts";
import { redisKeys } from "./keys.ts";
import { createRedisLink } from "../../redis/link.ts";
import { moveMarks } from "./marks.ts";
import { createRedisNews } from "./news.ts";
import { createTierSeal } from "./seal.ts";
import { createWriter } from "./writer.ts";
import type { SharedTier, TierEvents } from "../shared-tier.ts";

/** What the tier takes from the world. */
export interface RedisTierSetting {
  readonly clock: Clock;
  readonly random: Random;
  readonly events: TierEvents;
}

/** How often the stream is read though no bell rang (ms). */
const LISTEN_EVERY = 5000;
/** Invalidations that wait for Redis; one more makes them one of everything. */
const MOST_OWED = 1000;
/** Nobody's answer waits for an invalidation, and one that is given up takes the tier down: it may take longer than a look-up. */
const VOIDING_MS = 250;
/** Meta data beside the largest body. */
const META_BYTES = 256 * 1024;

/**
 * The shared tier in Redis. Connects in the background; `down` until it has. Throws an OperatorError where address or
 * authorities are not valid. Invalidations that Redis could not take are owed: the tier stays down until it took them.
 */
export function createRedisTier(options: RedisOptions, { clock, random, events }: RedisTierSetting): SharedTier {
  const address = redisAddress(options);
  const keys = redisKeys(options.prefix);
  const seal = options.encryption === undefined ? null : createTierSeal(options.encryption);
  let owed: Invalidation[] = [];
  let servedAlone = false;

  const news = createRedisNews({ keys, messages: createMessages(seal, keys.stream), self: randomHex(8), invalidated: events.invalidated, late: () => servedAlone });
  const perform = async (client: RedisClient, what: Invalidation): Promise<void> => {
    if (what.kind === "url") await moveMarks(client, keys, what, options.maxAge);
    await news.announce(client, what);
  };
  const pay = async (client: RedisClient): Promise<void> => {
    for (let what = owed[0]; what !== undefined; what = owed[0]) {
      await perform(client, what);
      if (owed[0] === what) owed.shift();
    }
  };
  const owe = (what: Invalidation): void => {
    owed = owed.length < MOST_OWED ? [...owed, what] : [{ kind: "all", soft: false }];
    link.distrust("an invalidation did not get through");
  };
  const ring = (): void => void link.ask(news.synchronise, options.connectTimeout);
  const link = createRedisLink({
    address,
    clock,
    random,
    connectTimeout: options.connectTimeout,
    timeout: options.timeout,
    name: "taxgate-cache",
    bell: { channel: keys.bell, ring },
    synchronise: (client) => news.synchronise(client).then(() => pay(client)),
    changed: events.state,
  });
  const listening = every(clock, LISTEN_EVERY, ring);
  const envelope = createEnvelope(options.maxEntryBytes + META_BYTES, seal);
  const find = createFind({ keys, link, envelope, clock, marksFor: news.marksFor, timeout: options.timeout });
  const write = createWriter({ keys, link, envelope, clock, options, sealed: seal !== null, pending: byteBudget(options.maxPendingBytes) });
  return {
    get state() {
      return link.state;
    },
    async get(address, selecting, encrypted = false) {
      const startedAt = clock.now();
      const { found, result } = await find(address, selecting, encrypted);
      if (result === "down") servedAlone = true;
      events.done("get", result, clock.now() - startedAt);
      return found;
    },
    put(answer, ticket, encrypt) {
      const startedAt = clock.now();
      void write(answer, ticket, encrypt).then((result) => result !== "expired" && events.done("put", result, clock.now() - startedAt));
    },
    async invalidate(what) {
      const startedAt = clock.now();
      const asked = await link.ask((client) => perform(client, what), Math.max(options.timeout, VOIDING_MS));
      if (!asked.ok) owe(what);
      events.done("invalidate", asked.ok ? "ok" : asked.fault, clock.now() - startedAt);
      return asked.ok;
    },
    async stop() {
      listening.cancel();
      link.stop();
    },
  };
}
