import type { Finding } from "../rules/tally.ts";
import type { Passing } from "./passing.ts";

/** What came of a finding: it stopped the request, it would have, or it was not enough. */
export type Outcome = "stopped" | "wouldStop" | "below";

/** Findings of one rule in one field of one route. Never a value. */
export interface Group {
  readonly site: string;
  readonly route: string;
  readonly rule: string;
  readonly class: string;
  readonly severity: Finding["severity"];
  readonly place: Finding["place"];
  /** As `waf.exclude` takes it; `(request)` for how the request is made, `(others)` for what goes beyond the fields that are kept apart. */
  readonly field: string;
  /** Requests that were stopped for it. */
  stopped: number;
  /** Requests that would have been, if all rules acted on all requests. */
  wouldStop: number;
  /** Requests in which it was seen and was not enough. */
  below: number;
  /** Requests that only the set on trial would stop, and for this. */
  stopsMore: number;
  /** Requests that were or would have been stopped for this, and that the set on trial lets through. */
  stopsLess: number;
  /** Wall time in ms. */
  readonly firstAt: number;
  lastAt: number;
  /** The worst score of the field, by all rules that saw something in it. */
  highest: number;
  /** The last requests, those that count most. */
  requests: string[];
  /** Other rules that were needed to stop a request for this field, or would have stopped it alone. */
  together: string[];
  /** What lets the requests pass, the most frequent first; empty where nothing was or would be stopped, or no few rules are enough. */
  passing: Passing[];
}

/** Stands for the fields of a rule that are not kept apart. */
export const OTHER_FIELDS = "(others)";

/** How a request is made, and not one of its fields. */
export const WHOLE_REQUEST = "(request)";

const MOST_REQUESTS = 5;
const MOST_TOGETHER = 8;

/** A group in which nothing is counted yet. */
export function emptyGroup(site: string, route: string, { rule, class: kind, severity, place }: Finding, field: string, now: number): Group {
  return { site, route, rule, class: kind, severity, place, field, stopped: 0, wouldStop: 0, below: 0, stopsMore: 0, stopsLess: 0, firstAt: now, lastAt: now, highest: 0, requests: [], together: [], passing: [] };
}

/** Notes a request and the score of its field. One that was not enough takes no place from one that was. */
export function noteRequest(group: Group, id: string, score: number, counts: boolean, now: number): void {
  group.lastAt = now;
  group.highest = Math.max(group.highest, score);
  if (!counts && group.stopped + group.wouldStop + group.stopsMore > 0) return;
  group.requests.push(id);
  if (group.requests.length > MOST_REQUESTS) group.requests.shift();
}

/** Notes the other rules of its field. */
export function noteTogether(group: Group, rules: readonly string[]): void {
  for (const rule of rules) if (rule !== group.rule && group.together.length < MOST_TOGETHER && !group.together.includes(rule)) group.together.push(rule);
}
