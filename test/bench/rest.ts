import { stop } from "./children.ts";
import type { DiskFolder } from "./disk.ts";
import type { Measured } from "./figures.ts";
import { footprint } from "./footprint.ts";
import { addedLatency } from "./latency.ts";
import type { Proxy, Setup } from "./proxies/proxy.ts";
import { taxgateBundled, taxgateSources, type Taxgate } from "./proxies/taxgate.ts";
import { submissionLatency } from "./submissions.ts";
import { transferGrowth } from "./transfer.ts";

/** What is measured of Taxgate alone. */
export type Rest = Omit<Measured, "samples" | "journal">;

/** Nothing of it. */
export const NO_REST: Rest = { latency: undefined, submission: undefined, sources: undefined, bundled: undefined, growth: undefined };

const pace = { kind: "item", rate: 200, seconds: 10 } as const;

/** Latency, footprint and large bodies, of Taxgate alone; nothing where it was not chosen. */
export async function measureRest(setup: Setup, disk: DiskFolder, chosen: readonly Proxy[], say: (what: string) => void): Promise<Rest> {
  const of = async (taxgate: Taxgate): Promise<Rest["sources"]> => {
    if (!chosen.includes(taxgate)) return undefined;
    say(`start-up and resident size of ${taxgate.name}`);
    return footprint(taxgate, setup, 5);
  };
  const [sources, bundled] = [await of(taxgateSources), await of(taxgateBundled)];
  const subject = [taxgateSources, taxgateBundled].find((taxgate) => chosen.includes(taxgate));
  if (subject === undefined) return NO_REST;
  say("100 MB each way");
  const growth = await transferGrowth(subject, setup.folder);
  say(`latency at ${pace.rate}/s`);
  const { port, pids } = await subject.start(setup);
  const latency = await addedLatency(setup.origin, port, pace);
  await Promise.all(pids.map(stop));
  say("latency of submissions at 500/s");
  const submission = await submissionLatency(subject, setup, disk);
  return { latency, submission, sources, bundled, growth };
}
