import type { Clock } from "../../base/clock.ts";
import { decideBatch, type BatchStanding, type KnownPart } from "./decide.ts";
import type { Entered } from "../claims.ts";
import type { Entry } from "../entry.ts";
import type { JournalEvents } from "../events.ts";
import type { Flights } from "../flights.ts";
import type { HeldItem, ItemFacts, NewItem } from "./items.ts";
import { mayHear } from "../may-hear.ts";
import { under, type Store } from "../store.ts";
import type { Try } from "../try.ts";

/*
 * What a batch gets of which some items are known: the new ones alone are claimed, as a batch of their own, and the answer is
 * composed of what all of them got; or it is refused.
 */

/** An entry of a composed answer: its flight, or the entry where nothing of it is under way in this process. */
export type Source = Extract<Entered, { kind: "mine" | "joined" | "asked" | "replay" | "told" }>;

/** A batch whose answer is composed. */
export interface ComposedBatch {
  /** In the order of the request. */
  readonly items: readonly ItemFacts[];
  /** The claim of the new ones; null: none is new. */
  readonly fresh: Source | null;
  readonly known: readonly Source[];
}

/** What claiming a batch needs. */
export interface BatchClaimsEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly events: Pick<JournalEvents, "conflict">;
  readonly flights: Pick<Flights, "policyOf" | "get">;
  /** Claims a try from the start. */
  readonly enter: (one: Try) => Promise<Entered>;
  /** Inserts a revision of a batch with its items; null where somebody was quicker. */
  readonly open: (one: Try, revision: number, items: readonly NewItem[]) => Promise<Entered | null>;
  /** Waits for what is under way. */
  readonly waitFor: (entry: Entry) => Promise<Entered>;
}

type Sorted = Extract<BatchStanding, { kind: "sorted" }>;

/** Another try may be quicker; nobody is so often. */
const TRIES = 5;
const CLOSED = { kind: "released", why: "an item came in another batch, and nothing of this one was executed" } as const;

/** Claims a batch of which something may be known, or finds what each item got. Durable once it resolves; rejects with a StoreFault. */
export async function claimBatch(one: Try, env: BatchClaimsEnv): Promise<Entered> {
  for (let tries = 0; tries < TRIES; tries++) {
    const entered = await look(one, env);
    if (entered !== null) return entered;
  }
  return { kind: "overloaded" };
}

/** Null where it has to be looked at anew. */
async function look(one: Try, env: BatchClaimsEnv): Promise<Entered | null> {
  const items = itemsOf(one);
  const holders = (await env.store.holders(items.map(({ id }) => id))).map((held) => underWay(held, env));
  const standing = decideBatch(items, holders, await fingerprints(one, holders, env), env.clock.wall());
  if (standing.kind === "conflict") {
    if (!mayHear(standing.entry, one.submission)) return { kind: "stranger" };
    env.events.conflict(standing.entry);
    return { kind: "conflict", facts: { ...standing.entry, key: standing.item.key } };
  }
  const met = [...standing.known.map(({ entry }) => entry), ...standing.closes];
  if (met.some((entry) => !mayHear(entry, one.submission))) return { kind: "stranger" };
  if (standing.known.length > 0) return mixed(one, standing, env);
  return (await close(standing.closes, env)) ? openAll(one, standing, env) : null;
}

/** What waits for its turn in a lane is not there for the taking. */
function underWay(held: HeldItem, { flights }: BatchClaimsEnv): HeldItem {
  const isWaiting = held.entry.state.kind === "unsent" && flights.get(held.entry.id)?.facts.revision === held.entry.revision;
  return isWaiting ? { ...held, entry: { ...held.entry, state: { kind: "sending" } } } : held;
}

function itemsOf({ identified: { items } }: Try): readonly ItemFacts[] {
  return items?.list ?? [];
}

/** What an entry was claimed under says what makes two contents of an item the same. */
async function fingerprints(one: Try, holders: readonly HeldItem[], { flights }: BatchClaimsEnv): Promise<(entry: Entry, item: ItemFacts) => string> {
  const { policy, submission } = one;
  const others = new Map(holders.filter(({ entry }) => entry.profile !== policy.hash).map(({ entry }) => [entry.profile, entry]));
  const read = new Map<string, ReadonlyMap<string, string>>();
  for (const [profile, entry] of others) {
    const then = (await flights.policyOf(entry))?.identify(submission.source, submission.request.target);
    if (then?.kind === "identified") read.set(profile, new Map(then.items?.list.map(({ id, fingerprint }) => [id, fingerprint])));
  }
  return (entry, item) => read.get(entry.profile)?.get(item.id) ?? item.fingerprint;
}

/** False where one of them has changed meanwhile. */
async function close(closes: readonly Entry[], { store }: BatchClaimsEnv): Promise<boolean> {
  for (const entry of closes) if ((await store.update({ ...under(entry), state: CLOSED, take: true })) === null) return false;
  return true;
}

async function openAll(one: Try, { after }: Sorted, { store, open }: BatchClaimsEnv): Promise<Entered | null> {
  const revision = ((await store.read(one.identified.id)).at(-1)?.revision ?? 0) + 1;
  return open(one, revision, itemsOf(one).map((item) => ({ ...item, after: after.get(item.id) ?? 0 })));
}

async function mixed(one: Try, standing: Sorted, env: BatchClaimsEnv): Promise<Entered | null> {
  const items = itemsOf(one);
  const refused: Entered = { kind: "mixed", items };
  if (one.policy.batch?.perItem !== true) return refused;
  const rest = standing.fresh.size === 0 ? null : withOnly(one, standing.fresh);
  if (rest === null && standing.fresh.size > 0) return refused;
  const known: Source[] = [];
  for (const part of standing.known) known.push(await sourceOf(part, env));
  if (rest === null) return { kind: "composed", batch: { items, fresh: null, known } };
  // The last that may fail: what is claimed is sent.
  const fresh = await env.enter(rest);
  if (fresh.kind === "mixed" || fresh.kind === "composed") return fresh.kind === "composed" && fresh.batch.fresh?.kind === "mine" ? joined(items, fresh.batch, known) : null;
  return isSource(fresh) ? { kind: "composed", batch: { items, fresh, known } } : fresh;
}

/** Others were quicker with some of the new ones, and the rest is claimed by now. */
function joined(items: readonly ItemFacts[], batch: ComposedBatch, known: readonly Source[]): Entered {
  return { kind: "composed", batch: { items, fresh: batch.fresh, known: [...known, ...batch.known] } };
}

function isSource(entered: Entered): entered is Source {
  return ["mine", "joined", "asked", "replay", "told"].includes(entered.kind);
}

async function sourceOf({ entry }: KnownPart, { store, flights, waitFor }: BatchClaimsEnv): Promise<Source> {
  const flight = flights.get(entry.id);
  if (flight !== undefined && flight.facts.revision === entry.revision) return { kind: "joined", flight };
  const now = (await store.read(entry.id)).find(({ revision }) => revision === entry.revision) ?? entry;
  const { kind } = now.state;
  if (kind === "accepted" || kind === "provisional") return { kind: "replay", entry: now };
  const entered = kind === "sending" || kind === "in-doubt" ? await waitFor(now) : null;
  return entered !== null && isSource(entered) ? entered : { kind: "told", entry: now };
}

/** The try with these items alone; null where its body cannot be written so. */
function withOnly(one: Try, keep: ReadonlySet<number>): Try | null {
  const { policy, submission, identified } = one;
  const { source, request } = submission;
  const body = source.body === null ? null : (policy.batch?.subset(source.body, source.contentType, keep, identified.items?.list.length ?? 0) ?? null);
  if (body === null) return null;
  const rest = { ...submission, source: { ...source, body }, request: { ...request, body } };
  const again = policy.identify(rest.source, request.target);
  return again.kind === "identified" && again.items?.list.length === keep.size ? { ...one, identified: again, submission: rest } : null;
}
