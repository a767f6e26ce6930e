import { instantText } from "../base/instant.ts";
import { headerValue } from "../http/headers.ts";
import { parseHttpDate } from "../http/http-date.ts";
import type { Headers } from "../http/message.ts";
import type { EntryFacts } from "./entry.ts";
import { FORGOTTEN, type Recalled } from "./recalled.ts";
import { fill, listed, placesIn, placeValue } from "./template.ts";

/** So far the platform's clock may be from ours, in ms: a list of what came since a time of ours may leave out what came later by its own. */
const APART_MS = 300_000;
/** A clock that is further off by its own word shows no absence: less than that, because it is told in seconds and on its way. */
const TOLD_APART_MS = 240_000;

/** Doubts of the same minutes put the same question, and share it. */
const ROUND_MS = 300_000;

/** Wall ms of what a question may name. */
export interface Times {
  /** When it was claimed first. */
  readonly createdAt?: number;
  readonly askedAt?: number;
}

/** The value of a place in a template; `since` and `until` only where their times are known. What a question about a submission that was taken in recalls may hold its `reference`. */
export function valueOf(facts: Pick<EntryFacts, "key" | "scope" | "taxpayer" | "region"> & Times, name: string, { values, within }: Recalled = FORGOTTEN): string | null {
  if (name === "taxpayer") return facts.taxpayer;
  if (name === "region") return facts.region;
  if (name === "since") return facts.createdAt === undefined ? null : instantText(Math.floor((facts.createdAt - APART_MS) / ROUND_MS) * ROUND_MS);
  if (name === "until") return facts.askedAt === undefined ? null : instantText(Math.ceil((facts.askedAt + APART_MS) / ROUND_MS) * ROUND_MS);
  if (name === "reference" || /^(path|remember)\./.test(name)) return (Object.hasOwn(values, name) ? values[name] : null) ?? null;
  if (/^within(\.|$)/.test(name)) return listed(within ?? [], "within", name);
  return listed(facts.key, "key", name) ?? listed(facts.scope, "scope", name);
}

/** The value that `match` asks for; null where a place of it has none: that equals nothing. */
export function wanted(is: string, facts: EntryFacts, recalled: Recalled): string | null {
  const lookUp = (name: string): string | null => valueOf(facts, name, recalled);
  return placesIn(is).some((place) => placeValue(place, lookUp) === null) ? null : fill(is, lookUp, (value) => value);
}

/** Whether the clock of whoever answered is near enough to ours (wall ms) for `{since}`; one that does not tell the time is taken to be. */
export function isNearUs(headers: Headers, wall: number): boolean {
  const told = parseHttpDate(headerValue(headers, "date") ?? "", wall);
  return told === null || Math.abs(told - wall) <= TOLD_APART_MS;
}
