import { hash } from "node:crypto";
import type { SharedCount, SharedDemand, SharedRule } from "./shared-limits.ts";

/*
 * What goes to the script in Redis and comes back. Times there are microseconds, as Redis tells them.
 */

const MICROSECONDS = 1000;
const LAYOUT = 1;

/** The key of a counter: of bounded length, without a word of whom it counts, each in a Cluster slot of its own. */
export function counterKey(prefix: string, { limit, key }: SharedDemand): string {
  return `${prefix}:limit:${LAYOUT}:{${hash("sha256", JSON.stringify([limit, key]), "base64url").slice(0, 27)}}`;
}

/** Arguments of the script; `givenAt` is what {@link SharedCount.at} said where a count is given back, below 0 where quotas alone give it back, 0 where one is taken. */
export function scriptArguments(demands: readonly SharedDemand[], givenAt = 0): (string | number)[] {
  const words: (string | number)[] = [givenAt];
  for (const { cost, dryRun, rules } of demands) {
    words.push(cost, dryRun ? 1 : 0, rules.length);
    for (const rule of rules) words.push(rule.kind, ...ruleArguments(rule));
  }
  return words;
}

function ruleArguments(rule: SharedRule): (string | number)[] {
  switch (rule.kind) {
    case "window": return [rule.most, rule.per * MICROSECONDS];
    case "burst": return [rule.most, rule.per * MICROSECONDS, rule.burst];
    case "quota": return [rule.name, rule.most, rule.ends.length, ...rule.ends.map((end) => end * MICROSECONDS)];
  }
}

/** Reads the script's reply; null where it is none, whatever answered. */
export function readReply(reply: unknown, demands: readonly SharedDemand[]): SharedCount[] | null {
  const size = demands.reduce((sum, { rules }) => sum + 2 + 2 * rules.length, 1);
  if (!Array.isArray(reply) || reply.length !== size || !reply.every((value) => Number.isSafeInteger(value))) return null;
  const values = reply as readonly number[];
  const at = values[0] as number;
  let place = 1;
  const next = (): number => values[place++] as number;
  return demands.map(({ rules }) => {
    const [taken, wait] = [next() === 1, next()];
    return { fits: wait === 0, taken, wait: wait < 0 ? Infinity : wait, rules: rules.map(() => ({ left: next(), reset: next() })), at };
  });
}
