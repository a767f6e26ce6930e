import { manualClock, type ManualClock } from "../../src/base/clock.ts";
import type { Entered } from "../../src/journal/claims.ts";
import type { Entry, StateName } from "../../src/journal/entry.ts";
import type { Ending, NoEnding } from "../../src/journal/flight.ts";
import { createJournal, type Journal } from "../../src/journal/journal.ts";
import type { SubmissionPolicy } from "../../src/journal/policy.ts";
import type { Submission } from "../../src/journal/try.ts";
import type { Way } from "../../src/journal/way.ts";
import type { CallControl, UpstreamCall } from "../../src/upstream/call.ts";
import type { AttemptCause, AttemptResult } from "../../src/upstream/result.ts";
import type { RegionUpstream } from "../../src/upstream/region-upstream.ts";
import { openMemoryStore, type MemoryStore } from "./memory-store.ts";
import { someOptions, WALL } from "./some-entry.ts";

/*
 * A whole journal over a store in memory and a platform that does what a test says, in virtual time.
 */

/** One request that has reached the platform. */
export interface Call {
  /** Monotonic ms. */
  readonly at: number;
  readonly kind: "submit" | "poll";
  readonly target: string;
  readonly headers: readonly string[];
  readonly body: string;
  /** Answers it; the first answer counts. */
  readonly answer: (result: AttemptResult) => void;
}

/** What the platform does with a request: an answer now, or none until the test gives one. */
export type Script = (call: Call) => AttemptResult | null;

/** Whose submission it is; nobody's that is known unless written. */
export type Who = Partial<Pick<Submission, "taxpayer" | "principal" | "changing" | "entitled">> & { readonly headers?: readonly string[] };

/** What a test holds in its hands. */
export interface Scripted {
  readonly clock: ManualClock;
  readonly store: MemoryStore;
  readonly journal: Journal;
  readonly calls: Call[];
  readonly faults: string[];
  readonly notices: { readonly at: number; readonly body: string }[];
  script: Script;
  /** Asked before each group of the store's work, which it makes fail; null: all goes well. */
  storeFault: (() => Error | null) | null;
  /** False: the configuration in use has no such route any more. */
  hasRoute: boolean;
  policy: SubmissionPolicy;
  /** Tries an order; resolves with what it gets, sent where it is the first. */
  enter(body: Readonly<Record<string, unknown>>, who?: Who): Promise<Entered>;
  /** The same, and waits for the outcome at most 20 s of the clock. */
  hear(body: Readonly<Record<string, unknown>>, who?: Who): Promise<Entered | Ending | NoEnding>;
  /** What answers to requests of our own tell, by the route that they match. */
  hearing: NonNullable<Way["hearing"]>;
  /** What counts its requests toward the platform. */
  paced: Way["paced"];
  /** Moves time on in small steps, and lets everything run in between. */
  pass(ms: number, step?: number): Promise<void>;
  states(): Promise<Readonly<Record<string, StateName>>>;
  entry(order: string): Promise<Entry>;
  /** Kills this life, and begins the next one on what is durable. */
  crash(distrustUntil?: number): Scripted;
}

/** Begins a life. `options` are the route's beside its key, which stands at `/orderNo`. */
export function scripted(options: Readonly<Record<string, unknown>>, before?: { readonly clock: ManualClock; readonly store: MemoryStore }, distrustUntil = 0): Scripted {
  const clock = before?.clock ?? manualClock(WALL);
  const store = before?.store ?? openMemoryStore({ now: clock.wall, commit: () => current.get(clock)?.() });
  const calls: Call[] = [];
  const faults: string[] = [];
  const notices: { at: number; body: string }[] = [];
  const region = regionOf((call, control) => reach(call, control));
  const events = { committed: nothing, failed: nothing, doubt: nothing, resolved: nothing, held: nothing, conflict: nothing, duplicate: nothing, delivered: nothing, retried: nothing, byHand: nothing, verdict: nothing, verdictIgnored: nothing };
  const journal = createJournal({
    clock, store, distrustUntil,
    random: { next: () => 0.5, bytes: (size: number) => new Uint8Array(size) } as never,
    ways: (_site, route) => (self.hasRoute && route === "issue" ? { policy: self.policy, response: null, total: null, fresh: false, hearing: (request) => self.hearing(request), region: (name) => (name === "beijing" ? region : null), paced: (...asked) => self.paced(...asked) } : null),
    decode: () => Promise.resolve(null),
    events: { ...events, fault: (where, fault) => void faults.push(`${where}: ${String(fault)}`) },
    post: (_url, _headers, body) => {
      notices.push({ at: clock.now(), body });
      return Promise.resolve(200);
    },
  });

  /** In its turn, where a pace counts it; as the real region does. */
  async function reach(call: UpstreamCall, control: CallControl): Promise<AttemptResult> {
    const { pace } = call;
    if (pace === null) return put(call, control);
    const none = await pace.take(control);
    if (none !== null) return none.kind === "told" ? { kind: "refused", cause: "paced", detail: "", retryAfter: none.retryAfter } : { kind: "not-sent", cause: none.cause, detail: "", endpoint: "" };
    const result = await put(call, control);
    if (result.kind === "refused" || result.kind === "not-sent") pace.back();
    else pace.handed();
    if (result.kind === "answered") pace.answered(result.answer);
    return result;
  }

  function put({ class: kind, target, headers, body }: UpstreamCall, control: CallControl): Promise<AttemptResult> {
    return new Promise((resolve) => {
      control.abort = (cause: AttemptCause) => resolve({ kind: "in-doubt", cause, detail: "given up", endpoint: "e1", bodyFault: null });
      const call: Call = { at: clock.now(), kind: kind as Call["kind"], target, headers, body: body.kind === "bytes" ? Buffer.from(body.bytes).toString() : "", answer: resolve };
      calls.push(call);
      const answered = self.script(call);
      if (answered !== null) resolve(answered);
    });
  }

  const self: Scripted = {
    clock, store, journal, calls, faults, notices,
    script: () => ISSUED,
    storeFault: null,
    hasRoute: true,
    policy: journal.compile(someOptions(options), { site: "china", route: "issue" }),
    hearing: () => null,
    paced: () => null,
    async enter(body, { headers = [], ...who } = {}) {
      const text = Buffer.from(JSON.stringify(body));
      const source = { headers: [], pathVariables: {}, query: "", body: text, contentType: "application/json" };
      const request = { method: "POST", target: "/api/invoices", headers: ["content-type", "application/json", ...headers], body: text };
      const entered = await journal.enter(self.policy, { source, request, taxpayer: null, region: "beijing", principal: null, changing: new Set(), entitled: null, ...who });
      if (entered.kind === "mine") journal.send(entered.flight);
      return entered;
    },
    async hear(body, who) {
      const entered = await self.enter(body, who);
      return "flight" in entered ? entered.flight.wait(20_000, nothing) : entered;
    },
    async pass(ms, step = 50) {
      for (let left = ms; left > 0; left -= step) {
        clock.advance(Math.min(step, left));
        await turn();
      }
    },
    async states() {
      const { entries } = await store.list({}, 1000);
      return Object.fromEntries(entries.map((entry) => [`${entry.key.join()}${entry.revision === 1 ? "" : `/${entry.revision}`}`, entry.state.kind]));
    },
    async entry(order) {
      const found = (await store.list({ key: order }, 1000)).entries.at(-1);
      if (found === undefined) throw new Error(`no entry of order '${order}'`);
      return found;
    },
    crash: (until = 0) => scripted(options, { clock, store: store.crash() }, until),
  };
  current.set(clock, () => {
    const fault = self.storeFault?.() ?? null;
    if (fault !== null) throw fault;
  });
  return self;
}

/** Asks the present life of a store whether it may write. */
const current = new WeakMap<ManualClock, () => void>();

const nothing = (): void => undefined;

/** Lets everything run that waits for nothing but its turn. */
export function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

function regionOf(call: (call: UpstreamCall, control: CallControl) => Promise<AttemptResult>): RegionUpstream {
  const region = { name: "beijing", fallback: [], attempts: 1, responseTimeout: 3000, totalTimeout: 10_000, retries: { request: nothing, take: () => false }, pauseAfter: () => 100 };
  return { ...region, isUp: () => true, hasOther: () => false, call, tunnel: () => ({ kind: "refused", cause: "overloaded", detail: "no tunnels here", retryAfter: 1 }) };
}

/** An answer with a JSON body. */
export function answered(status: number, body: unknown = {}, contentType = "application/json"): AttemptResult {
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return { kind: "answered", cause: "answer", endpoint: "e1", region: "beijing", answer: { status, headers: ["content-type", contentType], body: { kind: "bytes", bytes } } };
}

/** The platform issues. */
export const ISSUED = answered(200, { invoiceNo: "N1" });
/** A breaker is open: nothing was tried. */
export const REFUSED: AttemptResult = { kind: "refused", cause: "breaker-open", detail: "region 'beijing' keeps failing", retryAfter: 1 };
/** Nobody answered a connection. */
export const NOT_SENT: AttemptResult = { kind: "not-sent", cause: "connect-refused", detail: "refused", endpoint: "e1" };
/** The connection broke after the request. */
export const LOST: AttemptResult = { kind: "in-doubt", cause: "reset", detail: "reset", endpoint: "e1", bodyFault: null };
