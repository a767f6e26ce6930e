import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/child-process.ts";
import { until } from "../support/until.ts";
import { crashConfig, type CrashPorts } from "./crash-plan.ts";
import { openEntries } from "./journal-metrics.ts";
import { operatorOf } from "./operator.ts";
import { beginTaxgate, type TaxgateProcess } from "./taxgate-process.ts";

/** A Taxgate that is killed and started again on the same ports and the same state directory. */
export interface MortalTaxgate {
  readonly ports: CrashPorts;
  readonly stateDir: string;
  /** Starts the next life; resolves at once with when it was spawned. */
  spawn(): number;
  /** When /readyz said so; null where `bound` milliseconds pass first. Throws where the life ended by itself. */
  ready(bound: number): Promise<number | null>;
  /** SIGKILL; resolves with when it was sent, once the process is gone. Throws where it had ended by itself. */
  kill(): Promise<number>;
  /** Entries it is at work on; NaN where it does not tell. */
  open(): Promise<number>;
  /** Ends the last life and removes the folder. */
  stop(): Promise<void>;
}

/** Chooses the ports and the folder; nothing runs yet. */
export async function mortalTaxgate(origin: string): Promise<MortalTaxgate> {
  const ports = { plain: await freePort(), admin: await freePort(), health: await freePort() };
  const folder = mkdtempSync(join(tmpdir(), "taxgate-crash-"));
  const config = crashConfig(origin, ports);
  let life: TaxgateProcess | null = null;
  let ended = false;

  function current(): TaxgateProcess {
    if (life === null || ended) throw new Error(`running taxgate: ${life === null ? "it was not started" : "it ended by itself"}\n${(life?.lines() ?? []).slice(-20).join("\n")}`);
    return life;
  }

  async function ready(bound: number): Promise<number | null> {
    const isThere = await until(async () => current() !== null && (await isReady(ports.health)), bound);
    return isThere ? performance.now() : null;
  }

  return {
    ports, ready, stateDir: join(folder, "state"),
    spawn() {
      const at = performance.now();
      const begun = beginTaxgate(config, { folder });
      [life, ended] = [begun, false];
      void begun.ended.then(() => (ended ||= life === begun));
      return at;
    },
    async kill() {
      const dying = current();
      const at = performance.now();
      dying.signal("SIGKILL");
      await dying.ended;
      return at;
    },
    open: async () => openEntries(await operatorOf(current()).metrics()),
    async stop() {
      await life?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}
