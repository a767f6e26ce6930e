import { acceptedPattern } from "../../base/linear-pattern.ts";
import { headerValues } from "../../http/headers.ts";
import { breach, type Breach } from "./breach.ts";
import type { RequiredHeader, RequiredQuery } from "./options.ts";

/** Compiles what header fields must be like: each value of a field that stands there several times. */
export function requireHeaders(required: readonly RequiredHeader[]): (headers: readonly string[]) => Breach | null {
  const rules = required.map((one) => ({ ...one, name: one.name.toLowerCase(), fits: one.matches === undefined ? null : acceptedPattern(one.matches) }));
  return (headers) => {
    for (const { name, required: isNeeded, maxLength = Infinity, fits } of rules) {
      const values = headerValues(headers, name);
      if (isNeeded && values.length === 0) return breach("header", `header:${name}`, "required");
      for (const value of values) {
        if (value.length > maxLength) return breach("header", `header:${name}`, "maxLength");
        if (fits !== null && !fits(value)) return breach("header", `header:${name}`, "matches");
      }
    }
    return null;
  };
}

/** Compiles what the query must be like. A listed member whose value cannot be decoded does not fit. */
export function requireQuery({ members, others, maxLength = Infinity }: RequiredQuery): (query: string) => Breach | null {
  const rules = new Map(members.map((one, index) => [one.name, { ...one, index, fits: one.matches === undefined ? null : acceptedPattern(one.matches) }]));
  const needed = members.filter(({ required }) => required);
  return (query) => {
    if (query.length > maxLength) return breach("query", "query", "maxLength");
    const counts = members.map(() => 0);
    for (const member of query.replace(/^\?/, "").split("&")) {
      if (member === "") continue;
      const equals = member.indexOf("=");
      const rule = rules.get(decoded(equals < 0 ? member : member.slice(0, equals)) ?? "");
      if (rule === undefined) {
        if (others === "refuse") return breach("query", "query", "others");
        continue;
      }
      counts[rule.index] = (counts[rule.index] ?? 0) + 1;
      if ((counts[rule.index] ?? 0) > rule.most) return breach("query", `query:${rule.name}`, "most");
      const value = equals < 0 ? "" : decoded(member.slice(equals + 1));
      if (value === null || (rule.fits !== null && !rule.fits(value))) return breach("query", `query:${rule.name}`, "matches");
    }
    const missing = needed.find(({ name }) => counts[rules.get(name)?.index ?? 0] === 0);
    return missing === undefined ? null : breach("query", `query:${missing.name}`, "required");
  };
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return null;
  }
}
