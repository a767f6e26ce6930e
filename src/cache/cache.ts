import type { Clock } from "../base/clock.ts";
import { selectingValue } from "../http/vary.ts";
import { createFlights, type Flight } from "./collapse.ts";
import type { EntryAddress, Invalidation, Selecting } from "./entry.ts";
import { Fetch, type FetchPlan, type ForwardReason } from "./fetch.ts";
import { createInvalidator } from "./invalidate.ts";
import { createMemoryTier, type MemoryFound } from "./memory.ts";
import { createMisses, type Miss } from "./misses.ts";
import { addressOf, type CachePolicy } from "./policy.ts";
import type { CacheRequest } from "./key.ts";
import type { CacheResult, NotStored, StaleReason } from "./reasons.ts";
import { requestSide, type RequestSide } from "./request-side.ts";
import { representationOf } from "./represent.ts";
import { overdue, type Representation, type Resident } from "./resident.ts";
import type { SharedTier } from "./shared-tier.ts";
import { createStore } from "./store.ts";

/** A request and the one who waits for its answer. */
export interface CacheCaller extends CacheRequest {
  readonly gone: boolean;
  /** Set while it waits for another's fetch. */
  onGone: (() => void) | null;
}

/** An answer from the store. */
export interface Hit {
  readonly kind: "hit";
  readonly resident: Resident;
  readonly result: CacheResult;
  readonly stale: StaleReason | null;
  /** Has to run in the background, if it comes to anything. */
  readonly refresh: Promise<Fetch | null> | null;
}

/** What the cache makes of a request. */
export type Recalled =
  | Hit
  | { readonly kind: "fetch"; readonly fetch: Fetch; readonly collapsed: boolean }
  | { readonly kind: "bypass"; readonly reason: NotStored }
  /** The caller wants what is stored or nothing. */
  | { readonly kind: "not-stored" }
  | { readonly kind: "gone" };

/** What the cache tells as it happens. */
export interface CacheEvents {
  readonly notStored: (site: string, route: string, reason: NotStored) => void;
  readonly evicted: () => void;
  readonly invalidated: (kind: Invalidation["kind"], entries: number) => void;
}

/** The cache of this process. It outlives configurations; what belongs to one comes with each call. */
export interface Cache {
  /** Decides what becomes of a request; synchronous where the memory tier knows the answer. */
  recall(policy: CachePolicy, caller: CacheCaller): Recalled | Promise<Recalled>;
  /** An entry of another region, for data that is national; null where there is none that will do. */
  elsewhere(policy: CachePolicy, request: CacheRequest): Promise<Resident | null>;
  /** Voids entries in both tiers; how many there were in memory, and false where other instances could not be told. */
  invalidate(what: Invalidation): { readonly entries: number; readonly told: Promise<boolean> };
  /** Entries of a path, and why answers of it were not stored. */
  inspect(site: string, path: string, query: string | null): { readonly entries: readonly Resident[]; readonly misses: readonly Miss[] };
  stats(): CacheStats;
  /** What a caller with this Accept-Encoding gets of an entry; encoded once, and kept beside it. */
  represent(resident: Resident, policy: CachePolicy, acceptEncoding: string | undefined): Representation | Promise<Representation>;
  /** Another instance voided entries; null: some such news may have been missed. */
  heard(what: Invalidation | null): void;
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

/** Where a request stands while the cache looks for its answer. */
interface Look {
  readonly policy: CachePolicy;
  readonly caller: CacheCaller;
  readonly side: RequestSide;
  readonly address: EntryAddress;
  readonly selecting: (name: string) => Selecting[1];
  /** Times that it has waited for another's fetch. */
  readonly waits: number;
}

/** A caller waits for one fetch, and once more where that one was for another variant. */
const MOST_WAITS = 2;

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
  const store = createStore({ clock, memory, shared, notStored });
  const invalidator = createInvalidator({ memory, flights, shared, told: events.invalidated });
  const fetchEnv = {
    clock,
    maxBytes: env.maxEntryBytes,
    keep: store.keep,
    freshen: store.freshen,
    notStored: ({ address }: FetchPlan, reason: NotStored) => notStored(address.site, address.route, address.path + address.query, reason),
    outdated: invalidator.outdated,
  };

  const fetch = (look: Look, found: MemoryFound, flight: Flight | null, rest: Partial<FetchPlan>): Fetch => {
    const stale = rest.stale === undefined ? found.resident : rest.stale;
    const isGet = look.caller.head.method !== "HEAD";
    return new Fetch({
      policy: look.policy, address: look.address, key: found.key, flight, stale, selecting: look.selecting, looseCookie: look.side.looseCookie,
      why: whyForward(look, found, stale), validates: isGet && stale !== null && (stale.etag !== null || stale.lastModified !== null), stores: isGet,
      ticket: null, background: false, mayFallBack: !isStrict(look.side), ...rest,
    }, fetchEnv);
  };

  const go = (look: Look, found: MemoryFound, flight: Flight | null, rest: Partial<FetchPlan> = {}): Recalled => ({ kind: "fetch", fetch: fetch(look, found, flight, rest), collapsed: look.waits > 0 });

  /** Asks the tier that instances share. What it has goes into memory. */
  const askShared = async (look: Look): Promise<Pick<FetchPlan, "ticket"> & { readonly resident: Resident | null }> => {
    if (shared === null || !look.policy.options.shared || shared.state === "down") return { ticket: null, resident: null };
    const { answer, purged, ticket } = await shared.get(look.address, look.selecting);
    return { ticket, resident: answer === null ? null : store.adopt(answer, purged, look.policy) };
  };

  /** Fetches in the background what is stale, unless somebody does already. */
  const refresh = (look: Look, found: MemoryFound): Promise<Fetch | null> | null => {
    const flight = flights.begin(found.key, look.address);
    if (flight === null || found.resident === null) return null;
    return askShared(look).then(({ ticket, resident }) => {
      if (resident !== null && overdue(resident, clock.now()) < 0) {
        flight.filled();
        return null;
      }
      return fetch(look, found, flight, { ticket, background: true, stores: true, validates: hasValidator(found.resident as Resident) });
    });
  };

  const use = (look: Look, found: MemoryFound, result: CacheResult): Hit | null => {
    const { resident } = found;
    if (resident === null) return null;
    const now = clock.now();
    const over = overdue(resident, now);
    if (isFresh(resident, look.side, over, now)) return hitOf(resident, result, null, null);
    if (isStrict(look.side)) return null;
    const { staleIfError, staleWhileRevalidate } = resident.answer;
    if (resident.failing && over <= staleIfError) return hitOf(resident, "stale", "if-error", now < resident.retryAt ? null : refresh(look, found));
    if (over <= staleWhileRevalidate) return hitOf(resident, "stale", "while-revalidate", refresh(look, found));
    return null;
  };

  const leadShared = async (look: Look, found: MemoryFound, flight: Flight): Promise<Recalled> => {
    const { ticket, resident } = await askShared(look);
    if (look.caller.gone && flight.waiting === 0) {
      flight.failed();
      return { kind: "gone" };
    }
    if (resident === null) return go(look, found, flight, { ticket });
    if (isFresh(resident, look.side, overdue(resident, clock.now()), clock.now())) {
      flight.filled();
      return hitOf(resident, "shared-hit", null, null);
    }
    return go(look, { ...found, resident }, flight, { ticket });
  };

  const lead = (look: Look, found: MemoryFound, flight: Flight): Recalled | Promise<Recalled> =>
    shared === null || shared.state === "down" || !look.policy.options.shared ? go(look, found, flight) : leadShared(look, found, flight);

  const waitFor = async (look: Look, found: MemoryFound, flight: Flight): Promise<Recalled> => {
    const wait = look.waits >= MOST_WAITS ? null : flights.wait(flight, look.policy.options.collapse);
    if (wait === null) return go(look, found, null);
    const { caller } = look;
    caller.onGone = wait.leave;
    const waited = await wait.done;
    caller.onGone = null;
    if (waited.kind === "gone") return { kind: "gone" };
    const next = { ...look, waits: look.waits + 1 };
    const again = memory.find(look.address.key, look.selecting);
    if (waited.kind === "lead") return lead(next, again, waited.flight);
    const hit = use(next, again, "collapsed");
    if (hit !== null) return hit;
    // The answer was for another variant: there may be a fetch for this one, or it is for us to begin it.
    return waited.kind === "filled" && again.otherVariant ? missed(next, again) : go(next, again, null);
  };

  const missed = (look: Look, found: MemoryFound): Recalled | Promise<Recalled> => {
    const { side, caller } = look;
    if (side.onlyIfCached) return { kind: "not-stored" };
    if (caller.head.method === "HEAD" || side.revalidate || (side.special && found.resident === null)) return go(look, found, null);
    const flight = flights.begin(found.key, look.address);
    if (flight !== null) return lead(look, found, flight);
    const under = flights.under(found.key);
    return under === null ? go(look, found, null) : waitFor(look, found, under);
  };

  return {
    recall(policy, caller) {
      const side = requestSide(caller, policy);
      const reason = side.bypass;
      const address = reason === null ? addressOf(policy, caller, caller.region as string) : null;
      if (address === null) {
        const why = reason ?? "key-part-missing";
        notStored(policy.site, policy.route, caller.path + caller.query, why);
        return { kind: "bypass", reason: why };
      }
      const { headers } = caller.head;
      const selecting = (name: string): Selecting[1] => selectingValue(headers, name);
      const look: Look = { policy, caller, side, address, selecting, waits: 0 };
      const found = memory.find(address.key, selecting);
      return use(look, found, "hit") ?? missed(look, found);
    },
    async elsewhere(policy, request) {
      if (policy.options.scope !== "national") return null;
      const selecting = (name: string): Selecting[1] => selectingValue(request.head.headers, name);
      for (const region of policy.regions) {
        const address = region === request.region ? null : addressOf(policy, request, region);
        if (address === null) continue;
        const resident = memory.find(address.key, selecting).resident ?? (await sharedElsewhere(address, policy, selecting));
        if (resident !== null && overdue(resident, clock.now()) <= resident.answer.staleIfError) return resident;
      }
      return null;
    },
    invalidate: invalidator.invalidate,
    inspect: (site, path, query) => ({
      entries: memory.inPath(site, path).filter((resident) => query === null || resident.answer.address.query === query),
      misses: misses.of(site, path, query),
    }),
    stats: () => ({ entries: memory.entries, bytes: memory.bytes, maxBytes: env.maxBytes, waiting: flights.waiting, shared: shared === null ? "none" : shared.state }),
    represent: (resident, policy, acceptEncoding) => representationOf(resident, policy, acceptEncoding, memory),
    heard: invalidator.heard,
  };

  async function sharedElsewhere(address: EntryAddress, policy: CachePolicy, selecting: (name: string) => Selecting[1]): Promise<Resident | null> {
    if (shared === null || shared.state === "down" || !policy.options.shared) return null;
    const { answer, purged } = await shared.get(address, selecting);
    return answer === null ? null : store.adopt(answer, purged, policy);
  }
}

function hitOf(resident: Resident, result: CacheResult, stale: StaleReason | null, refresh: Promise<Fetch | null> | null): Hit {
  resident.hits++;
  return { kind: "hit", resident, result, stale, refresh };
}

function isFresh(resident: Resident, side: RequestSide, over: number, now: number): boolean {
  return over < 0 && !side.revalidate && -over >= side.minFresh && now - resident.bornAt <= side.maxAge;
}

/** A caller that says how fresh an answer has to be does not want a stale one. */
function isStrict({ revalidate, maxAge, minFresh, onlyIfCached }: RequestSide): boolean {
  return revalidate || onlyIfCached || maxAge !== Infinity || minFresh > 0;
}

function hasValidator(resident: Resident): boolean {
  return resident.etag !== null || resident.lastModified !== null;
}

function whyForward({ side, caller }: Look, found: MemoryFound, stale: Resident | null): ForwardReason {
  if (side.revalidate) return "request";
  if (stale !== null) return "stale";
  if (caller.head.method === "HEAD") return "miss";
  return found.otherVariant ? "vary-miss" : "uri-miss";
}
