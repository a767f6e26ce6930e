import { fileURLToPath } from "node:url";
import { output } from "./children.ts";
import { loadCore } from "./load.ts";
import { median, quantile } from "./median.ts";

const pieceSeconds = 2;

/** Latencies seen by an open-loop client, in milliseconds. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
}

/** What the way through a proxy costs an unloaded client. */
export interface AddedLatency {
  readonly direct: Latency;
  readonly through: Latency;
  /** Difference of the percentiles: median over pieces of two seconds, so that one stall of the machine does not decide. */
  readonly added: Latency;
}

/** What an open-loop client sends, how many a second, and for how many seconds (at least two). */
export interface OpenLoop {
  readonly kind: "item" | "invoice";
  readonly rate: number;
  readonly seconds: number;
}

/** Sends requests to the origin and through the proxy, by turns, and compares. */
export async function addedLatency(origin: number, proxy: number, { kind, rate, seconds }: OpenLoop): Promise<AddedLatency> {
  const script = fileURLToPath(new URL("./open-loop-client.ts", import.meta.url));
  const args = [script, kind, ...[rate, seconds, origin, proxy].map(String)];
  const printed = await output({ command: process.execPath, args, core: loadCore }, (seconds + 20) * 1000);
  const latencies: unknown = JSON.parse(printed);
  if (!isPairOfLists(latencies)) throw new Error(`measure latency: "${printed.trim()}"`);
  const [direct, through] = latencies;
  const difference = (share: number): number => median(differences(direct, through, share, rate * pieceSeconds));
  return { direct: summary(direct), through: summary(through), added: { p50: difference(0.5), p99: difference(0.99) } };
}

function differences(direct: readonly number[], through: readonly number[], share: number, size: number): number[] {
  const found: number[] = [];
  for (let at = 0; at + size <= direct.length; at += size) {
    found.push(quantile(through.slice(at, at + size), share) - quantile(direct.slice(at, at + size), share));
  }
  return found;
}

function summary(latencies: readonly number[]): Latency {
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

function isPairOfLists(value: unknown): value is [number[], number[]] {
  return Array.isArray(value) && value.length === 2 && value.every((list) => Array.isArray(list));
}
