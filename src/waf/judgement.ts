import type { Finding } from "./rules/tally.ts";

/** What the set on trial would have made of a request. */
export interface TrialJudgement {
  readonly ruleset: string;
  readonly score: number;
  readonly wouldStop: boolean;
  readonly findings: readonly Finding[];
}

/** What the firewall makes of a request in which it found something. */
export interface Judgement {
  readonly ruleset: string;
  /** Of the worst field, rules that are only counted included. */
  readonly score: number;
  readonly threshold: number;
  /** The request goes no further. */
  readonly stops: boolean;
  /** It would go no further if all rules acted, here and on this request. */
  readonly wouldStop: boolean;
  /** Those of the worst field first; bounded. */
  readonly findings: readonly Finding[];
  /** Null: no set is on trial, or it found nothing. */
  readonly trial: TrialJudgement | null;
}

/** How a request came out: nothing found, something found that is not enough, enough but only told of, stopped. */
export const WAF_RESULTS = ["clean", "noticed", "would-stop", "stopped"] as const;

/** See {@link WAF_RESULTS}. */
export type WafResult = (typeof WAF_RESULTS)[number];

/** See {@link WAF_RESULTS}. */
export function resultOf(judgement: Judgement | null): WafResult {
  if (judgement === null || judgement.findings.length === 0) return "clean";
  if (judgement.stops) return "stopped";
  return judgement.wouldStop ? "would-stop" : "noticed";
}

/** How the set on trial compares: the same end, or one that stops what the other lets through. */
export const TRIAL_RESULTS = ["same", "stops-more", "stops-less"] as const;

/** See {@link TRIAL_RESULTS}. */
export type TrialResult = (typeof TRIAL_RESULTS)[number];

/** See {@link TRIAL_RESULTS}. */
export function trialResultOf(judgement: Judgement | null): TrialResult {
  const acting = judgement?.wouldStop ?? false;
  const trial = judgement?.trial?.wouldStop ?? false;
  return acting === trial ? "same" : trial ? "stops-more" : "stops-less";
}
