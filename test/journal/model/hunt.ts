import { run } from "./run.ts";
import { scheduleOf, type Schedule } from "./schedule.ts";
import type { Planted } from "./world.ts";

/** A schedule that shows something wrong, as small as it was made. */
export interface Catch {
  readonly seed: number;
  /** How many runs it took. */
  readonly runs: number;
  readonly wrong: string;
  readonly schedule: Schedule;
}

/** What a hunt came to. */
export interface Hunt {
  readonly caught: Catch | null;
  /** What clients were told in all runs. */
  readonly seen: ReadonlyMap<string, number>;
}

/** Runs the schedules of so many seeds, up to the first that shows something wrong, which is then made small. */
export async function hunt(firstSeed: number, runs: number, planted: Planted = {}): Promise<Hunt> {
  const seen = new Map<string, number>();
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const schedule = scheduleOf(seed);
    const result = await run(schedule, planted);
    for (const [kind, count] of result.seen) seen.set(kind, (seen.get(kind) ?? 0) + count);
    if (result.wrong !== null) return { caught: { seed, runs: seed - firstSeed + 1, ...(await shrink(schedule, result.wrong, planted)) }, seen };
  }
  return { caught: null, seen };
}

/** Leaves out steps, the longest stretches first, as long as the same thing stays wrong. */
async function shrink(schedule: Schedule, wrong: string, planted: Planted): Promise<{ readonly schedule: Schedule; readonly wrong: string }> {
  let best = { schedule, wrong };
  for (let size = Math.ceil(schedule.steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = best.schedule.steps.length - size; at >= 0; at--) {
      const smaller = { ...best.schedule, steps: best.schedule.steps.toSpliced(at, size) };
      const result = await run(smaller, planted);
      if (result.wrong?.slice(0, 2) === wrong.slice(0, 2)) best = { schedule: smaller, wrong: result.wrong };
    }
  }
  return best;
}

/** A catch as text: what is wrong, the steps, and how to see it again. */
export function describeCatch({ seed, wrong, schedule: { recognises, late, profiles, steps } }: Catch): string {
  const lines = [...profiles.map((profile) => `profile ${JSON.stringify(profile)}`), ...steps.map((step) => JSON.stringify(step))];
  return `${wrong}\n(MODEL_SEED=${seed} MODEL_RUNS=1; ${recognises ? "the platform recognises what it has" : "the platform is not idempotent"}${late ? ", its verdicts come later" : ""})\n${lines.join("\n")}`;
}
