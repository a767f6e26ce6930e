import { systemClock } from "../../src/base/clock.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { startSandbox, type Sandbox } from "../../src/sandbox/sandbox.ts";
import { startTaxgate, type TaxgateProcess } from "../drill/taxgate-process.ts";

/** A simulated platform with a Taxgate before it, for a client that people use. */
export interface Stage {
  readonly sandbox: Sandbox;
  readonly taxgate: TaxgateProcess;
  /** Where a client finds the platform: itself, or through Taxgate. */
  readonly origins: { readonly directly: string; readonly taxgate: string };
  stop(): Promise<void>;
}

/** What a stage is made of. */
export interface StageOptions {
  readonly profile: string;
  readonly faults?: FaultSet;
  /** YAML lines of the site, beside `platform` and `regions`. */
  readonly site?: string;
  /** YAML of the listener that clients use, beside its name. */
  readonly listener?: string;
  /** YAML lines beside listeners and site. */
  readonly more?: string;
}

/** Starts both; the client's faults are the same whichever way it takes, because each way has a platform of its own. */
export async function openStage({ profile, faults = {}, site = "", listener = 'bind: "127.0.0.1:0"', more = "" }: StageOptions): Promise<Stage> {
  const sandbox = await startSandbox({ name: "home", kind: profile, seed: 11, clock: systemClock });
  await sandbox.faults.set(faults);
  try {
    const taxgate = await startTaxgate(`version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, ${listener} }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: ${profile}
regions: { home: { endpoints: [{ url: "${sandbox.origin}" }] } }
${more}
${site}
`);
    return {
      sandbox, taxgate,
      origins: { directly: sandbox.origin, taxgate: `http://127.0.0.1:${taxgate.port("plain")}` },
      async stop() {
        await taxgate.stop();
        await sandbox.stop();
      },
    };
  } catch (fault) {
    await sandbox.stop();
    throw fault;
  }
}
