import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../src/base/clock.ts";
import type { CounterReport } from "../../src/sandbox/counters.ts";
import type { GenericOperation } from "../../src/sandbox/kinds/generic-json/generic-json.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { metricValue } from "../drill/metrics-text.ts";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";
import { until } from "../support/until.ts";
import { submit, type Manners, type Order, type Told } from "./caller.ts";

/** A platform that lives in the test's process, and a Taxgate before it that is killed and started again on what it left. */
export interface Scene {
  readonly sandbox: Sandbox;
  /** Holds configuration and state directory of all lives. */
  readonly folder: string;
  /** The present life. */
  taxgate(): TaxgateProcess;
  submit(order: Order | string | Buffer, manners?: Manners): Promise<Told>;
  /** Submissions that the platform has read the head of. */
  arrivals(): Promise<number>;
  requests(): Promise<CounterReport<GenericOperation>>;
  /** The sum of a metric's samples with these labels; NaN where there is none. */
  metric(name: string, labels?: Readonly<Record<string, string>>): Promise<number>;
  /** kill -9; fails where it had ended by itself. */
  kill(): Promise<void>;
  /** SIGTERM, and waits until it has drained. */
  stop(): Promise<void>;
  /** Starts the next life, on the same folder and on other ports; `yaml` takes the place of the configuration. */
  start(yaml?: string): Promise<void>;
  /** Ends everything. Fails where a life met a fault of its own. */
  end(): Promise<void>;
}

/** How a scene is set. */
export interface Stage {
  /** Makes the configuration; the platform's origin is known by then. */
  readonly yaml: (origin: string) => string;
  /** Default: one of its own, removed at the end. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a fault of ours looks like in the log. */
const OWN_FAULTS = ["exchange failed", "journal failed", "uncaught"];
const BOUND_MS = 15_000;

/** Starts a platform and a Taxgate. */
export async function openScene({ yaml, folder: given, env = {} }: Stage): Promise<Scene> {
  const sandbox = await startSandbox({ name: "home", seed: 3, clock: systemClock });
  const folder = given ?? mkdtempSync(join(tmpdir(), "taxgate-exactly-once-"));
  let written = yaml(sandbox.origin);
  const lives: TaxgateProcess[] = [];
  let alive = false;
  const taxgate = (): TaxgateProcess => lives.at(-1) ?? assert.fail("running taxgate: it was not started");

  async function start(next = written): Promise<void> {
    written = next;
    lives.push(await startTaxgate(written, { folder, env }));
    alive = true;
  }

  async function leave(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const dying = taxgate();
    if (signal === "SIGTERM") dying.signal("SIGCONT");
    dying.signal(signal);
    // One that does not end by itself is killed, and then did not end as it should.
    const late = setTimeout(() => dying.signal("SIGKILL"), BOUND_MS);
    const ending = await dying.ended;
    clearTimeout(late);
    alive = false;
    const wanted = signal === "SIGKILL" ? { code: null, signal } : { code: 0, signal: null };
    assert.deepEqual(ending, wanted, dying.lines().slice(-20).join("\n"));
  }

  const requests = async (): Promise<CounterReport<GenericOperation>> => (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as CounterReport<GenericOperation>;

  async function end(): Promise<void> {
    await sandbox.stop();
    try {
      if (alive) await leave("SIGTERM");
    } finally {
      for (const life of lives) await life.stop();
      if (given === undefined) rmSync(folder, { recursive: true, force: true });
    }
    assert.deepEqual(lives.flatMap((life) => life.lines().filter((line) => OWN_FAULTS.some((fault) => line.includes(fault)))), []);
  }

  try {
    await start();
  } catch (fault) {
    await sandbox.stop();
    throw fault;
  }
  return {
    sandbox, folder, taxgate, requests, start, end,
    submit: (order, manners) => submit(taxgate().port("plain"), order, manners),
    arrivals: async () => (await requests()).byOperation.issue,
    metric: async (name, labels) => metricValue(await (await fetch(`http://127.0.0.1:${taxgate().port("admin")}/metrics`)).text(), name, labels),
    kill: () => leave("SIGKILL"),
    stop: () => leave("SIGTERM"),
  };
}

/** Waits for a condition; fails with its name where it does not come. */
export async function eventually(what: string, holds: () => boolean | Promise<boolean>, bound = BOUND_MS): Promise<void> {
  assert.ok(await until(holds, bound), `${what}: not within ${bound} ms`);
}

/** The judge: the ledger has this order once, and the caller was told its number as a success. */
export function issuedOnce({ sandbox }: Pick<Scene, "sandbox">, orderNo: string, told: Told): void {
  const issues = sandbox.ledger.ofOrder(orderNo);
  assert.deepEqual([told.status, told.invoiceNo, issues.length], [200, issues[0]?.invoiceNo, 1], `order ${orderNo}: ${told.submission} ${told.error ?? ""} ${told.fault ?? ""} ${told.body.toString()}`);
}

/** The bytes with which the sandbox answered an order. */
export function answeredBytes({ sandbox }: Pick<Scene, "sandbox">, orderNo: string): string {
  const [issue] = sandbox.ledger.ofOrder(orderNo);
  assert.ok(issue);
  return JSON.stringify({ code: 0, invoiceNo: issue.invoiceNo, orderNo, region: sandbox.name, issuedAt: issue.issuedAt });
}

/** Lines of the log that hold this text. */
export function logged(taxgate: TaxgateProcess, text: string): readonly string[] {
  return taxgate.lines().filter((line) => line.includes(text));
}
