import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../../src/base/clock.ts";
import { deriveSealKeys } from "../../src/base/seal.ts";
import type { StoredAnswer } from "../../src/journal/entry.ts";
import { openSqliteStore, type SqliteStore } from "../../src/journal/sqlite/store.ts";
import type { Change, NewEntry, Store } from "../../src/journal/store.ts";

/*
 * What the embedded store costs. `--pairs N`: claim and settle, 64 in flight, bodies of 2 kB. `--fill N`: so many settled
 * entries first, then claims open-loop at 500/s. `--sealed`: with encryption.
 */

const { values: options } = parseArgs({
  options: {
    pairs: { type: "string", default: "50000" },
    fill: { type: "string", default: "0" },
    seconds: { type: "string", default: "10" },
    rate: { type: "string", default: "500" },
    body: { type: "string", default: "2000" },
    flight: { type: "string", default: "64" },
    sealed: { type: "boolean", default: false },
    directory: { type: "string" },
  },
});
const BODY = randomBytes(Number(options.body));
const ANSWER: StoredAnswer = { status: 200, headers: ["content-type", "application/json"], body: Buffer.from('{"code":0,"data":{"invoiceNo":"24312000000012345678","issued":"2026-11-22"}}') };

function claim(): NewEntry {
  const random = randomBytes(32).toString("hex");
  return {
    id: random.slice(0, 32), revision: 1, site: "china", route: "issue", key: [random.slice(0, 16)], scope: ["91310000MA1FL0000X"], taxpayer: "91310000MA1FL0000X",
    region: "beijing", principal: "cn=billing", lane: null, fingerprint: random.slice(32), profile: "0123456789abcdef", state: { kind: "sending" },
    request: { method: "POST", target: "/api/invoices", headers: ["content-type", "application/json", "authorization", `Bearer ${random}`, "user-agent", "billing/1"], body: BODY },
  };
}

function settlement(id: string): Change {
  const state = { kind: "accepted", how: "answered", reference: "24312000000012345678" } as const;
  return { id, revision: 1, fence: 1, state, answer: ANSWER, attempts: 1, endpoint: "https://bj.tax.example", dropHeaders: true };
}

async function pair(store: Store): Promise<void> {
  const entry = claim();
  await store.insert(entry);
  await store.update(settlement(entry.id));
}

/** Runs pairs, so many in flight; sorted times in ms. */
async function closedLoop(store: Store, pairs: number, flight: number): Promise<number[]> {
  const times: number[] = [];
  let begun = 0;
  const one = async (): Promise<void> => {
    while (begun < pairs) {
      begun += 1;
      const start = performance.now();
      await pair(store);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: flight }, one));
  return times.toSorted((a, b) => a - b);
}

/** Begins claims at their due times, whatever became of the ones before; a late answer counts from when it was due. */
async function openLoop(store: Store, perSecond: number, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const all: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; index < perSecond * seconds; ) {
    const now = performance.now();
    for (; index < perSecond * seconds && start + (index * 1000) / perSecond <= now; index += 1) {
      const due = start + (index * 1000) / perSecond;
      const entry = claim();
      all.push(claimed(store, entry, due, times));
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(all);
  return times.toSorted((a, b) => a - b);
}

async function claimed(store: Store, entry: NewEntry, due: number, times: number[]): Promise<void> {
  await store.insert(entry);
  times.push(performance.now() - due);
  await store.update(settlement(entry.id));
}

const at = (times: readonly number[], share: number): string => (times[Math.floor(times.length * share)] ?? 0).toFixed(2);

function say(what: string, times: readonly number[], ms: number, cpu: NodeJS.CpuUsage): void {
  const each = ((cpu.user + cpu.system) / times.length).toFixed(1);
  const perSecond = ((times.length / ms) * 1000).toFixed(0);
  process.stdout.write(`${what}: ${perSecond}/s, ${each} µs CPU each, p50 ${at(times, 0.5)} ms, p99 ${at(times, 0.99)} ms, p99.9 ${at(times, 0.999)} ms\n`);
}

async function measured(what: string, run: () => Promise<number[]>): Promise<void> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  say(what, await run(), performance.now() - start, process.cpuUsage(cpu));
}

async function main(): Promise<void> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "taxgate-bench-"));
  const before = process.memoryUsage.rss();
  const store = await open(directory);
  process.stdout.write(`resident: ${((process.memoryUsage.rss() - before) / (1 << 20)).toFixed(1)} MiB more once open\n`);
  try {
    const fill = Number(options.fill);
    if (fill > 0) await measured(`fill with ${fill}`, () => closedLoop(store, fill, 1024));
    if (fill > 0) await tellSize(store);
    if (Number(options.pairs) > 0) await measured(`pairs, ${options.flight} in flight`, () => closedLoop(store, Number(options.pairs), Number(options.flight)));
    await measured(`claims at ${options.rate}/s, settled too`, () => openLoop(store, Number(options.rate), Number(options.seconds)));
    await tellSize(store);
  } finally {
    await store.close();
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
  }
}

function open(directory: string): Promise<SqliteStore> {
  const sealKeys = options.sealed ? deriveSealKeys({ cipher: "aes-256-gcm", keys: [{ id: "1", key: "secret of a benchmark" }] }, "journal") : [];
  const events = { committed: () => undefined, failed: (fault: Error) => process.stderr.write(`${fault.message}\n`) };
  return openSqliteStore({ directory, clock: systemClock, events, sealKeys, exclusive: true, witness: null });
}

async function tellSize(store: Store): Promise<void> {
  const { states, bytes } = await store.stats();
  const entries = Object.values(states).reduce((sum, one) => sum + one, 0);
  process.stdout.write(`size: ${entries} entries, ${(bytes / (1 << 20)).toFixed(0)} MiB, ${(bytes / entries).toFixed(0)} bytes each\n`);
}

await main();
