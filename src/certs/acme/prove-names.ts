import { pause } from "../../base/pause.ts";
import type { Random } from "../../base/random.ts";
import type { Solver } from "../challenges/solver.ts";
import type { ChallengeType } from "../options.ts";
import type { Account } from "./account.ts";
import { fetchAuthorization, problemOf, taskOf, type Task } from "./authorization.ts";
import { done, failed, stopped, tame, type Step } from "./fault.ts";
import type { Identifier } from "./identifiers.ts";
import type { Order } from "./order.ts";
import { poll } from "./poll.ts";
import { finding } from "./problem.ts";
import { post, type SignedEnv } from "./signed-calls.ts";
import { stopping } from "./stopping.ts";

/** What showing names needs. */
export interface ProveEnv extends SignedEnv {
  readonly account: Account;
  readonly solver: Solver;
  readonly random: Random;
  readonly signal: AbortSignal;
}

/** The names of an order, and how they are shown to be ours. */
export interface NamesToProve {
  readonly order: Order;
  readonly identifiers: readonly Identifier[];
  readonly type: ChallengeType;
}

/** Names that are worked at together. */
const AT_ONCE = 8;
/** How long a stop waits until what was shown is taken away again. */
const CLEAR_MS = 2000;

/**
 * Shows the authority that the names of an order are ours. All of them are visible before it looks at the first: a name and
 * its wildcard share one DNS record, and what a resolver has seen of it stays for a while. What was shown is taken away
 * again, whatever happens.
 */
export async function proveNames(env: ProveEnv, wanted: NamesToProve): Promise<Step<null>> {
  const tasks = await tasksOf(env, wanted);
  if (!tasks.ok) return tasks;
  const shown: Task[] = [];
  try {
    const visible = await each(tasks.value, env.signal, (task) => present(env, task, shown));
    return visible.ok ? await each(tasks.value, env.signal, (task) => validate(env, task)) : visible;
  } finally {
    await clear(env, shown);
  }
}

async function tasksOf(env: ProveEnv, { order, identifiers, type }: NamesToProve): Promise<Step<Task[]>> {
  const tasks: Task[] = [];
  const step = await each(order.authorizations, env.signal, async (url) => {
    const authorization = await fetchAuthorization(env, env.account, url);
    const task = authorization.ok ? taskOf(authorization.value, { type, identifiers, account: env.account }) : authorization;
    if (task.ok && task.value !== null) tasks.push(task.value);
    return task.ok ? done(null) : task;
  });
  return step.ok ? done(tasks) : step;
}

async function present({ solver, signal }: ProveEnv, task: Task, shown: Task[]): Promise<Step<null>> {
  const { type, identifier } = task.challenge;
  const doing = `showing ${type} for '${identifier.value}'`;
  shown.push(task);
  const stop = stopping(signal);
  const result = await Promise.race([solver.present(task.challenge, signal), stop.stopped]);
  stop.release();
  if (result === undefined || signal.aborted) return stopped(doing);
  return result.ok ? done(null) : failed("challenge", `${doing}: ${tame(result.why)}`);
}

/** Tells the authority that it can look, and waits for what it finds. */
async function validate(env: ProveEnv, { authorization: url, challenge, url: place, told }: Task): Promise<Step<null>> {
  const doing = `validating '${challenge.identifier.value}' by ${challenge.type}`;
  const tell = told ? done(null) : await post(env, env.account, { url: place, payload: {}, doing });
  if (!tell.ok) return tell;
  return poll(env, doing, async () => {
    const step = await fetchAuthorization(env, env.account, url, doing);
    if (!step.ok) return step;
    const { status, retryAfter } = step.value;
    if (status === "valid") return done({ ready: true, value: null });
    return status === "pending" || status === "processing" ? done({ ready: false, status, retryAfter }) : finding(doing, problemOf(step.value));
  });
}

async function clear({ solver, clock, signal }: ProveEnv, shown: readonly Task[]): Promise<void> {
  const gone = Promise.all(shown.map(({ challenge }) => solver.clear(challenge)));
  const stop = stopping(signal);
  const late = new AbortController();
  await Promise.race([gone, stop.stopped.then(() => pause(clock, CLEAR_MS, late.signal))]);
  stop.release();
  late.abort();
}

/** Runs `work` for all, a few at a time, until the first failure; ends when none is under way any more. */
async function each<T>(all: readonly T[], signal: AbortSignal, work: (one: T) => Promise<Step<null>>): Promise<Step<null>> {
  const waiting = [...all];
  let result: Step<null> = done(null);
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined && result.ok; one = waiting.shift()) {
      const step = await work(one);
      if (result.ok && !step.ok) result = step;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return signal.aborted && result.ok ? stopped("showing names") : result;
}
