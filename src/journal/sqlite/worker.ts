import { parentPort, workerData } from "node:worker_threads";
import { faultCells, storeFault } from "./faults.ts";
import { startReader } from "./reader-thread.ts";
import type { ThreadData } from "./thread.ts";
import { startWriter } from "./writer-thread.ts";

/*
 * Where the store's threads begin. The first message tells whether the files could be opened.
 */

const port = parentPort;
if (port === null) throw new Error("starting the journal's thread: it is no program of its own");
const data = workerData as ThreadData;
try {
  port.postMessage({ started: data.role === "writer" ? startWriter(data, port) : startReader(data, port) });
} catch (thrown) {
  port.postMessage({ refused: faultCells(storeFault("opening the journal", thrown)) });
  port.close();
}
