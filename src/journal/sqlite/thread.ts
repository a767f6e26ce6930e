import { Worker } from "node:worker_threads";
import type { SealKey } from "../../base/seal.ts";
import { StoreFault } from "../store.ts";
import type { Entering, Life } from "./enter-epoch.ts";
import { faultOf, namedFault } from "./faults.ts";

/** What a thread is given when it starts. */
export interface ThreadData extends Entering {
  readonly role: "writer" | "reader";
  readonly directory: string;
  readonly sealKeys: readonly SealKey[];
  /** Bytes kept for outcomes on a full disk. */
  readonly reserve: number;
}

/** A running thread. */
export interface Thread {
  /** What the writer has entered; null for a reader. */
  readonly life: Life | null;
  post(message: unknown): void;
  /** Ends once the thread has; resolves at once where it has ended by itself. */
  ended(): Promise<void>;
}

/** What becomes of a thread. */
export interface ThreadEvents {
  readonly message: (message: unknown) => void;
  /** It has ended, whether asked to or not; the fault says why where it was not. */
  readonly ended: (fault: StoreFault) => void;
}

/** Small heaps: what is held is a group of operations. In MiB. */
const LIMITS = { maxYoungGenerationSizeMb: 8, maxOldGenerationSizeMb: 256, stackSizeMb: 1 };

/** From sources, the file beside this one; bundled, the second file of the bundle. */
function workerFile(): URL {
  return new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./journal-worker.js", import.meta.url);
}

/** Starts a thread. Rejects with a StoreFault where it cannot open the files. */
export function startThread(data: ThreadData, events: ThreadEvents): Promise<Thread> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(workerFile(), { workerData: data, resourceLimits: LIMITS, name: `journal-${data.role}`, execArgv: [] });
    let cause = "it ended by itself";
    let refused = false;
    const exited = new Promise<void>((done) => {
      worker.on("exit", () => {
        const fault = namedFault("closed", `running the journal's ${data.role}: ${cause}`);
        if (!refused) events.ended(fault);
        reject(fault);
        done();
      });
    });
    worker.on("error", (thrown) => {
      cause = thrown instanceof Error ? thrown.message : String(thrown);
    });
    worker.on("message", (message: unknown) => {
      const first = message as { started?: Life | null; refused?: readonly string[] };
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window: there is no origin
      if (first.started !== undefined) resolve({ life: first.started, post: (message) => worker.postMessage(message), ended: () => exited });
      else if (first.refused === undefined) events.message(message);
      else {
        refused = true;
        reject(faultOf(first.refused));
      }
    });
  });
}
