import type { Clock } from "../../base/clock.ts";
import { groupedField } from "../fields/shown-field.ts";
import type { Judgement } from "../judgement.ts";
import type { Finding } from "../rules/tally.ts";
import { culprits } from "./culprits.ts";
import { PassingRules } from "./passing.ts";
import { emptyGroup, noteRequest, noteTogether, OTHER_FIELDS, type Group, type Outcome } from "./group.ts";

/** What is remembered of what the firewall found, since when. */
export interface ReportState {
  /** Wall time in ms. */
  readonly since: number;
  /** Groups that went for want of room. */
  readonly lost: number;
  /** The one that was added to least recently first. */
  readonly groups: readonly Readonly<Group>[];
}

/** A request in which something was found. */
export interface Judged {
  readonly site: string;
  readonly route: string;
  readonly judgement: Judgement;
  /** Of the request. */
  readonly id: string;
  /** A second set looked at it too. */
  readonly hasTrial: boolean;
}

/** A bounded table of what the firewall found, by site, route, rule and field. Outlives configurations. */
export interface WafReport {
  add(judged: Judged): void;
  state(): ReportState;
  /** Takes over what was remembered before a restart. */
  restore(state: ReportState): void;
  /** Forgets everything; the number of groups that were there. */
  reset(): number;
  /** Changes with every addition. */
  readonly revision: number;
}

/** Groups that are kept; the least recent goes. */
export const MOST_GROUPS = 2000;
/** Fields of one rule of one route that are kept apart: whoever makes up names does not drive the others out. */
const MOST_FIELDS = 100;

/** Makes an empty table. */
export function createWafReport(clock: Pick<Clock, "wall">): WafReport {
  return new Table(clock);
}

class Table implements WafReport {
  readonly #clock: Pick<Clock, "wall">;
  /** In the order of their last addition. */
  readonly #groups = new Map<string, Group>();
  /** How many fields of a rule are kept apart. */
  readonly #fields = new Map<string, number>();
  #since: number;
  #lost = 0;
  revision = 0;

  constructor(clock: Pick<Clock, "wall">) {
    this.#clock = clock;
    this.#since = clock.wall();
  }

  add({ site, route, judgement, id, hasTrial }: Judged): void {
    const { threshold, stops, wouldStop, trial } = judgement;
    const trialLets = hasTrial && trial?.wouldStop !== true;
    const seen = new Set<Group>();
    const passing = new PassingRules<Group>();
    for (const { findings, score, enforced } of culprits(judgement.findings)) {
      const isStopped = stops && enforced >= threshold;
      const groups: Group[] = [];
      for (const finding of findings) {
        const outcome: Outcome = isStopped && finding.mode === "enforce" ? "stopped" : score >= threshold ? "wouldStop" : "below";
        const group = this.#group(site, route, finding);
        groups.push(group);
        noteTogether(group, outcome === "below" ? [] : findings.map(({ rule }) => rule));
        if (seen.has(group)) continue;
        seen.add(group);
        group[outcome] += 1;
        if (outcome !== "below" && trialLets) group.stopsLess += 1;
        noteRequest(group, id, score, outcome !== "below", this.#clock.wall());
      }
      if (score >= threshold) passing.add(fieldKey(findings), isStopped ? findings.filter(({ mode }) => mode === "enforce") : findings, groups, threshold);
    }
    passing.count();
    if (trial !== null && trial.wouldStop && !wouldStop) this.#addTrial(site, route, trial.findings, { threshold, id });
    this.revision += 1;
  }

  state(): ReportState {
    return { since: this.#since, lost: this.#lost, groups: [...this.#groups.values()] };
  }

  restore({ since, lost, groups }: ReportState): void {
    this.#since = Math.min(since, this.#since);
    this.#lost = lost;
    for (const group of groups) this.#keep({ ...group, requests: [...group.requests], together: [...group.together], passing: group.passing.map((one) => ({ ...one })) });
  }

  reset(): number {
    const { size } = this.#groups;
    this.#groups.clear();
    this.#fields.clear();
    this.#since = this.#clock.wall();
    this.#lost = 0;
    this.revision += 1;
    return size;
  }

  #addTrial(site: string, route: string, findings: readonly Finding[], { threshold, id }: { readonly threshold: number; readonly id: string }): void {
    const seen = new Set<Group>();
    const passing = new PassingRules<Group>();
    for (const one of culprits(findings)) {
      if (one.score < threshold) continue;
      const groups: Group[] = [];
      for (const finding of one.findings) {
        const group = this.#group(site, route, finding);
        groups.push(group);
        noteTogether(group, one.findings.map(({ rule }) => rule));
        if (seen.has(group)) continue;
        seen.add(group);
        group.stopsMore += 1;
        noteRequest(group, id, one.score, true, this.#clock.wall());
      }
      passing.add(fieldKey(one.findings), one.findings, groups, threshold);
    }
    passing.count();
  }

  #group(site: string, route: string, finding: Finding): Group {
    const named = groupedField(finding.field);
    const at = { site, route, rule: finding.rule, place: finding.place };
    const isFull = (this.#fields.get(ruleKey(at)) ?? 0) >= MOST_FIELDS;
    const field = isFull && !this.#groups.has(groupKey({ ...at, field: named })) ? OTHER_FIELDS : named;
    const key = groupKey({ ...at, field });
    const known = this.#groups.get(key);
    if (known === undefined) return this.#keep(emptyGroup(site, route, finding, field, this.#clock.wall()));
    this.#groups.delete(key);
    this.#groups.set(key, known);
    return known;
  }

  #keep(group: Group): Group {
    this.#groups.set(groupKey(group), group);
    this.#fields.set(ruleKey(group), (this.#fields.get(ruleKey(group)) ?? 0) + 1);
    if (this.#groups.size > MOST_GROUPS) this.#forgetOldest();
    return group;
  }

  #forgetOldest(): void {
    const [oldest] = this.#groups;
    if (oldest === undefined) return;
    this.#groups.delete(oldest[0]);
    this.#lost += 1;
    const key = ruleKey(oldest[1]);
    const left = (this.#fields.get(key) ?? 1) - 1;
    if (left === 0) this.#fields.delete(key);
    else this.#fields.set(key, left);
  }
}

/** Of findings of one value. */
function fieldKey([first]: readonly Finding[]): string {
  return `${first?.place}\n${groupedField(first?.field ?? "")}`;
}

function ruleKey({ site, route, rule }: Pick<Group, "site" | "route" | "rule">): string {
  return `${site}\n${route}\n${rule}`;
}

function groupKey(group: Pick<Group, "site" | "route" | "rule" | "place" | "field">): string {
  return `${ruleKey(group)}\n${group.place}\n${group.field}`;
}
