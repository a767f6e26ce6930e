import type { Clock } from "../base/clock.ts";
import { selectingValue } from "../http/vary.ts";
import type { Flight, Flights } from "./collapse.ts";
import type { EntryAddress, Selecting } from "./entry.ts";
import { Fetch, type FetchEnv, type FetchPlan, type ForwardReason } from "./fetch.ts";
import type { CacheRequest } from "./key.ts";
import type { MemoryFound, MemoryTier } from "./memory.ts";
import { addressOf, type CachePolicy } from "./policy.ts";
import type { CacheResult, NotStored, StaleReason } from "./reasons.ts";
import { requestSide, type RequestSide } from "./request-side.ts";
import { overdue, type Resident } from "./resident.ts";
import type { SharedTier } from "./shared-tier.ts";
import type { Store } from "./store.ts";

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
  | { readonly kind: "fetch"; readonly fetch: Fetch }
  | { readonly kind: "bypass"; readonly reason: NotStored }
  /** The caller wants what is stored or nothing. */
  | { readonly kind: "not-stored" }
  | { readonly kind: "gone" };

/** What a look-up works with. */
export interface LookUpTools {
  readonly clock: Clock;
  readonly memory: MemoryTier;
  readonly flights: Flights;
  readonly shared: SharedTier | null;
  readonly store: Store;
  readonly fetchEnv: FetchEnv;
  readonly notStored: (site: string, route: string, url: string, reason: NotStored) => void;
  /** A fault of ours, which must not keep callers waiting. */
  readonly fault: (where: string, fault: unknown) => void;
}

/** Where a request stands while the cache looks for its answer. */
interface Look {
  readonly tools: LookUpTools;
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

/** Decides what becomes of a request; synchronous where the memory tier knows the answer. */
export function lookUp(tools: LookUpTools, policy: CachePolicy, caller: CacheCaller): Recalled | Promise<Recalled> {
  const side = requestSide(caller, policy);
  const address = side.bypass === null ? addressOf(policy, caller, caller.region as string) : null;
  if (address === null) {
    const reason = side.bypass ?? "key-part-missing";
    tools.notStored(policy.site, policy.route, caller.path + caller.query, reason);
    return { kind: "bypass", reason };
  }
  const { headers } = caller.head;
  const selecting = (name: string): Selecting[1] => selectingValue(headers, name);
  const look: Look = { tools, policy, caller, side, address, selecting, waits: 0 };
  const found = tools.memory.find(address.key, selecting);
  return use(look, found, "hit") ?? missed(look, found);
}

/** An entry of another region, for data that is national; null where there is none that will do. */
export async function lookElsewhere(tools: LookUpTools, policy: CachePolicy, request: CacheRequest): Promise<Resident | null> {
  if (policy.options.scope !== "national") return null;
  const { headers } = request.head;
  const selecting = (name: string): Selecting[1] => selectingValue(headers, name);
  for (const region of policy.regions) {
    const address = region === request.region ? null : addressOf(policy, request, region);
    if (address === null) continue;
    const flight = tools.flights.loner(address.key, address);
    const resident = tools.memory.find(address.key, selecting).resident ?? (await fromShared(tools, policy, address, selecting, flight)).resident;
    flight.released();
    if (resident !== null && overdue(resident, tools.clock.now()) < resident.answer.staleIfError) return resident;
  }
  return null;
}

/** What the entry in memory is good for at once; null where the platform has to be asked first. */
function use(look: Look, found: MemoryFound, result: CacheResult): Hit | null {
  const { resident } = found;
  if (resident === null) return null;
  const now = look.tools.clock.now();
  const over = overdue(resident, now);
  if (isFresh(resident, look.side, over, now)) return hitOf(resident, result, null, null);
  if (isStrict(look.side)) return null;
  const { staleIfError, staleWhileRevalidate } = resident.answer;
  if (resident.failing && over < staleIfError) return hitOf(resident, "stale", "if-error", now < resident.retryAt ? null : refresh(look, found));
  if (over < staleWhileRevalidate) return hitOf(resident, "stale", "while-revalidate", resident.failing && now < resident.retryAt ? null : refresh(look, found));
  return null;
}

/** What may be served if the platform fails; it has not answered for longer than a caller waits for another's fetch. */
function overdueHit({ tools, side }: Look, { resident }: MemoryFound): Hit | null {
  if (resident === null || isStrict(side) || overdue(resident, tools.clock.now()) >= resident.answer.staleIfError) return null;
  return hitOf(resident, "stale", "if-error", null);
}

function missed(look: Look, found: MemoryFound): Recalled | Promise<Recalled> {
  const { side, tools } = look;
  if (side.onlyIfCached) return { kind: "not-stored" };
  if (goesAlone(look, found)) return alone(look, found);
  const flight = tools.flights.begin(found.key, look.address);
  if (flight !== null) return lead(look, found, flight);
  const under = tools.flights.under(found.key);
  return under === null ? alone(look, found) : waitFor(look, found, under);
}

/** What such a request brings helps nobody else, and others would wait for it in vain. */
function goesAlone({ side, caller: { head }, policy: { options } }: Look, { resident }: MemoryFound): boolean {
  if (head.method === "HEAD" || side.revalidate) return true;
  if (side.special && (head.method === "POST" || resident === null || !hasValidator(resident))) return true;
  // A life of the route's own is not given to answers to requests with cookies.
  return side.looseCookie && (options.ttl !== undefined || options.negative !== undefined || options.heuristic !== undefined || options.immutableWhen.length > 0);
}

function lead(look: Look, found: MemoryFound, flight: Flight): Recalled | Promise<Recalled> {
  return isShared(look.tools, look.policy) ? leadShared(look, found, flight) : go(look, found, flight, null);
}

async function leadShared(look: Look, found: MemoryFound, flight: Flight): Promise<Recalled> {
  const { ticket, resident, voided } = await fromShared(look.tools, look.policy, look.address, look.selecting, flight);
  const now = look.tools.clock.now();
  if (resident !== null && isFresh(resident, look.side, overdue(resident, now), now)) {
    flight.filled();
    return hitOf(resident, "shared-hit", null, null);
  }
  if (look.caller.gone && flight.waiting === 0) {
    flight.failed();
    return { kind: "gone" };
  }
  return go(look, nowFound(look, found, resident, voided), flight, ticket);
}

async function waitFor(look: Look, found: MemoryFound, flight: Flight): Promise<Recalled> {
  const { caller, tools } = look;
  const wait = look.waits >= MOST_WAITS ? null : tools.flights.wait(flight, look.policy.options.collapse);
  if (wait === null) return alone(look, found);
  caller.onGone = wait.leave;
  const waited = await wait.done;
  caller.onGone = null;
  if (waited.kind === "gone") return { kind: "gone" };
  const next = { ...look, waits: look.waits + 1 };
  const again = tools.memory.find(look.address.key, look.selecting);
  const hit = use(next, again, "collapsed") ?? (waited.kind === "alone" ? overdueHit(next, again) : null);
  if (hit !== null) {
    // Served after all, because the fetch that it waited for failed: the others are, too.
    if (waited.kind === "lead") waited.flight.failed();
    return hit;
  }
  if (waited.kind === "lead") return lead(next, again, waited.flight);
  // The answer was for another variant: there may be a fetch for this one, or it is for us to begin it.
  return waited.kind === "filled" && again.otherVariant ? missed(next, again) : alone(next, again);
}

/** Fetches in the background what is stale, unless somebody does already. */
function refresh(look: Look, found: MemoryFound): Promise<Fetch | null> | null {
  const { tools } = look;
  const flight = tools.flights.begin(found.key, look.address);
  return flight === null ? null : refreshed(look, found, flight);
}

async function refreshed(look: Look, found: MemoryFound, flight: Flight): Promise<Fetch | null> {
  const { tools } = look;
  const { ticket, resident, voided } = await fromShared(tools, look.policy, look.address, look.selecting, flight);
  if (resident !== null && overdue(resident, tools.clock.now()) < 0) {
    flight.filled();
    return null;
  }
  return fetchOf(look, nowFound(look, found, resident, voided), { flight, ticket, background: true });
}

/** What there is after a look-up in the shared tier: its copy, or what a purge meanwhile has left in memory. */
function nowFound(look: Look, found: MemoryFound, resident: Resident | null, voided: boolean): MemoryFound {
  if (voided) return look.tools.memory.find(look.address.key, look.selecting);
  return resident === null ? found : { ...found, resident };
}

/** Asks the tier that instances share. What it has goes into memory, unless it was voided meanwhile, as its flight then says. */
async function fromShared(tools: LookUpTools, policy: CachePolicy, address: EntryAddress, selecting: Look["selecting"], flight: Flight): Promise<Pick<FetchPlan, "ticket"> & { readonly resident: Resident | null; readonly voided: boolean }> {
  if (tools.shared === null || !isShared(tools, policy)) return { ticket: null, resident: null, voided: false };
  try {
    const { answer, purged, ticket } = await tools.shared.get(address, selecting, policy.options.encrypt);
    if (flight.voided) {
      // What is fetched from now on is asked for after the purge.
      flight.voided = false;
      return { ticket: null, resident: null, voided: true };
    }
    return { ticket, resident: answer === null ? null : tools.store.adopt(answer, purged, policy), voided: false };
  } catch (fault) {
    tools.fault("asking the shared tier", fault);
    return { ticket: null, resident: null, voided: false };
  }
}

function isShared({ shared }: LookUpTools, { options }: CachePolicy): boolean {
  return shared !== null && shared.state === "up" && options.shared;
}

/** Goes without others waiting for it. */
function alone(look: Look, found: MemoryFound): Recalled {
  return go(look, found, look.tools.flights.loner(found.key, look.address), null);
}

function go(look: Look, found: MemoryFound, flight: Flight, ticket: FetchPlan["ticket"]): Recalled {
  return { kind: "fetch", fetch: fetchOf(look, found, { flight, ticket, background: false }) };
}

function fetchOf(look: Look, found: MemoryFound, rest: Pick<FetchPlan, "flight" | "ticket" | "background">): Fetch {
  const { tools, policy, address, selecting, side, caller } = look;
  const stale = found.resident;
  const { method } = caller.head;
  const stores = rest.background || method !== "HEAD";
  // A POST that asks under a condition is refused with 412 by whoever takes it at its word (RFC 9110 section 13.1.2).
  const validates = stores && method !== "POST" && stale !== null && hasValidator(stale);
  const plan = { policy, address, key: found.key, stale, selecting, looseCookie: side.looseCookie, why: whyForward(look, found), validates, stores, mayFallBack: !isStrict(side), ...rest };
  return new Fetch(plan, tools.fetchEnv);
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

function whyForward({ side, caller }: Look, found: MemoryFound): ForwardReason {
  if (side.revalidate) return "request";
  if (found.resident !== null) return "stale";
  if (caller.head.method === "HEAD") return "miss";
  return found.otherVariant ? "vary-miss" : "uri-miss";
}
