import { stop } from "./children.ts";
import type { DiskFolder } from "./disk.ts";
import { addedLatency, type AddedLatency } from "./latency.ts";
import type { Setup } from "./proxies/proxy.ts";
import type { Taxgate } from "./proxies/taxgate.ts";

/** What a submission costs its caller. */
export interface SubmissionFigures {
  /** Type of the file system that the journal was on. */
  readonly fileSystem: string;
  /** Of 2 kB invoices at 500 a second. */
  readonly latency: AddedLatency;
}

const rate = 500;
const seconds = 10;
const rehearsalSeconds = 5;

/** Sends invoices open-loop to the origin and through a fresh instance that has seen a few thousand of them. */
export async function submissionLatency(taxgate: Taxgate, setup: Setup, { folder, fileSystem }: DiskFolder): Promise<SubmissionFigures> {
  const { port, pids } = await taxgate.startJournalled(setup, folder);
  // The compilers' work on a fresh process is not what a caller sees all day.
  await addedLatency(setup.origin, port, { kind: "invoice", rate, seconds: rehearsalSeconds });
  const latency = await addedLatency(setup.origin, port, { kind: "invoice", rate, seconds });
  await Promise.all(pids.map(stop));
  return { fileSystem, latency };
}
