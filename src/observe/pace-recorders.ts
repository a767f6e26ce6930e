import type { MetricRegistry } from "./registry.ts";

/** What keeping to the platform's limits is counted by. */
export interface PaceRecorders {
  /** Counts a request that went, and how long it waited for its turn. */
  paceWent(site: string, group: string, seconds: number): void;
  /** Counts a request whose caller was told to come again. */
  paceTold(site: string, group: string): void;
  /** Counts an answer that said how long to wait; `refused` where the platform did nothing for that. */
  paceHeard(site: string, group: string, refused: boolean): void;
}

/** Makes the recorders on a registry. */
export function paceRecorders(registry: MetricRegistry): PaceRecorders {
  const turns = registry.counts("taxgate_pace_turns_total");
  const waits = registry.counts("taxgate_pace_wait_seconds_total");
  const answers = registry.counts("taxgate_pace_answers_total");
  return {
    paceWent(site, group, seconds) {
      turns.at(site, group, seconds > 0 ? "waited" : "at-once").value += 1;
      if (seconds > 0) waits.at(site, group).value += seconds;
    },
    paceTold: (site, group) => void (turns.at(site, group, "told").value += 1),
    paceHeard: (site, group, refused) => void (answers.at(site, group, refused ? "refused" : "wait").value += 1),
  };
}
