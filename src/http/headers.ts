import type { Headers } from "./message.ts";

/** The first value of a field, or undefined. `name` in lower case. */
export function headerValue(headers: Headers, name: string): string | undefined {
  for (let i = 0; i < headers.length; i += 2) {
    if (sameName(headers[i] as string, name)) return headers[i + 1];
  }
  return undefined;
}

/** All values of a field in order. `name` in lower case. */
export function headerValues(headers: Headers, name: string): string[] {
  const values: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (sameName(headers[i] as string, name)) values.push(headers[i + 1] as string);
  }
  return values;
}

/** The fields whose names, in lower case, are not in `drop`. */
export function withoutFields(headers: Headers, drop: { has(name: string): boolean }): string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) if (!drop.has((headers[i] as string).toLowerCase())) kept.push(headers[i] as string, headers[i + 1] as string);
  return kept;
}

/** Compares a field name with one in lower case, without making a copy where the length differs. */
export function sameName(name: string, lower: string): boolean {
  return name.length === lower.length && (name === lower || name.toLowerCase() === lower);
}

/** The members of a comma-separated list field, in lower case, empty ones left out (RFC 9110 section 5.6.1). */
export function listMembers(value: string): string[] {
  return value
    .split(",")
    .map((member) => member.trim().toLowerCase())
    .filter((member) => member !== "");
}

/** Fields by their names in lower case, each with all its values: how HTTP/2 takes trailers and interim fields. */
export function byName(headers: Headers): Record<string, string[]> {
  const named = Object.create(null) as Record<string, string[]>;
  for (let i = 0; i < headers.length; i += 2) (named[(headers[i] as string).toLowerCase()] ??= []).push(headers[i + 1] as string);
  return named;
}
