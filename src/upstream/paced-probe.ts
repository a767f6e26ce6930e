import type { PacedCall } from "../limits/pace/paced-call.ts";
import type { ProbeResult } from "./probe.ts";

/**
 * A probe that is a request like any other counts like one. It never waits: where the platform allows nothing more now, it
 * is left out, and says nothing (null).
 */
export async function pacedProbe(pace: PacedCall | null, probe: () => Promise<ProbeResult>): Promise<ProbeResult | null> {
  if (pace === null) return probe();
  if ((await pace.take({ abort: null })) !== null) return null;
  // It may have gone out at any time up to its end.
  try {
    return await probe();
  } finally {
    pace.handed();
    pace.answered({ status: 200, headers: [] });
  }
}
