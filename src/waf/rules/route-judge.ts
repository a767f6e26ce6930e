import type { FieldSource } from "../fields/field.ts";
import type { Judgement } from "../judgement.ts";
import type { Turns } from "../turns.ts";
import type { Inspection } from "./inspection.ts";
import type { Policy } from "./policy.ts";
import { isWithin } from "./sample.ts";
import type { Verdict } from "./tally.ts";

/** Judges the requests of a route: nothing is made for a small one in which nothing is found. */
export class RouteJudge {
  readonly #policy: Policy;
  readonly #make: () => Inspection;
  readonly #turns: Turns;
  /** For the next request: one that takes steps keeps its own. */
  #idle: Inspection;

  constructor(policy: Policy, make: () => Inspection, turns: Turns) {
    this.#policy = policy;
    this.#make = make;
    this.#turns = turns;
    this.#idle = make();
  }

  /** At once, however long it takes. Null where neither set found anything. */
  judge(source: FieldSource, id: string): Judgement | null {
    this.#idle.begin(source, id, false);
    return this.#conclude(this.#idle, id);
  }

  /** The same, a large request in steps between which others are served. */
  judgeInTurns(source: FieldSource, id: string): Judgement | null | Promise<Judgement | null> {
    const inspection = this.#idle;
    if (inspection.begin(source, id, true)) return this.#conclude(inspection, id);
    this.#idle = this.#make();
    return this.#turns.take(() => inspection.step()).then(() => this.#conclude(inspection, id));
  }

  #conclude({ acting: first, trial: second }: Inspection, id: string): Judgement | null {
    const acting = first.verdict();
    const trial = second?.verdict() ?? null;
    return acting === null && trial === null ? null : this.#judgement(first.name, acting, trial, id);
  }

  #judgement(ruleset: string, acting: Verdict | null, trial: Verdict | null, id: string): Judgement {
    const { mode, threshold, share } = this.#policy;
    const score = acting?.score ?? 0;
    return {
      ruleset,
      score,
      threshold,
      stops: mode === "enforce" && (acting?.enforced ?? 0) >= threshold && isWithin(id, share),
      wouldStop: score >= threshold,
      findings: acting?.findings ?? [],
      trial: trial === null ? null : { ruleset: trial.ruleset, score: trial.score, wouldStop: trial.score >= threshold, findings: trial.findings },
    };
  }
}
