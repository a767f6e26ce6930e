import type { Finding } from "../rules/tally.ts";

/** The findings of one value, and what they weigh together. */
export interface Culprit {
  readonly findings: readonly Finding[];
  /** By the rule of scoring: a class counts by its worst rule. */
  readonly score: number;
  /** The same without rules that are only counted. */
  readonly enforced: number;
}

/** Findings by the value in which they were made: those of one stand side by side, and a rule is among them once. */
export function culprits(findings: readonly Finding[]): Culprit[] {
  const found: Finding[][] = [];
  for (const finding of findings) {
    const last = found.at(-1);
    const first = last?.[0];
    if (last === undefined || first === undefined || first.field !== finding.field || first.place !== finding.place || last.some(({ rule }) => rule === finding.rule)) found.push([finding]);
    else last.push(finding);
  }
  return found.map((own) => ({ findings: own, score: scoreOf(own), enforced: scoreOf(own.filter(({ mode }) => mode === "enforce")) }));
}

/** What findings of one value weigh. */
export function scoreOf(findings: readonly Finding[]): number {
  const worst = new Map<string, number>();
  for (const { class: kind, score } of findings) worst.set(kind, Math.max(score, worst.get(kind) ?? 0));
  let sum = 0;
  for (const points of worst.values()) sum += points;
  return sum;
}

/** The fewest rules without which a value stays below the threshold, the heaviest first. */
export function rulesToSpare(findings: readonly Finding[], threshold: number): Finding[] {
  const rest = [...findings].toSorted((one, other) => other.score - one.score);
  const spared: Finding[] = [];
  while (scoreOf(rest) >= threshold) spared.push(rest.shift() as Finding);
  return spared;
}
