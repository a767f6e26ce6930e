import type { Entry } from "../../../src/journal/entry.ts";
import type { SubmissionOptions } from "../../../src/journal/options.ts";
import type { Change, Store } from "../../../src/journal/store.ts";
import type { MemoryStore } from "../memory-store.ts";
import type { Planted, World } from "./world.ts";

/*
 * Faults planted on purpose, in what the journal is given and not in the journal: a model that does not find them would not
 * find the journal's own either.
 */

/** A fault and what has to find it. */
export interface Plant {
  readonly what: string;
  readonly planted: Planted;
  /** Numbers of the invariants that may find it first. */
  readonly breaks: readonly string[];
}

const sameRow = (change: Pick<Change, "id" | "revision">) => (entry: Entry): boolean => entry.id === change.id && entry.revision === change.revision;

/** All of them. */
export const PLANTS: readonly Plant[] = [
  { what: "a store that says inserted although the key is known", planted: { store: withoutUniqueClaim }, breaks: ["1", "6"] },
  { what: "a store that answers before a change is durable", planted: { store: answeringEarly }, breaks: ["1", "6", "8"] },
  { what: "a store that forgets doubts when it lists", planted: { store: forgettingDoubts }, breaks: ["8"] },
  { what: "a store that writes answers anew", planted: { store: rewritingAnswers }, breaks: ["5"] },
  { what: "a route that takes 504 for not executed", planted: { options: (options) => ({ ...options, notExecuted: [...options.notExecuted, { status: 504 }] }) }, breaks: ["1", "4", "6"] },
  { what: "a route that believes an absence at once", planted: { options: withoutPatience }, breaks: ["1", "4", "6"] },
  { what: "a route that has no lanes", planted: { options: (options) => ({ ...options, serialBy: [] }) }, breaks: ["9", "10"] },
  { what: "a clock whose monotonic time follows the wall", planted: { clock: (clock) => ({ ...clock, now: () => clock.wall() }) }, breaks: ["1", "4", "6", "8"] },
  { what: "a client library that sends again after a reset", planted: { call: sendingAgain }, breaks: ["1"] },
];

function withoutUniqueClaim(store: MemoryStore): Store {
  return {
    ...store,
    async insert(entry) {
      const done = await store.insert(entry);
      const known = done.kind === "known" ? done.entries.at(-1) : undefined;
      if (known === undefined) return done;
      const taken = await store.update({ id: known.id, revision: known.revision, fence: known.fence, state: entry.state, take: true });
      return taken === null ? done : { kind: "inserted", entry: taken };
    },
  };
}

const EARLY_MS = 200;

function answeringEarly(store: MemoryStore, world: World): Store {
  const early = new Map<string, Entry>();
  const latest = (entry: Entry): Entry => early.get(`${entry.id} ${entry.revision}`) ?? entry;
  return {
    ...store,
    read: async (id) => (await store.read(id)).map(latest),
    insert: async (entry) => {
      const done = await store.insert(entry);
      return done.kind === "known" ? { kind: "known", entries: done.entries.map(latest) } : done;
    },
    async update(change) {
      const stored = store.peek().find(sameRow(change));
      const now = stored === undefined ? undefined : latest(stored);
      if (now === undefined || now.fence !== change.fence) return null;
      const { state, take = false, answer = now.answer, attempts = now.attempts, endpoint = now.endpoint } = change;
      const next: Entry = { ...now, state, answer, attempts, endpoint, fence: take ? now.fence + 1 : now.fence, owner: take ? store.owner : now.owner };
      early.set(`${next.id} ${next.revision}`, next);
      world.timeline.clock.after(EARLY_MS, () => void store.update(change).catch(() => undefined));
      return next;
    },
  };
}

function forgettingDoubts(store: MemoryStore): Store {
  return { ...store, list: (filter, limit) => store.list({ ...filter, states: (filter.states ?? []).filter((state) => state !== "in-doubt") }, limit) };
}

function rewritingAnswers(store: MemoryStore): Store {
  return {
    ...store,
    update({ answer, ...change }) {
      const again = answer === undefined || answer === null ? answer : { ...answer, body: new TextEncoder().encode(`${new TextDecoder().decode(answer.body)} `) };
      return store.update(again === undefined ? change : { ...change, answer: again });
    },
  };
}

function withoutPatience(options: SubmissionOptions): SubmissionOptions {
  return { ...options, resolve: options.resolve.map((step) => (step === "hold" || step.query === undefined ? step : { ...step, notFoundValidAfter: 0 })) };
}

function sendingAgain(call: NonNullable<Parameters<NonNullable<Planted["call"]>>[0]>): typeof call {
  return async (request, control, avoid) => {
    const result = await call(request, control, avoid);
    return result.kind === "in-doubt" && result.cause === "reset" ? call(request, control, avoid) : result;
  };
}
