import type { Store } from "../../src/journal/store.ts";
import { acceptance, newClaim } from "./journal-entry.ts";
import { quantile } from "./median.ts";
import type { Latency } from "./latency.ts";

/** Latencies of both halves of a submission in the store, in ms. */
export interface ClaimLatencies {
  readonly claims: Latency;
  readonly settled: Latency;
}

/** Claims at their due times, whatever became of those before, each settled at once; a late commit counts from when the claim was due. */
export async function claimOpenLoop(store: Pick<Store, "insert" | "update">, perSecond: number, seconds: number): Promise<ClaimLatencies> {
  const claims: number[] = [];
  const settled: number[] = [];
  const all: Promise<void>[] = [];
  const start = performance.now() + 10;
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const due = start + (index * 1000) / perSecond;
    await until(due);
    all.push(submit(store, due, claims, settled));
  }
  await Promise.all(all);
  return { claims: summary(claims), settled: summary(settled) };
}

async function submit(store: Pick<Store, "insert" | "update">, due: number, claims: number[], settled: number[]): Promise<void> {
  const entry = newClaim();
  const { kind } = await store.insert(entry);
  if (kind !== "inserted") throw new Error("claim an order: it was known already");
  const claimed = performance.now();
  claims.push(claimed - due);
  if ((await store.update(acceptance(entry.id))) === null) throw new Error("settle an order: it is not there");
  settled.push(performance.now() - claimed);
}

/** Timers are a millisecond coarse: what a claim waits for one is counted as the store's. */
async function until(due: number): Promise<void> {
  while (performance.now() < due) await new Promise((resolve) => setTimeout(resolve, Math.max(1, due - performance.now())));
}

function summary(times: readonly number[]): Latency {
  return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
}
