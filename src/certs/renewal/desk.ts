import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { KeyPair } from "../key-pair.ts";
import type { CertificateStore } from "../store/store.ts";
import { createFailureBook, type FailureBook } from "./failure-book.ts";
import { stateOf, type KeeperState } from "./keeper-state.ts";
import type { KeeperEvents, KeeperStatus, RenewAnswer } from "./keeper-status.ts";
import { openMemory, type KeptMemory } from "./kept-memory.ts";
import type { Settings } from "./next-try.ts";
import { createOutlook, type Outlook } from "./outlook.ts";
import type { OrderEnv, OrderFailure, Outcome } from "./place-order.ts";
import { createRenewalNews, type RenewalNews } from "./renewal-news.ts";
import { createShown, type Shown } from "./shown.ts";
import { namesOf } from "./wish.ts";

/** What lies before whoever keeps a certificate: all that is known of it, who waits for it, and what is being done. */
export interface Desk {
  readonly clock: Clock;
  readonly book: FailureBook;
  readonly memory: KeptMemory;
  readonly news: RenewalNews;
  readonly orders: OrderEnv;
  readonly outlook: Outlook;
  readonly shown: Shown;
  readonly settings: () => Settings;
  /** An order begins; the signal is aborted when it is not wanted any more. */
  begin(): AbortSignal;
  /** It ended; those who asked for it are told. */
  end(outcome: Outcome): void;
  /** Tells of another pair in use and of another state. */
  report(): void;
  /** A person asks; resolves when something came of it. */
  ask(): Promise<RenewAnswer>;
  /** Takes other settings; true: something may have to be done about them now. */
  configure(settings: Settings): boolean;
  status(): KeeperStatus;
  /** Nothing comes any more: those who wait are told. */
  close(): void;
}

/** What a desk is made of. */
export interface DeskEnv {
  readonly name: string;
  readonly store: CertificateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: KeeperEvents;
  readonly settings: Settings;
}

/** Sets up a desk: what the store has is in use at the return. */
export function createDesk({ name, store, clock, random, events, settings: first }: DeskEnv): Desk {
  let settings = first;
  let since = clock.wall();
  let doing: KeeperStatus["doing"] = "waiting";
  let lastFailure: OrderFailure | null = null;
  let job = new AbortController();
  const persons: ((answer: RenewAnswer) => void)[] = [];
  const book = createFailureBook(clock, random);
  const memory = openMemory(name, store, book, random);
  const shown = createShown(name, store, clock);
  const parts = { clock, shown, memory, book, settings: () => settings };
  const outlook = createOutlook({ ...parts, since: () => since, asked: () => persons.length > 0 });
  const news = createRenewalNews(memory, outlook.room, clock, random);
  shown.look(namesOf(settings.options));
  memory.refresh(outlook.room());
  const report = createReporter(events, parts);

  function answer(outcome: RenewAnswer): void {
    for (const person of persons.splice(0)) person(outcome);
  }

  return {
    ...parts,
    news,
    outlook,
    report,
    orders: { ...parts, name, store, room: outlook.room, next: outlook.next, decide: outlook.decide, begun: events.ordering, told: events.ordered },
    begin() {
      doing = "ordering";
      job = new AbortController();
      return job.signal;
    },
    end(outcome) {
      doing = outcome.kind === "locked" ? "locked" : "waiting";
      if (outcome.kind === "failed") lastFailure = outcome.failure;
      if (outcome.kind === "issued" || outcome.kind === "taken-over") lastFailure = null;
      // Stopped by other options, or put off: those who asked still want one.
      if (outcome.kind !== "stopped" && outcome.kind !== "not-now") answer(outcome);
      // What a person wanted before its time is tried again in its time: nothing is in danger.
      if (outcome.kind === "failed" && outcome.failure.kind !== "fault" && outlook.decide().why === "not-due") {
        book.forget();
        memory.change({});
      }
      report();
    },
    ask: () => new Promise((resolve) => (doing === "stopped" ? resolve({ kind: "stopped" }) : persons.push(resolve))),
    configure(next) {
      const before = settings.options;
      settings = next;
      if (isSame(before, next.options)) return false;
      since = clock.wall();
      book.forget();
      if (!isSame({ ...before, renew: null }, { ...next.options, renew: null })) job.abort();
      return true;
    },
    status: () => statusOf(name, doing, lastFailure, { ...parts, news, outlook }),
    close() {
      doing = "stopped";
      answer({ kind: "stopped" });
    },
  };
}

/** Options are plain data that come from one schema, in one order. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type Parts = Pick<Desk, "clock" | "shown" | "memory" | "book" | "settings">;

function currentState({ shown, book, clock, settings }: Parts): KeeperState {
  const leaf = shown.pair() === null ? null : shown.leaf();
  return stateOf({ leaf, failingSince: book.since(), wall: clock.wall(), options: settings().options.renew });
}

/** What was in use when it was made, nobody is told of. */
function createReporter(events: KeeperEvents, parts: Parts): () => void {
  let told: { pair: KeyPair | null; state: KeeperState } = { pair: parts.shown.pair(), state: currentState(parts) };
  return () => {
    const before = told;
    told = { pair: parts.shown.pair(), state: currentState(parts) };
    if (told.pair !== before.pair) events.changed(told.pair, told.pair === null ? null : parts.shown.leaf());
    if (told.state !== before.state) events.moved(told.state);
  };
}

function statusOf(name: string, doing: KeeperStatus["doing"], lastFailure: OrderFailure | null, parts: Parts & Pick<Desk, "news" | "outlook">): KeeperStatus {
  const { shown, memory, book, clock, settings, news, outlook } = parts;
  const leaf = shown.pair() === null ? null : shown.leaf();
  const notes = leaf === null ? null : memory.notesOf(leaf);
  const decision = outlook.decide();
  return {
    name,
    state: currentState(parts),
    names: settings().options.domains,
    leaf,
    issuer: notes?.ordered?.issuer ?? null,
    window: notes?.window ?? null,
    explanation: news.explanation(),
    doing,
    next: { at: decision.kind === "wait" ? decision.until : clock.wall(), why: decision.why },
    failures: book.count(),
    lastFailure,
    unwritten: shown.unwritten(),
  };
}
