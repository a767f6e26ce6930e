import { groupedField } from "../fields/shown-field.ts";
import type { Judgement } from "../judgement.ts";
import { culprits, rulesToSpare } from "./culprits.ts";
import { exclusionOf, exclusionYaml, riskOf, type Exclusion } from "./exclusion.ts";

/** The exclusions that let a request pass, each a line under `waf.exclude`. */
export interface Sparing {
  readonly exclude: readonly string[];
  readonly risks: readonly string[];
  /** They were tried, and with them it is no longer stopped. */
  readonly enough: boolean;
}

/** Each round finds what the bound on findings has hidden in the round before. */
const MOST_ROUNDS = 10;

/** Finds the narrowest exclusions by trying them: `again` judges the request with these added. */
export async function sparingExclusions(at: { readonly site: string; readonly route: string }, first: Judgement, again: (exclude: Exclusion[]) => Promise<Judgement | null>): Promise<Sparing> {
  const found = new Map<string, Exclusion>();
  let judgement: Judgement | null = first;
  for (let round = 0; round < MOST_ROUNDS && judgement?.wouldStop === true; round++) {
    const before = found.size;
    for (const exclusion of needed(at, judgement)) found.set(exclusionYaml(exclusion), exclusion);
    if (found.size === before) break;
    judgement = await again([...found.values()]);
  }
  return { exclude: [...found.keys()], risks: [...new Set([...found.values()].map((one) => riskOf(one)))], enough: judgement?.wouldStop !== true };
}

function needed(at: { readonly site: string; readonly route: string }, { findings, threshold }: Judgement): Exclusion[] {
  return culprits(findings).flatMap(({ findings: own, score }) => (score < threshold ? [] : rulesToSpare(own, threshold).map(({ rule, field }) => exclusionOf({ ...at, rule, field: groupedField(field) }))));
}
