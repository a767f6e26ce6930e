import type { Clock } from "../../base/clock.ts";
import { periodEnd } from "../../base/zone.ts";
import type { Rule } from "../caller/rules.ts";
import type { SharedRule } from "./shared-limits.ts";

/** The clocks of a Taxgate and of what is shared may be so far apart (ms) at the end of a period. */
const APART = 60_000;

type Quota = Extract<Rule, { kind: "quota" }>;

/**
 * Rules of a limit as the shared counters take them. Gives a function, because the ends of periods move on. Throws where a
 * rule is learnt: what one Taxgate learns is its own, and the configuration refuses it.
 */
export function sharedRules(rules: readonly Rule[], clock: Clock): () => readonly SharedRule[] {
  let made = make(rules, clock.wall());
  // Without a quota they are the same for ever.
  if (!rules.some(({ kind }) => kind === "quota")) return () => made;
  let [from, until] = [clock.wall(), soonest(made)];
  return () => {
    const wall = clock.wall();
    if (wall < from || wall >= until) {
      made = make(rules, wall);
      [from, until] = [wall, soonest(made)];
    }
    return made;
  };
}

function make(rules: readonly Rule[], wall: number): readonly SharedRule[] {
  const names: string[] = [];
  return rules.map((rule): SharedRule => {
    if (rule.kind === "learnt") throw new Error("sharing a limit: its rate is learnt");
    if (rule.kind !== "quota") return rule;
    const name = `${rule.per} ${rule.zone}`;
    names.push(name);
    // Two of one calendar count apart, or each would count what the other does.
    const nth = names.filter((one) => one === name).length;
    return { kind: "quota", name: nth === 1 ? name : `${name} ${nth}`, most: rule.most, ends: ends(rule, wall) };
  });
}

/** Of the period before, where it may not be over elsewhere, of this one, and of the next. */
function ends({ zone, per }: Quota, wall: number): readonly number[] {
  const end = periodEnd(wall, zone, per);
  const before = periodEnd(wall - APART, zone, per);
  return [...(before < end ? [before] : []), end, periodEnd(end, zone, per)];
}

/** The ends are made anew with each period, and a little after its begin, when the one before is over everywhere. */
function soonest(made: readonly SharedRule[]): number {
  return Math.min(...made.flatMap((rule) => (rule.kind === "quota" ? [rule.ends.length > 2 ? (rule.ends[0] as number) + APART : (rule.ends[0] as number)] : [])));
}
