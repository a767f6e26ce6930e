import { EventEmitter, once } from "node:events";
import { Buffer } from "node:buffer";
import { systemClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { EntryAddress, Invalidation, Selecting, StoredAnswer } from "../../../src/cache/entry.ts";
import { redisOptions } from "../../../src/cache/options.ts";
import { createRedisTier } from "../../../src/cache/redis/tier.ts";
import type { SharedFound, SharedTier } from "../../../src/cache/shared-tier.ts";

/** One instance's tier with a record of what it told. */
export interface Instance {
  readonly tier: SharedTier;
  readonly results: string[];
  readonly heard: (Invalidation | null)[];
  readonly states: string[];
  /** Waits until something was told for which `holds` is true; at once where it already is. */
  told(holds: () => boolean): Promise<void>;
  get(address: EntryAddress, request?: Readonly<Record<string, string>>, encrypted?: boolean): Promise<SharedFound>;
  /** Looks up, and stores the answer that the look-up's ticket allows; waits until it is there. */
  fill(answer: StoredAnswer, encrypt?: boolean): Promise<void>;
}

/** Makes an instance on the servers at `url`; generous timeouts, since two cores carry many tests. */
export function instance(url: readonly string[], more: Readonly<Record<string, unknown>> = {}): Instance {
  const bell = new EventEmitter();
  const results: string[] = [];
  const heard: (Invalidation | null)[] = [];
  const states: string[] = [];
  const options = redisOptions.parse({ url: url.length === 1 ? url[0] : url, timeout: "1s", connectTimeout: "2s", ...more });
  const tell = (list: unknown[], what: unknown): void => {
    list.push(what);
    bell.emit("told");
  };
  const tier = createRedisTier(options, {
    clock: systemClock,
    random: seededRandom(1),
    events: {
      done: (operation, result) => tell(results, `${operation} ${result}`),
      state: (state, why) => tell(states, `${state}: ${why}`),
      invalidated: (what) => tell(heard, what),
    },
  });
  const told = async (holds: () => boolean): Promise<void> => {
    while (!holds()) await once(bell, "told");
  };
  const get: Instance["get"] = (address, request = {}, encrypted = false) => tier.get(address, (name) => request[name] ?? null, encrypted);
  return {
    tier,
    results,
    heard,
    states,
    told,
    get,
    async fill(answer, encrypt = false) {
      const request = Object.fromEntries(answer.selecting.filter((pair): pair is [string, string] => pair[1] !== null));
      const { ticket } = await get(answer.address, request);
      if (ticket === null) throw new Error("filling the shared tier: no ticket");
      const before = results.filter((result) => result.startsWith("put")).length;
      tier.put(answer, ticket, encrypt);
      await told(() => results.filter((result) => result.startsWith("put")).length > before);
    },
  };
}

/** An address; `path` sets it apart. */
export function address(path: string, more: Partial<EntryAddress> = {}): EntryAddress {
  const query = more.query ?? "";
  return { key: `s1|north|${path}${query}|91310000MA1K3YTX0A`, site: "s1", route: "codes", home: "north", path, query, tags: ["codes", "tp-91310000MA1K3YTX0A"], ...more };
}

/** An answer that was born now and lives for a minute. */
export function answer(of: EntryAddress, text = "hello", selecting: readonly Selecting[] = []): StoredAnswer {
  return {
    address: of,
    region: "north",
    status: 200,
    headers: ["Content-Type", "text/plain", "ETag", '"1"'],
    body: Buffer.from(text),
    selecting,
    bornAt: systemClock.wall(),
    lifetime: 60_000,
    staleWhileRevalidate: 0,
    staleIfError: 5000,
  };
}

/** The text of a found answer, or null. */
export function textOf({ answer }: SharedFound): string | null {
  return answer === null ? null : Buffer.from(answer.body).toString();
}
