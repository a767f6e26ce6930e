import { output } from "./children.ts";
import { cpuMicros } from "./proc.ts";
import type { RunningProxy } from "./proxies/proxy.ts";

/** How long one measurement takes, in whole seconds, as wrk wants them. */
export interface Pace {
  readonly warmUp: number;
  readonly counted: number;
}

/** One measurement of one proxy in one lane. */
export interface Sample {
  /** CPU time of the proxy over the requests it served, in microseconds; undefined when it served none. */
  readonly micros: number | undefined;
  readonly perSecond: number;
  /** Requests that did not end in a 2xx or 3xx answer, or in none. */
  readonly failures: number;
  /** Share (0 to 1) of connections that were resumed; undefined where connections were not counted. */
  readonly resumed?: number;
}

/** What was done to a proxy for a while. */
export interface Driven {
  /** Requests that were answered, or connections that were made. */
  readonly requests: number;
  readonly failures: number;
  /** How long it took. */
  readonly seconds: number;
  /** Connections that were resumed. */
  readonly resumed?: number;
}

/** Loads a proxy for so many seconds. */
export type Drive = (seconds: number) => Promise<Driven>;

/** A sample, and what the proxy answered to get there. */
export interface Measurement {
  readonly sample: Sample;
  /** Requests that were answered well, those of the warm-up included. */
  readonly answered: number;
}

/** The core that the load and the origin share. */
export const loadCore = 1;

/** Connections of wrk, each with one request in flight. */
export const connections = 64;

/** Warms the proxy up and then counts what a request or a connection costs it under a load. */
export async function measure(proxy: RunningProxy, drive: Drive, pace: Pace): Promise<Measurement> {
  const warmUp = await drive(pace.warmUp);
  const before = cpuMicros(proxy.pids);
  const { requests, failures, seconds, resumed } = await drive(pace.counted);
  const spent = cpuMicros(proxy.pids) - before;
  const sample = { micros: requests === 0 ? undefined : spent / requests, perSecond: requests / seconds, failures, ...(resumed === undefined ? {} : { resumed: resumed / requests }) };
  return { sample, answered: Math.max(0, requests - failures) + Math.max(0, warmUp.requests - warmUp.failures) };
}

/** Runs wrk for so long with 64 connections: requests that were answered, and those that failed. */
export async function wrk(target: readonly string[], seconds: number): Promise<Driven> {
  const args = ["-t1", `-c${connections}`, `-d${seconds}s`, ...target];
  const printed = await output({ command: "wrk", args, core: loadCore }, (seconds + 15) * 1000);
  const requests = Number(/(\d+) requests in/.exec(printed)?.[1] ?? 0);
  return { requests, failures: requests === 0 ? connections : failuresIn(printed), seconds };
}

function failuresIn(printed: string): number {
  const statuses = Number(/Non-2xx or 3xx responses: (\d+)/.exec(printed)?.[1] ?? 0);
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(printed) ?? [];
  return sockets.slice(1).reduce((sum, count) => sum + Number(count), statuses);
}
