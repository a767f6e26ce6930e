import { startHaproxy, startNginx } from "../support/other-proxies.ts";
import { startNaiveProxy } from "../support/naive-proxy.ts";
import type { ProxyUnderTest } from "../support/proxy-under-test.ts";
import { startRecordingUpstream, type RecordingUpstream } from "../support/recording-upstream.ts";
import { ANSWER_TABLES } from "./answer-tables.ts";
import { REQUEST_TABLES } from "./request-tables.ts";
import { runAnswerCase } from "./run-answer-case.ts";
import { runRequestCase } from "./run-request-case.ts";
import type { Violation } from "./violation.ts";

// Runs every table against other proxies: a suite that finds no fault with a twelve-line proxy proves nothing.
// Names as arguments choose the proxies; `--show NAME` lists the failures of one.

type Starter = (upstreamPort: number) => Promise<ProxyUnderTest | undefined>;
type Tally = Map<string, number>;

const STARTERS: Readonly<Record<string, Starter>> = { naive: startNaiveProxy, nginx: startNginx, haproxy: startHaproxy };
const shown = process.argv[process.argv.indexOf("--show") + 1];

async function tallyOf(name: string, start: Starter): Promise<Tally | undefined> {
  const upstream = await startRecordingUpstream();
  const proxy = await start(upstream.port);
  if (proxy === undefined) return upstream.close().then(() => undefined);
  try {
    return await runTables(name, proxy, upstream);
  } finally {
    await proxy.stop();
    await upstream.close();
  }
}

async function runTables(name: string, proxy: ProxyUnderTest, upstream: RecordingUpstream): Promise<Tally> {
  const tally: Tally = new Map();
  for (const [family, cases] of Object.entries(REQUEST_TABLES)) {
    tally.set(family, await countFailures(name, cases, (one) => runRequestCase(one, proxy.port, upstream)));
  }
  for (const [family, cases] of Object.entries(ANSWER_TABLES)) {
    tally.set(family, await countFailures(name, cases, (one) => runAnswerCase(one, proxy.port, upstream)));
  }
  return tally;
}

async function countFailures<Case extends { readonly name: string }>(proxy: string, cases: readonly Case[], run: (one: Case) => Promise<Violation[]>): Promise<number> {
  let failures = 0;
  for (const one of cases) {
    const violations = await run(one);
    if (isUnsafe(violations)) failures += 1;
    if (proxy === shown) report(one.name, violations);
  }
  return failures;
}

function isUnsafe(violations: readonly Violation[]): boolean {
  return violations.some((violation) => violation.rule === "safety");
}

function report(name: string, violations: readonly Violation[]): void {
  for (const violation of violations) if (violation.rule === "safety") console.log(`  ${name}: ${violation.text}`);
}

// The naive proxy throws on some answers; in a process of its own each of these would end it.
let crashes = 0;
process.on("uncaughtException", () => { crashes += 1; });

const chosen = process.argv.slice(2).filter((word) => word in STARTERS);
const tallies = new Map<string, Tally>();
for (const [name, start] of Object.entries(STARTERS)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  const tally = await tallyOf(name, start);
  if (tally !== undefined) tallies.set(name, tally);
}
console.table(Object.fromEntries(Object.entries({ ...REQUEST_TABLES, ...ANSWER_TABLES }).map(([family, cases]) => [
  family, { cases: cases.length, ...Object.fromEntries([...tallies].map(([name, tally]) => [name, tally.get(family)])) },
])));
if (crashes > 0) console.log(`naive: ${crashes} cases would have ended its process`);
