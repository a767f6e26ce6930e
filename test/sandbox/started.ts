import type { TestContext } from "node:test";
import { type ManualClock, manualClock } from "../../src/base/clock.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import { type Sandbox, type SandboxOptions, startSandbox } from "../../src/sandbox/sandbox.ts";

/** A sandbox on a clock that stands still, stopped at the end of the test. */
export interface Started extends Sandbox {
  readonly clock: ManualClock;
}

/** Starts a sandbox for one test with a fault set in force. */
export async function started(t: TestContext, faults: FaultSet = {}, options: Partial<SandboxOptions> = {}): Promise<Started> {
  const clock = manualClock();
  const sandbox = await startSandbox({ name: "beijing", seed: 1, clock, ...options });
  t.after(() => sandbox.stop());
  await sandbox.faults.set(faults);
  return { ...sandbox, clock };
}
