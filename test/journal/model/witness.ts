import type { Entry, EntryState, StateName } from "../../../src/journal/entry.ts";
import { laneOf } from "./client.ts";
import { isVoid } from "./ledger.ts";
import type { Arrival } from "./platform.ts";
import type { Told } from "./told.ts";
import type { World } from "./world.ts";

/*
 * The reference model: what may never be seen, whatever happens. It knows the platform's books, what is durable, and what
 * clients were told, and nothing of how the journal works.
 */

/** Judges one run; what is wrong goes to the world's list. */
export interface Witness {
  /** A client hears something, now. */
  told(order: string, content: string, told: Told): void;
  /** Between two moments: books, disk and memory must fit. */
  look(): void;
  /** After everything has settled. */
  atEnd(): void;
}

/** States in which an invoice may stand in the books. */
const MAY_BE_ISSUED: ReadonlySet<StateName> = new Set(["sending", "in-doubt", "held", "accepted", "provisional"]);

/** What comes after one of these in its lane may go. */
const OVER: ReadonlySet<StateName> = new Set(["accepted", "provisional", "rejected", "released", "expired", "unsent"]);
/** One of these has its lane for itself. */
const IN_THE_LANE: ReadonlySet<StateName> = new Set(["sending", "in-doubt", "held"]);
const UNDER_WAY: ReadonlySet<StateName> = new Set(["sending", "in-doubt", "queued", "provisional"]);
const TAKEN_IN: ReadonlySet<StateName> = new Set(["accepted", "provisional"]);

/** Begins to watch a world. */
export function createWitness(world: World): Witness {
  const { ledger, platform, timeline: { clock } } = world;
  const first = new Map<string, { readonly text: string; readonly number: string | null; readonly wasDurable: boolean }>();
  /** Those whose last word to a client was that they will be delivered. */
  const promised = new Set<string>();
  const isForgotten = (order: string): boolean => world.forgotten.has(order);
  const wrong = (text: string): void => void world.wrong.push(`${text} [at ${clock.now()} ms]`);

  const contentOf = (entry: Entry): string => world.contents.get(entry.fingerprint) ?? "?";
  const entriesOf = (order: string, content: string): Entry[] => world.store.peek().filter((entry) => entry.key[0] === order && contentOf(entry) === content);

  function success(order: string, content: string, told: Extract<Told, { readonly kind: "success" | "refused" }>): void {
    const issue = ledger.issues.find(({ number }) => number === told.number);
    if (issue === undefined || issue.order !== order) return wrong(`2: ${order}/${content} was told number ${told.number}, which is not in the books`);
    if (isForgotten(order)) return;
    if (issue.content !== content) return wrong(`3: ${order}/${content} was told the number of content ${issue.content}`);
    const wasDurable = entriesOf(order, content).some(({ state }) => TAKEN_IN.has(state.kind));
    const name = `${order}/${content}`;
    const before = first.get(name);
    // Before it could be written a crash may lose the words, never the outcome.
    if (before === undefined || !before.wasDurable || isVoidNumber(before.number)) first.set(name, { text: told.text, number: told.number, wasDurable });
    else if (before.text !== told.text) wrong(`5: ${name} was told ${before.text}, and then ${told.text}`);
  }

  /** Said of a moment: nothing that arrived before it was executed, or will be. */
  function absent(order: string, content: string, what: string): void {
    if (ledger.holds(order, content) !== null) wrong(`4: ${order}/${content} was told '${what}', and is in the books`);
    else if (platform.isPending(order, content, clock.now())) wrong(`4: ${order}/${content} was told '${what}', and will be executed`);
  }

  function onArrival({ order, content }: Arrival): void {
    const entries = entriesOf(order, content);
    if (!entries.some(({ state }) => MAY_BE_ISSUED.has(state.kind))) wrong(`1: ${order}/${content} is sent without a durable claim`);
    if (world.isPutBack) return;
    const own = entries.at(-1);
    const beside = world.store.peek().find((entry) => entry.key[0] !== order && laneOf(entry.key[0] as string) === laneOf(order) && IN_THE_LANE.has(entry.state.kind));
    if (beside !== undefined) wrong(`10: ${order}/${content} is sent while ${beside.key[0]} of its lane is ${beside.state.kind}`);
    const deadline = own === undefined ? undefined : deadlines.get(own.sequence);
    if (own === undefined || deadline === undefined) return;
    if (clock.wall() >= deadline) wrong(`9: ${order}/${content} is sent ${clock.wall() - deadline} ms past its time in the queue`);
    const before = world.store.peek().find((entry) => entry.sequence < own.sequence && deadlines.has(entry.sequence) && laneOf(entry.key[0] as string) === laneOf(order) && !OVER.has(entry.state.kind));
    if (before !== undefined) wrong(`9: ${order}/${content} is sent before ${before.key[0]}, which is ${before.state.kind}`);
  }

  /** Of those that were queued: until when they may be sent. */
  const deadlines = new Map<number, number>();

  function keepDeadlines(): void {
    for (const { state, sequence, key, fingerprint } of world.store.peek()) {
      if (state.kind === "queued") deadlines.set(sequence, state.until ?? Infinity);
      // A caller has taken it over: it is sent for that caller.
      if (state.kind === "unsent") deadlines.delete(sequence);
      if (endsPromise(state)) promised.delete(`${key[0]}/${world.contents.get(fingerprint)}`);
    }
  }

  function books(): void {
    const sent = new Map<string, string>();
    for (const { order, content, number } of ledger.issues.filter((one) => !isVoid(one))) {
      if (sent.has(order)) wrong(`1: ${order} is in the books twice, as ${sent.get(order)} and ${content}`);
      sent.set(order, content);
      if (!isForgotten(order) && !entriesOf(order, content).some(({ state }) => MAY_BE_ISSUED.has(state.kind))) wrong(`6: ${order}/${content} is in the books as ${number}, and ${statesOf(order, content)} in the journal`);
    }
  }

  const statesOf = (order: string, content: string): string => entriesOf(order, content).map(({ state }) => state.kind).join(", ") || "nothing";

  function entry(one: Entry): void {
    const { state } = one;
    const order = one.key[0] as string;
    const content = contentOf(one);
    if (isForgotten(order)) return;
    if (state.kind === "accepted") {
      const issue = ledger.holds(order, content);
      // Nobody heard the verdict in time.
      if (issue === null && state.verdict === "assumed") return;
      if (issue === null) wrong(`2: ${order}/${content} is accepted in the journal, and not in the books`);
      else if (state.reference !== null && state.reference !== issue.number) wrong(`2: ${order}/${content} is ${issue.number} in the books, and ${state.reference} in the journal`);
    } else if (!entriesOf(order, content).some((other) => MAY_BE_ISSUED.has(other.state.kind)) && platform.isPending(order, content, Infinity)) wrong(`4: ${order}/${content} is ${state.kind}, and will be executed`);
  }

  const isVoidNumber = (number: string | null): boolean => ledger.issues.some((one) => one.number === number && isVoid(one));

  platform.onArrival = onArrival;
  world.onCommit = keepDeadlines;

  return {
    told(order, content, told) {
      books();
      if (told.kind === "deferred") promised.add(`${order}/${content}`);
      else if (told.kind === "not-executed") promised.delete(`${order}/${content}`);
      if (told.kind === "success") return success(order, content, told);
      if (told.kind === "refused") {
        absent(order, content, "refused for good");
        if (told.text.includes("4001") && !platform.refusals.has(told.text)) wrong(`5: ${order}/${content} was refused with words that the platform never said: ${told.text}`);
      }
      if (told.kind === "not-executed" || (told.kind === "conflict" && !isForgotten(order))) absent(order, content, told.kind);
      if (told.kind === "known" && told.state === "accepted" && ledger.holds(order, content) === null) wrong(`2: ${order}/${content} was told that it was issued`);
    },
    look() {
      books();
      world.store.peek().forEach(entry);
    },
    atEnd() {
      for (const { state, key } of world.store.peek()) if (UNDER_WAY.has(state.kind)) wrong(`8: ${key[0]} is ${state.kind} after everything has settled`);
      for (const [name, { text, number }] of first) {
        if (isVoidNumber(number)) continue;
        const [order = "", content = ""] = name.split("/");
        if (!isForgotten(order) && !entriesOf(order, content).some(({ state }) => state.kind === "accepted")) wrong(`6: ${name} was told ${text}, and is ${statesOf(order, content)} in the journal`);
      }
      for (const name of promised) {
        const [order = "", content = ""] = name.split("/");
        const last = entriesOf(order, content).at(-1);
        if (!world.isPutBack && (last === undefined || (last.state.kind === "unsent" && !endsPromise(last.state)))) wrong(`6: ${name} was told that it will be delivered, and is ${last?.state.kind} (${JSON.stringify(last?.state)})`);
      }
      const stats = world.life?.journal.stats();
      if (stats === undefined || Object.values(stats).some((count) => count > 0)) wrong(`10: something is left under way: ${JSON.stringify(stats)}`);
    },
  };
}

/** A promise of delivery ends when it is kept, with its time in the queue, or by a person's word. */
function endsPromise(state: EntryState): boolean {
  return ["accepted", "provisional", "rejected", "released", "expired"].includes(state.kind) || (state.kind === "unsent" && state.why.includes("ran out"));
}
