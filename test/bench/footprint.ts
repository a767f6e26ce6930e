import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { stop } from "./children.ts";
import { median } from "./median.ts";
import { untilServed } from "./port.ts";
import { residentMegabytes } from "./proc.ts";
import type { Setup } from "./proxies/proxy.ts";
import type { Taxgate } from "./proxies/taxgate.ts";

/** What an instance takes when nobody speaks to it, and how fast it is there. */
export interface Footprint {
  /** Median time from starting the process to the first proxied byte, in milliseconds. */
  readonly startMs: number;
  /** Resident size one second after the start, in megabytes. */
  readonly freshMegabytes: number;
  /** Resident size after a thousand requests, in megabytes. */
  readonly usedMegabytes: number;
}

/** Starts the product several times and measures; every instance is stopped again. */
export async function footprint(taxgate: Taxgate, setup: Setup, starts: number): Promise<Footprint> {
  const times: number[] = [];
  for (let i = 0; i < starts; i += 1) times.push(await timeStart(taxgate, setup));
  const { port, pids } = await taxgate.start(setup);
  await pause(1000);
  const freshMegabytes = residentMegabytes(pids);
  await sendRequests(port, 1000);
  const usedMegabytes = residentMegabytes(pids);
  await Promise.all(pids.map(stop));
  return { startMs: median(times), freshMegabytes, usedMegabytes };
}

async function timeStart(taxgate: Taxgate, setup: Setup): Promise<number> {
  const before = performance.now();
  const { port, child } = await taxgate.begin(setup);
  await untilServed(port, child.exited, 2);
  const took = performance.now() - before;
  await stop(child.pid);
  return took;
}

/** Sends plain GETs over eight connections and fails when one is not answered with 200. */
export async function sendRequests(port: number, count: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  await Promise.all(Array.from({ length: count }, () => get(port, agent)));
  agent.destroy();
}

function get(port: number, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const ask = request({ host: "127.0.0.1", port, path: "/pass/item", agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`send a request: got status ${answer.statusCode}`));
      answer.resume().once("end", resolve);
    });
    ask.once("error", reject);
    ask.end();
  });
}
