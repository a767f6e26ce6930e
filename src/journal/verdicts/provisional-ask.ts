import type { Clock, Timer } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import { headerValue } from "../../http/headers.ts";
import { merged, type Questions } from "../ask.ts";
import type { StoredRequest } from "../entry.ts";
import type { JournalEvents } from "../events.ts";
import type { Passing } from "./learn.ts";
import type { LearnRules } from "./rules.ts";
import { requestOf } from "../plan.ts";
import type { ProvisionalCredentials } from "./provisional-credentials.ts";
import type { Awaiting } from "./provisional-index.ts";
import { recallOf } from "../recalled.ts";
import type { Store } from "../store.ts";
import type { Ways } from "../way.ts";

/*
 * Asks the platform for verdicts that no answer brings. Every question passes the same gate and keeps the same pace as those
 * about doubts; an answer that passes by takes the place of the next one.
 */

/** What asking needs from outside. */
export interface ProvisionalAsksEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly store: Pick<Store, "request">;
  readonly ways: Ways;
  readonly questions: Pick<Questions, "slot" | "send">;
  readonly credentials: ProvisionalCredentials;
  readonly events: Pick<JournalEvents, "fault">;
  readonly overhear: (rules: LearnRules, passing: Passing) => void;
}

/** Asks about what awaits its verdict, on routes that say how. */
export interface ProvisionalAsks {
  add(one: Awaiting): void;
  remove(one: Awaiting): void;
  /** The platform was asked by somebody else, just now. */
  heard(one: Awaiting): void;
  stop(): void;
}

/** Questions under way at once; the pace of each route comes beside it. */
const TOGETHER = 8;
/** Taken from the list at once. */
const MOST_DUE = 64;
const LOOK_MS = 250;
const GROWTH = 1.5;
const MOST_GROWN = 10;
const NOTHING = new Uint8Array(0);
/** The same credentials get the same answer. */
const NOT_LET_IN: ReadonlySet<number> = new Set([401, 403, 407]);

interface Asking {
  readonly one: Awaiting;
  pause: number;
  /** Monotonic ms. */
  nextAt: number;
}

/** See the top of this file. */
export function createProvisionalAsks(env: ProvisionalAsksEnv): ProvisionalAsks {
  const { clock, random, credentials, events } = env;
  const waiting = new Map<string, Asking>();
  let timer: Timer | null = null;
  let lookAt = Infinity;
  let isLooking = false;
  let stopped = false;

  const isStopped = (): boolean => stopped;
  const jittered = (ms: number): number => ms * (0.75 + random.next() / 2);

  function plan(at: number): void {
    const next = Math.max(at, clock.now() + LOOK_MS);
    if (stopped || isLooking || next >= lookAt) return;
    timer?.cancel();
    lookAt = next;
    timer = clock.after(next - clock.now(), () => void look(), true);
  }

  async function look(): Promise<void> {
    lookAt = Infinity;
    isLooking = true;
    const due = [...waiting.values()].filter(({ nextAt }) => nextAt <= clock.now()).slice(0, MOST_DUE);
    const worker = async (): Promise<void> => {
      for (let next = due.shift(); next !== undefined && !isStopped(); next = due.shift()) await askOne(next);
    };
    await Promise.all(Array.from({ length: TOGETHER }, worker));
    isLooking = false;
    let soonest = Infinity;
    for (const { nextAt } of waiting.values()) soonest = Math.min(soonest, nextAt);
    if (soonest < Infinity) plan(soonest);
  }

  async function askOne(asking: Asking): Promise<void> {
    asking.nextAt = clock.now() + jittered(asking.pause);
    try {
      if (await ask(env, asking.one)) asking.pause = Math.min(asking.pause * GROWTH, everyOf(asking.one) * MOST_GROWN);
    } catch (fault) {
      events.fault("asking for a verdict", fault);
    }
    asking.nextAt = Math.max(asking.nextAt, clock.now() + jittered(asking.pause));
  }

  return {
    add(one) {
      const ask = one.policy?.options.provisional?.ask;
      if (ask === undefined) return;
      credentials.wait(one.entry);
      const asking = { one, pause: ask.every, nextAt: clock.now() + jittered(ask.after) };
      waiting.set(one.entry.id, asking);
      plan(asking.nextAt);
    },
    remove(one) {
      if (waiting.get(one.entry.id)?.one !== one) return;
      waiting.delete(one.entry.id);
      credentials.leave(one.entry);
    },
    heard(one) {
      const asking = waiting.get(one.entry.id);
      if (asking !== undefined) asking.nextAt = Math.max(asking.nextAt, clock.now() + jittered(asking.pause));
    },
    stop() {
      stopped = true;
      timer?.cancel();
    },
  };
}

function everyOf({ policy }: Awaiting): number {
  return policy?.options.provisional?.ask?.every ?? 0;
}

/** Asks once, and learns from the answer; false where the question could not be put now. */
async function ask({ clock, store, ways, questions, credentials, overhear }: ProvisionalAsksEnv, one: Awaiting): Promise<boolean> {
  const { entry, policy, settling } = one;
  const query = policy?.options.provisional?.ask?.query;
  const headers = credentials.of(entry);
  const own = Object.keys(query?.headers ?? {}).some((name) => name.toLowerCase() === "authorization");
  if (policy === null || query === undefined || settling || (headers === null && !own)) return false;
  const recalled = await recallOf(policy.recall, store, entry);
  const { reference } = entry.state;
  const asked = requestOf(query)({ ...entry, askedAt: clock.wall() }, { within: recalled?.within ?? null, values: { ...recalled?.values, ...(reference === null ? {} : { reference }) } });
  if (asked === null) return false;
  const request: StoredRequest = { method: asked.method, target: asked.target, headers: merged(headers ?? [], asked.headers), body: asked.body ?? NOTHING };
  const found = ways(entry.site, entry.route)?.hearing?.(request) ?? null;
  if (found === null) return false;
  await questions.slot(policy, false);
  const askedAt = clock.now();
  const answered = await questions.send({ policy, facts: entry }, request, "poll");
  if (answered?.kind !== "judged") return answered?.kind === "lost";
  const { answer, plain } = answered;
  if (headers !== null && NOT_LET_IN.has(answer.status)) credentials.refused(entry, headers);
  const { principal, taxpayer } = entry;
  overhear(found.rules, {
    site: entry.site, region: answered.region, askedAt, by: "asked", headers: () => [],
    // We ask for the one that sent it: about others the answer counts as it would for that one.
    asker: { principal, taxpayer, changing: new Set(), entitled: null },
    overheard: { request: { ...found.source, headers: request.headers, body: request.body, contentType: headerValue(request.headers, "content-type") }, status: answer.status, headers: answer.headers, contentType: headerValue(answer.headers, "content-type"), body: plain },
  });
  const { prompt } = asked;
  if (prompt !== undefined && !one.settling) await questions.send({ policy, facts: entry }, { ...request, method: prompt.method, target: prompt.target, body: prompt.body ?? NOTHING }, "poll");
  return true;
}
