import type { Clock } from "../base/clock.ts";
import type { Headers } from "../http/message.ts";
import type { Asked, Questions } from "./ask.ts";
import type { Entry, EntryFacts, StateName } from "./entry.ts";
import type { QueryStep } from "./plan.ts";
import { itemState } from "./batch/items.ts";
import type { SubmissionPolicy } from "./policy.ts";
import { readReference } from "./reference.ts";
import type { Filter, Store } from "./store.ts";

/*
 * Compares the journal with the platform, by the same question that leads out of doubt. It changes nothing: what is found
 * is for a person.
 */

/** The entries to compare, a piece at a time. */
export interface Span {
  /** Wall ms, first and behind the last. */
  readonly from: number;
  readonly to: number;
  /** Narrows it further. */
  readonly filter: Pick<Filter, "site" | "route" | "taxpayer" | "region">;
  /** Only after this place in the order of claims. */
  readonly after: number;
  /** At most so many entries, 1 to 1,000. */
  readonly limit: number;
  /** Fields to ask with, lower-case names: credentials of settled submissions are not kept. */
  readonly headers: Headers;
}

/**
 * What differs. `not-there`: accepted here, and the platform does not know it. `only-there`: the platform has it, and here
 * it was not issued, or nobody knows. `other-reference`: both have it, under different numbers. `another`: the platform
 * shows another submission under its key. `cannot-tell`: the platform was not asked, or its answer says neither.
 */
export type DifferenceKind = "not-there" | "only-there" | "other-reference" | "another" | "cannot-tell";

/** One entry that differs. */
export interface Difference {
  readonly kind: DifferenceKind;
  readonly entry: Entry;
  /** The platform's own number, where it says one. */
  readonly reference: string | null;
  readonly why: string;
}

/** What a piece of a span showed. */
export interface Reconciled {
  /** Entries that the platform was asked about. */
  readonly asked: number;
  /** Entries that are the same on both sides. */
  readonly same: number;
  /** Entries that are not asked about: queued, being sent, or followed by a newer revision. */
  readonly passed: number;
  readonly differences: readonly Difference[];
  /** The `after` of the piece that follows; null at the end. */
  readonly next: number | null;
}

/** What comparing works with. */
export interface ReconcileEnv {
  readonly clock: Clock;
  readonly store: Store;
  readonly questions: Pick<Questions, "ask">;
  readonly policyOf: (facts: EntryFacts) => Promise<SubmissionPolicy | null>;
}

type Found = "same" | "passed" | Omit<Difference, "entry">;

/** Questions under way at once, each paced like a resolver's. */
const TOGETHER = 16;
/** No more questions are begun after so long, in ms: whoever waits for the piece has a patience too. */
const PIECE_MS = 15_000;
const QUESTION_MS = 10_000;
/** More items of a batch are not asked about. */
const MOST_ITEMS = 50;
/** They may have been followed by a revision that the platform shows instead. */
const FOLLOWED: ReadonlySet<StateName> = new Set(["rejected", "released", "unsent"]);

/** Compares a piece of a span; never rejects for what a platform does. */
export async function reconcile(env: ReconcileEnv, span: Span): Promise<Reconciled> {
  const { clock, store } = env;
  const until = clock.now() + PIECE_MS;
  const page = await store.list({ ...span.filter, from: span.from, to: span.to, after: span.after }, span.limit);
  const found: { readonly entry: Entry; readonly found: Found }[] = [];
  for (let at = 0; at < page.entries.length && (at === 0 || clock.now() < until); at += TOGETHER) {
    const together = page.entries.slice(at, at + TOGETHER);
    found.push(...(await Promise.all(together.map(async (entry) => ({ entry, found: await compare(env, span, entry) })))));
  }
  const differences = found.flatMap(({ entry, found }) => (typeof found === "string" ? [] : [{ ...found, entry }]));
  const count = (what: Found): number => found.filter((one) => one.found === what).length;
  const passed = count("passed");
  const next = found.length < page.entries.length ? (found.at(-1)?.entry.sequence ?? null) : page.next;
  return { asked: found.length - passed, same: count("same"), passed, differences, next };
}

async function compare(env: ReconcileEnv, span: Span, listed: Entry): Promise<Found> {
  if (await isPassed(env.store, listed)) return "passed";
  const policy = await env.policyOf(listed);
  const step = policy?.plan.find((one) => one.kind === "query");
  if (policy === null || step === undefined) return { kind: "cannot-tell", reference: null, why: policy === null ? "its route is not known any more" : "its route has no query under 'resolve'" };
  if (policy.batch !== null) return compareItems(env, span, listed, policy, step);
  const asked = await env.questions.ask({ policy, facts: listed }, step, { headers: span.headers, within: QUESTION_MS });
  const first = judge(env, listed, policy, step, asked);
  if (typeof first === "string") return first;
  // What was learnt while the platform was asked is no difference.
  const now = (await env.store.read(listed.id)).at(-1);
  if (now === undefined || now.revision !== listed.revision || now.state.kind === "sending") return "passed";
  return now.state.kind === listed.state.kind ? first : judge(env, now, policy, step, asked);
}

/** A batch by its items, one after the other; the first difference tells. */
async function compareItems(env: ReconcileEnv, span: Span, listed: Entry, policy: SubmissionPolicy, step: QueryStep): Promise<Found> {
  const items = await env.store.items(listed.id, listed.revision);
  for (const item of items.slice(0, MOST_ITEMS)) {
    const one: Entry = { ...listed, key: item.key, fingerprint: item.fingerprint, state: itemState(item, listed.state) };
    const found = judge(env, one, policy, step, await env.questions.ask({ policy, facts: one }, step, { headers: span.headers, within: QUESTION_MS }));
    if (typeof found !== "string") return { ...found, why: `item '${item.key.join(", ")}': ${found.why}` };
  }
  return items.length <= MOST_ITEMS ? "same" : { kind: "cannot-tell", reference: null, why: `it has ${items.length} items, and the first ${MOST_ITEMS} were asked about: they are the same` };
}

async function isPassed(store: Store, { id, revision, state: { kind } }: Entry): Promise<boolean> {
  if (kind === "queued" || kind === "sending") return true;
  return FOLLOWED.has(kind) && (await store.read(id)).some((one) => one.revision > revision);
}

function judge({ clock }: ReconcileEnv, { state, updatedAt }: Entry, policy: SubmissionPolicy, step: QueryStep, { sight, seen, why }: Asked): Found {
  const reference = seen === null || sight !== "found" ? null : readReference(policy.reference, seen.read);
  const differs = (kind: DifferenceKind, why: string): Found => ({ kind, reference, why });
  switch (sight) {
    case "found":
      if (state.kind === "provisional") return "same";
      if (state.kind !== "accepted") return differs("only-there", `the platform has it, and here it is '${state.kind}'`);
      if (state.reference === null || reference === null || state.reference === reference) return "same";
      return differs("other-reference", `here its number is '${state.reference}', at the platform '${reference}'`);
    case "absent":
      if (state.kind !== "accepted" && state.kind !== "provisional") return "same";
      if (clock.wall() - updatedAt < step.notFoundValidAfter) return differs("cannot-tell", "the platform does not know it yet, and may still show it");
      return differs("not-there", `it is ${state.kind} here, and the platform does not know it`);
    case "another":
      return differs("another", "the platform shows another submission under its key");
    case "unknown":
      return differs("cannot-tell", seen === null ? why : `the platform's answer (status ${seen.read.status}) fits neither 'found' nor 'absent'`);
  }
}
