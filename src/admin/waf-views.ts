import type { GroupFilter, WiderExclusion } from "../waf/report/report-page.ts";
import type { Read } from "./parameters.ts";

/** Findings of one rule in one field of one route, as the API shows them. Never a value of a request. */
export interface WafGroupView {
  readonly site: string;
  readonly route: string;
  readonly rule: string;
  /** What it means, in plain words; empty where no set in use has the rule any more. */
  readonly says: string;
  readonly class: string;
  readonly severity: string;
  readonly place: string;
  readonly field: string;
  readonly stopped: number;
  readonly wouldStop: number;
  /** Seen, and not enough. */
  readonly below: number;
  /** Requests that only the set on trial would stop. */
  readonly stopsMore: number;
  /** Requests among `stopped` and `wouldStop` that the set on trial lets through. */
  readonly stopsLess: number;
  /** RFC 3339. */
  readonly firstAt: string;
  readonly lastAt: string;
  /** Of the field, by all rules that saw something in it. */
  readonly highestScore: number;
  /** Ids of the last requests: references that callers were given. */
  readonly requests: readonly string[];
  /** Other rules that act in the same field: where they are enough, they have to be excluded too. */
  readonly together: readonly string[];
  /** The narrowest exclusion, a line under `waf.exclude`; null where nothing was or would be stopped. */
  readonly exclude: string | null;
  /** What it opens. */
  readonly risk: string | null;
  /** What lets the requests pass that were or would be stopped, the most frequent first; empty: no few rules are enough, or none was. */
  readonly passing: readonly WafPassingView[];
}

/** Exclusions that let requests pass when all of them are there. */
export interface WafPassingView {
  /** Requests that they let pass. */
  readonly requests: number;
  /** Those among them that another field stops too. */
  readonly elsewhere: number;
  /** Lines under `waf.exclude`. */
  readonly exclude: readonly string[];
  /** What they open. */
  readonly risk: string;
  /** One line in place of several: all rules of their class in this field; null where there is no such line. */
  readonly wider: { readonly exclude: string; readonly risk: string } | null;
}

/** What the firewall found, the worst first. */
export interface WafReportView {
  /** RFC 3339: when the table began. */
  readonly since: string;
  readonly ruleset: string;
  readonly trial: string | null;
  /** Groups that went for want of room. */
  readonly lost: number;
  readonly groups: readonly WafGroupView[];
  readonly wider: readonly WiderExclusion[];
}

/** A set of rules. */
export interface WafSetView {
  readonly use: "acting" | "trial";
  /** With its version. */
  readonly name: string;
  readonly rules: number;
  readonly byMode: Readonly<Record<string, number>>;
  readonly byClass: Readonly<Record<string, number>>;
}

/** The sets in use, and what is laid over them. */
export interface WafRulesView {
  readonly mode: string;
  readonly threshold: number;
  readonly exclusions: number;
  readonly adjustments: number;
  readonly sets: readonly WafSetView[];
}

/** What the API shows of the firewall and does with it, handed in by the app. */
export interface WafViews {
  /** Refused where no site or route is called so, now or in the table. */
  report(filter: GroupFilter): Read<WafReportView>;
  /** Forgets what was found; the number of groups. */
  reset(): number;
  rules(): WafRulesView;
  /** Reads a time or an age, such as 2h. */
  time(text: string): Read<number>;
}
