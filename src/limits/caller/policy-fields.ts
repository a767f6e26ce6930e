import { LONGEST_PERIOD_MS } from "../../base/zone.ts";
import type { Headers } from "../../http/message.ts";
import type { Standing } from "./counter.ts";
import type { Rule } from "./rules.ts";

/*
 * RateLimit-Policy and RateLimit as draft-ietf-httpapi-ratelimit-headers-10 has them: a policy for each rule of a limit, under the
 * limit's name, from the second on with its place behind it.
 */

/** A limit as it is told. */
export interface ToldLimit {
  readonly name: string;
  readonly rules: readonly Rule[];
  readonly standings: readonly Standing[];
  /** What learnt rules hold at this moment, by the rules in their order. */
  readonly allowed: readonly (number | null)[];
}

/** Both fields; none where there is nothing to tell. Seconds are rounded up. */
export function policyFields(limits: readonly ToldLimit[]): Headers {
  if (limits.length === 0) return [];
  let policies = "";
  let standing = "";
  for (const { name, rules, standings, allowed } of limits) {
    for (let index = 0; index < rules.length; index++) {
      const rule = rules[index] as Rule;
      const own = `${policies === "" ? "" : ", "}"${name}${index === 0 ? "" : `.${index + 1}`}"`;
      const { left, reset } = standings[index] ?? { left: 0, reset: 0 };
      policies += `${own};q=${mostOf(rule, allowed[index] ?? null)};w=${seconds(spanOf(rule))}`;
      standing += `${own};r=${Math.max(0, Math.floor(left))};t=${seconds(reset)}`;
    }
  }
  return ["RateLimit-Policy", policies, "RateLimit", standing];
}

function mostOf(rule: Rule, allowed: number | null): number {
  if (rule.kind === "learnt") return allowed ?? rule.floor.count;
  return rule.kind === "burst" ? rule.burst : rule.most;
}

/** Ms in which all of it comes back. */
function spanOf(rule: Rule): number {
  switch (rule.kind) {
    case "window":
      return rule.per;
    case "burst":
      return (rule.burst * rule.per) / rule.most;
    case "quota":
      return LONGEST_PERIOD_MS[rule.per];
    case "learnt":
      return rule.floor.per;
  }
}

function seconds(ms: number): number {
  return Math.max(0, Math.ceil(ms / 1000));
}
