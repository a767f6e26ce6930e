import { createAdmin } from "../../src/admin/admin.ts";
import type { JournalViews, Kept } from "../../src/admin/journal-views.ts";
import { journalViews } from "../../src/app/journal-views.ts";
import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import { seededRandom } from "../../src/base/random.ts";
import type { NewEntry } from "../../src/journal/store.ts";
import { createJournal, type Journal } from "../../src/journal/journal.ts";
import type { LogFields } from "../../src/observe/log.ts";
import { openMemoryStore, type MemoryStore } from "../journal/memory-store.ts";
import { request, type Asked } from "./request.ts";

/** Views of a Taxgate without a journal. */
export function noJournal(): JournalViews {
  const none = <Value>(): Promise<Kept<Value>> => Promise.resolve({ ok: false, kind: "none", why: "no route has a journal" });
  return { now: () => 0, list: none, show: none, stats: none, decide: none, verify: none, reconcile: none, backup: none };
}

/** The machine's own token in these tests. */
export const TOKEN = `tg_local_${"ab".repeat(20)}`;

/** An admin API over a real journal on a store in memory, without sockets. */
export interface JournalUnderTest {
  readonly clock: ManualClock;
  readonly store: MemoryStore;
  readonly journal: Journal;
  readonly log: { readonly event: string; readonly fields: LogFields }[];
  put(entry: NewEntry): Promise<void>;
  /** Asks the admin API as admin; `body` is sent as JSON, or as it is where it is a text. */
  ask(line: string, body?: unknown, asked?: Asked): Promise<{ readonly status: number; readonly body: Record<string, unknown>; readonly text: string }>;
}

const never = (): never => {
  throw new Error("the journal's API must not ask for this");
};

/** Makes {@link JournalUnderTest}; no way leads to a platform. */
export function journalUnderTest(stateDir = "/nowhere", wrap: (store: MemoryStore) => MemoryStore = (store) => store): JournalUnderTest {
  const clock = manualClock(1_790_000_000_000);
  const log: { event: string; fields: LogFields }[] = [];
  const note = (event: string, fields: LogFields = {}): void => void log.push({ event, fields });
  const store = wrap(openMemoryStore({ now: clock.wall }));
  const ignore = (): void => undefined;
  const events = {
    committed: ignore, failed: ignore, doubt: ignore, resolved: ignore, held: ignore, conflict: ignore, duplicate: ignore, delivered: ignore, verdict: ignore, verdictIgnored: ignore, retried: ignore,
    byHand: ({ id }: { readonly id: string }, to: string, by: string, reason: string) => note("by hand", { id, to, by, reason }),
    fault: (_where: string, fault: unknown) => { throw fault; },
  };
  const journal = createJournal({ clock, random: seededRandom(1), store, ways: () => null, events, decode: () => Promise.resolve(null), post: never, distrustUntil: 0 });
  const views = { status: never, ready: never, config: never, metrics: never, reload: never, drain: never, cache: { sites: never, accepts: never, purge: never, inspect: never, stats: never }, certificates: { list: never, show: never, renew: never }, bans: { list: never, lift: never, liftAll: never }, waf: { report: never, reset: never, rules: never, time: never } };
  const admin = createAdmin({ bind: { host: "127.0.0.1", port: 9900 }, hosts: [], tokens: [] }, {
    clock, log: { debug: note, info: note, warn: note, error: note }, localToken: TOKEN,
    views: { ...views, journal: journalViews({ clock, journal: () => journal, stateDir: () => stateDir }) },
  });
  return {
    clock, store, journal, log,
    async put(entry) {
      await store.insert(entry);
    },
    async ask(line, body, asked = {}) {
      const bytes = body === undefined ? new Uint8Array() : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
      const answer = await admin.handle({ ...request(line, { token: TOKEN, ...asked }), body: bytes });
      const text = String(answer.body);
      return { status: answer.status, text, body: text.startsWith("{") && !answer.headers.includes("application/x-ndjson") ? (JSON.parse(text) as Record<string, unknown>) : {} };
    },
  };
}
