import type { Finding } from "../rules/tally.ts";
import { rulesToSpare } from "./culprits.ts";

/*
 * What has to be excluded so that requests pass: one rule is often not enough. Requests are not kept, so that it is counted here
 * which rules stood together in a field.
 */

/** Rules that let requests pass, as far as one field is concerned, when all of them are excluded there. */
export interface Passing {
  /** By name. */
  readonly rules: readonly string[];
  /** The class of all of them; null: they are of several. */
  readonly class: string | null;
  /** Requests that were or would have been stopped by these. */
  requests: number;
  /** Those among them that another field alone stops too. */
  elsewhere: number;
}

/** Where sets of rules are counted. */
interface Counting {
  readonly passing: Passing[];
}

/** Sets that are kept for a group; the rarest gives way. */
export const MOST_PASSING = 3;
/** With more rules a line for each is no answer; see the class. */
export const MOST_PASSING_RULES = 8;

/** Collects the fields of one request, then counts each of them once: two items of a list are one field. */
export class PassingRules<Group extends Counting> {
  readonly #fields = new Map<string, { readonly groups: Set<Group>; readonly spared: Map<string, string> }>();

  /** `findings` of one value that were enough, each with its group. */
  add(field: string, findings: readonly Finding[], groups: readonly Group[], threshold: number): void {
    const known = this.#fields.get(field) ?? { groups: new Set(), spared: new Map() };
    this.#fields.set(field, known);
    for (const group of groups) known.groups.add(group);
    for (const { rule, class: kind } of rulesToSpare(findings, threshold)) known.spared.set(rule, kind);
  }

  /** Counts what was collected, in the groups of each field. */
  count(): void {
    const isElsewhere = this.#fields.size > 1;
    for (const { groups, spared } of this.#fields.values()) {
      if (spared.size > MOST_PASSING_RULES) continue;
      const rules = [...spared.keys()].toSorted();
      const classes = new Set(spared.values());
      for (const { passing } of groups) countSet(passing, rules, classes.size === 1 ? ([...classes][0] ?? null) : null, isElsewhere);
    }
  }
}

function countSet(passing: Passing[], rules: readonly string[], kind: string | null, isElsewhere: boolean): void {
  const known = passing.find((one) => one.rules.length === rules.length && one.rules.every((rule, at) => rule === rules[at]));
  const one: Passing = known ?? { rules, class: kind, requests: 0, elsewhere: 0 };
  one.requests += 1;
  if (isElsewhere) one.elsewhere += 1;
  if (known === undefined) passing.push(one);
  passing.sort((a, b) => b.requests - a.requests);
  // The newcomer is among the rarest: it takes the place of the one before it.
  if (passing.length > MOST_PASSING) passing.splice(passing.indexOf(one) === MOST_PASSING ? MOST_PASSING - 1 : MOST_PASSING, 1);
}
