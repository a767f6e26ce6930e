import { after, before } from "node:test";
import { startRecordingUpstream, type RecordingUpstream } from "../support/recording-upstream.ts";
import { startTaxgate, type RunningTaxgate } from "../support/taxgate.ts";
import { attackYaml, type AttackSetting } from "./attack-yaml.ts";

/** A Taxgate in front of a recording upstream: what a whole table of cases shares. */
export interface AttackLane {
  readonly upstream: RecordingUpstream;
  readonly taxgate: RunningTaxgate;
  /** Stops both. Throws where Taxgate does not end cleanly. */
  stop(): Promise<void>;
}

/** Starts both; where Taxgate does not start, its output is thrown and nothing is left running. */
export async function startAttackLane(setting: Pick<AttackSetting, "tls"> = {}): Promise<AttackLane> {
  const upstream = await startRecordingUpstream();
  try {
    const yaml = attackYaml({ ...setting, upstreamPort: upstream.port });
    const taxgate = await startTaxgate(yaml, { listeners: setting.tls === undefined ? ["plain", "admin"] : ["plain", "tls", "admin"] });
    const stop = async (): Promise<void> => {
      try {
        await taxgate.stop();
      } finally {
        await upstream.close();
      }
    };
    return { upstream, taxgate, stop };
  } catch (fault) {
    await upstream.close();
    throw fault;
  }
}

/** One lane for all cases of a test file: started before the first, stopped after the last. */
export function laneOfThisFile(): () => AttackLane {
  let lane: AttackLane | undefined;
  before(async () => { lane = await startAttackLane(); });
  after(async () => { await lane?.stop(); });
  return () => {
    if (lane === undefined) throw new Error("running a case: the lane did not start");
    return lane;
  };
}
