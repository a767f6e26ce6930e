import { until } from "../support/until.ts";
import type { SandboxProcess } from "./sandbox-process.ts";

/** How long it must stay so that nothing is under way, in milliseconds. */
const QUIET_MS = 500;

/** What may be busy with submissions on its own account. */
export interface Busy {
  /** How many; NaN where it does not tell. */
  open(): Promise<number>;
}

/** Waits until neither the platform nor what stands before it has anything under way; milliseconds until then, null where `bound` pass first. */
export async function settle(busy: Busy, sandbox: Pick<SandboxProcess, "requests">, bound: number): Promise<number | null> {
  const from = performance.now();
  let quietSince = Number.NaN;
  const isQuiet = async (): Promise<boolean> => {
    const { inFlight } = await sandbox.requests();
    if (inFlight > 0 || (await busy.open()) !== 0) quietSince = Number.NaN;
    else if (Number.isNaN(quietSince)) quietSince = performance.now();
    return performance.now() - quietSince >= QUIET_MS;
  };
  return (await until(isQuiet, bound)) ? quietSince - from : null;
}
