import { headerValue, headerValues } from "../../http/headers.ts";
import type { Headers } from "../../http/message.ts";

/*
 * The fields in which servers tell how much is left: `RateLimit` as a list of policies (`"day";r=0;t=30`) or of names
 * (`limit=100, remaining=0, reset=30`), drafts of one standard, and pairs of fields such as `X-Rate-Limit-Remaining`.
 */

/** First and second half of the names of the two fields that belong together. */
const PAIRS: readonly (readonly [remaining: string, reset: string])[] = ["ratelimit", "x-ratelimit", "x-rate-limit"].map((name) => [`${name}-remaining`, `${name}-reset`] as const);
const POLICY = /^("[^"]*"|[A-Za-z*][A-Za-z0-9_.:*/-]*)\s*;/;

/** Ms to the reset where the fields say that nothing is left, the longest of several; null where something is, or they say nothing. `read` reads one time. */
export function resetOf(headers: Headers, read: (text: string) => number | null): number | null {
  const resets = [...inPairs(headers), ...inOne(headers)].map(read).filter((ms) => ms !== null);
  return resets.length === 0 ? null : Math.max(...resets);
}

function inPairs(headers: Headers): string[] {
  return PAIRS.flatMap(([remaining, reset]) => {
    const [left, text] = [headerValue(headers, remaining), headerValue(headers, reset)];
    return isNone(left) && text !== undefined ? [text.trim()] : [];
  });
}

function inOne(headers: Headers): string[] {
  const members = headerValues(headers, "ratelimit").join(",").split(",").map((member) => member.trim());
  const policies = members.filter((member) => POLICY.test(member)).flatMap((member) => {
    const parameters = new Map(member.split(";").slice(1).map(pair));
    return isNone(parameters.get("r")) ? [parameters.get("t") ?? ""] : [];
  });
  const named = new Map(members.filter((member) => !POLICY.test(member)).map(pair));
  return isNone(named.get("remaining")) ? [...policies, named.get("reset") ?? ""] : policies;
}

function pair(text: string): readonly [string, string] {
  const [name = "", value = ""] = text.split("=", 2);
  return [name.trim().toLowerCase(), value.trim()];
}

function isNone(text: string | undefined): boolean {
  return text !== undefined && /^0+$/.test(text.trim());
}
