import type { Clock, Timer } from "../../base/clock.ts";
import { StoreFault } from "../store.ts";
import { faultOf, namedFault } from "./faults.ts";
import type { Ask, JobReply } from "./jobs.ts";
import { startThread, type Thread, type ThreadData } from "./thread.ts";

/** A thread for what may take long. It starts with its first job, and ends when there was none for some time. */
export interface Reader {
  readonly ask: Ask;
  /** Waits for what was begun. */
  close(): Promise<void>;
}

/** ms without a job after which the thread ends: it holds some megabytes. */
const IDLE = 30_000;

interface Pending {
  readonly resolve: (result: never) => void;
  readonly reject: (fault: StoreFault) => void;
}

/** A reader that has not started yet. A thread that dies fails its jobs; the next job starts another. */
export function createReader(data: ThreadData, clock: Clock, died: (fault: StoreFault) => void): Reader {
  const pending = new Map<number, Pending>();
  let thread: Promise<Thread> | null = null;
  let ending: Promise<void> = Promise.resolve();
  let idle: Timer | null = null;
  let last = 0;
  let closed = false;
  let whenDone: (() => void)[] = [];

  function rest(): void {
    for (const resolve of whenDone.splice(0)) resolve();
    idle?.cancel();
    idle = clock.after(IDLE, end, true);
  }

  function end(): void {
    idle?.cancel();
    const running = thread;
    thread = null;
    if (running === null) return;
    ending = running.then(
      (started) => {
        started.post({ close: true });
        return started.ended();
      },
      () => undefined,
    );
  }

  function answered(reply: JobReply): void {
    const asked = pending.get(reply.job);
    pending.delete(reply.job);
    if ("fault" in reply) asked?.reject(faultOf(reply.fault));
    else asked?.resolve(reply.result as never);
    if (pending.size === 0) rest();
  }

  function start(): Promise<Thread> {
    const starting = startThread(data, {
      message: (message) => answered(message as JobReply),
      ended(fault) {
        if (thread !== starting) return; // it was asked to
        thread = null;
        for (const { reject } of pending.values()) reject(fault);
        pending.clear();
        for (const resolve of whenDone.splice(0)) resolve();
        died(fault);
      },
    });
    return starting;
  }

  return {
    async ask(name, given) {
      if (closed) throw namedFault("closed", "using the journal: it is closed");
      idle?.cancel();
      const job = ++last;
      const answer = new Promise((resolve, reject) => pending.set(job, { resolve, reject }));
      try {
        (await (thread ??= start())).post({ job, name, given });
      } catch (fault) {
        // Its own promise may have been rejected too, when the thread ended; nobody waits for it any more.
        answer.catch(() => undefined);
        pending.delete(job);
        thread = null;
        if (pending.size === 0) for (const resolve of whenDone.splice(0)) resolve();
        throw fault;
      }
      return answer as never;
    },
    async close() {
      closed = true;
      if (pending.size > 0) await new Promise<void>((resolve) => whenDone.push(resolve));
      end();
      await ending;
    },
  };
}
