import { byteBudget } from "../base/byte-budget.ts";
import type { Clock } from "../base/clock.ts";
import { createFlights } from "./collapse.ts";
import { decodeAs } from "./encodings.ts";
import type { Invalidation } from "./entry.ts";
import type { FetchPlan } from "./fetch.ts";
import { createInvalidator } from "./invalidate.ts";
import type { CacheRequest } from "./key.ts";
import { lookElsewhere, lookUp, type CacheCaller, type LookUpTools, type Recalled } from "./look-up.ts";
import { createMemoryTier } from "./memory.ts";
import { createMisses, type Miss } from "./misses.ts";
import type { RouteCacheOptions } from "./options.ts";
import { compilePolicy, type CachePolicy, type PolicyPlace } from "./policy.ts";
import type { NotStored } from "./reasons.ts";
import { representationOf } from "./represent.ts";
import type { Representation } from "./representation.ts";
import type { Resident } from "./resident.ts";
import type { SharedTier } from "./shared-tier.ts";
import { createStore } from "./store.ts";

/** What the cache tells as it happens. */
export interface CacheEvents {
  readonly notStored: (site: string, route: string, reason: NotStored) => void;
  readonly evicted: () => void;
  readonly invalidated: (kind: Invalidation["kind"], entries: number) => void;
  /** A fault of ours that no caller hears of. */
  readonly fault: (where: string, fault: unknown) => void;
}

/** The cache of this process. It outlives configurations; what belongs to one comes with each call. */
export interface Cache {
  /** Makes a route's rules ready to be used. */
  compile(options: RouteCacheOptions, place: PolicyPlace): CachePolicy;
  /** Decides what becomes of a request; synchronous where the memory tier knows the answer. */
  recall(policy: CachePolicy, caller: CacheCaller): Recalled | Promise<Recalled>;
  /** An entry of another region, for data that is national; null where there is none that will do. */
  elsewhere(policy: CachePolicy, request: CacheRequest): Promise<Resident | null>;
  /** Voids entries in both tiers; how many there were in memory, and false where other instances could not be told. */
  invalidate(what: Invalidation): { readonly entries: number; readonly told: Promise<boolean> };
  /** Entries of a path, and why answers of it were not stored. */
  inspect(site: string, path: string, query: string | null): { readonly entries: readonly Resident[]; readonly misses: readonly Miss[] };
  /** A body without its content coding, for whoever has to look into it; null where it cannot be read, or is too large. */
  decode(contentEncoding: string, body: Uint8Array, maxBytes: number): Promise<Uint8Array | null>;
  stats(): CacheStats;
  /** The tier that instances share is configured and away. */
  readonly degraded: boolean;
  /** What a caller with this Accept-Encoding gets of an entry; encoded once, and kept beside it. */
  represent(resident: Resident, policy: CachePolicy, acceptEncoding: string | undefined): Representation | Promise<Representation>;
  /** Another instance voided entries; null: some such news may have been missed. Gives the entries in memory that it hit. */
  heard(what: Invalidation | null): number;
}

/** Figures of the moment. */
export interface CacheStats {
  readonly entries: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly waiting: number;
  /** `none`: not configured. */
  readonly shared: "none" | "up" | "down";
}

/** What it is made of. */
export interface CacheEnv {
  readonly clock: Clock;
  readonly maxBytes: number;
  readonly maxEntryBytes: number;
  readonly shared: SharedTier | null;
  readonly events: CacheEvents;
}

/** Bodies that are read ahead of slow callers, all together; what comes on top goes at its caller's pace, and is not kept. */
const AHEAD_BYTES = 64 * 1024 * 1024;

/** Makes an empty cache. */
export function createCache(env: CacheEnv): Cache {
  const { clock, shared, events } = env;
  const memory = createMemoryTier(env.maxBytes, events.evicted);
  const flights = createFlights(clock);
  const misses = createMisses(clock);
  const notStored = (site: string, route: string, url: string, reason: NotStored): void => {
    misses.note(site, url, reason);
    events.notStored(site, route, reason);
  };
  const notKept = ({ address }: FetchPlan, reason: NotStored): void => notStored(address.site, address.route, address.path + address.query, reason);
  const store = createStore({ clock, memory, shared, notStored: notKept });
  const invalidator = createInvalidator({ memory, flights, shared, told: events.invalidated });
  const { keep, freshen } = store;
  const { fault } = events;
  const fetchEnv = { clock, maxBytes: env.maxEntryBytes, ahead: byteBudget(AHEAD_BYTES), keep, freshen, notStored: notKept, outdated: invalidator.outdated, fault };
  const tools: LookUpTools = { clock, memory, flights, shared, store, fetchEnv, notStored, fault };

  return {
    compile(options, place) {
      const policy = compilePolicy(options, place);
      if (policy.queryNames !== null) invalidator.knows(policy.site, policy.queryNames);
      return policy;
    },
    recall: (policy, caller) => lookUp(tools, policy, caller),
    elsewhere: (policy, request) => lookElsewhere(tools, policy, request),
    invalidate: invalidator.invalidate,
    heard: invalidator.heard,
    represent: (resident, policy, acceptEncoding) => representationOf(resident, policy, acceptEncoding, memory),
    inspect: (site, path, query) => ({
      entries: memory.inPath(site, path).filter(({ answer: { address } }) => query === null || address.query === query),
      misses: misses.of(site, path, query),
    }),
    decode: decodeAs,
    stats: () => ({ entries: memory.entries, bytes: memory.bytes, maxBytes: env.maxBytes, waiting: flights.waiting, shared: shared === null ? "none" : shared.state }),
    get degraded() {
      return shared !== null && shared.state === "down";
    },
  };
}
