import { z } from "zod";
import { duration, name, rate, share } from "../../base/fields.ts";
import { answerCondition } from "../../document/answer-condition.ts";
import type { ExtractorOptions } from "../../document/extractor-options.ts";
import { extractor } from "../../document/extractor.ts";

/*
 * What a platform allows. Unlike `limits`, which are for callers, nobody is refused here for what he did: whoever comes too
 * early waits for his turn, or is told when to come again.
 */

const SCOPES = ["site", "region", "taxpayer", "principal", "address"] as const;
const WINDOW_WANTED = "a rate such as 10/s, 30/min or 180/h, of at most 100000";
const SCOPE_WANTED = `${SCOPES.join(", ")}, or an extractor on the head: header, jwt, path or query`;
const HEAD_WANTED = "a place in the head of a request: header, jwt, path or query";
const ANSWER_WANTED = "a place in an answer: header, json, xml, form or body";
const RULE_WANTED = "exactly one of wait, rateLimit, windows";
const ROUTE_WANTED = "route beside windows: the one whose answers say them";
const PERIOD_WANTED = "at least one of second, minute, hour, day";
const MULTIPLE_WANTED = "a multiple of 1 to 1000, such as 10";
/** Largest count of a window: every request of it is remembered one by one. */
export const MOST_IN_WINDOW = 100_000;
const IN_BODY = ["json", "xml", "form", "multipart", "body"] as const;

/** What a counter counts apart; see {@link paceEntry}. */
export type ScopeWord = (typeof SCOPES)[number];

const onHead = extractor().check(({ value, issues }) => {
  for (const key of IN_BODY) {
    const isPlace = value[key] !== undefined;
    if (isPlace) issues.push({ code: "custom", path: [key], message: HEAD_WANTED, input: value, continue: true });
  }
});

const onAnswer = extractor().check(({ value, issues }) => {
  for (const key of ["path", "query", "multipart"] as const) {
    if (value[key] !== undefined) issues.push({ code: "custom", path: [key], message: ANSWER_WANTED, input: value, continue: true });
  }
});

/** What an answer of the platform says about the time to the next request. */
const learnRule = z
  .strictObject({
    /** Answers that are looked at; every one unless written. */
    when: answerCondition().optional(),
    /** How long the platform wants to hear nothing: a number, a date of HTTP, or an instant such as 2026-11-20T10:00:00Z. */
    wait: onAnswer.optional(),
    /** Of a number. */
    unit: z.enum(["ms", "s", "min", "h"]).prefault("s"),
    /** Reads RateLimit, RateLimit-Remaining and -Reset, and their X- forms: where nothing is left, the wait is up to the reset. */
    rateLimit: z.literal(true, { error: () => "true" }).optional(),
    /** Name of the route of the platform whose answers say how much is allowed. */
    route: name().optional(),
    /** How many in a second, a minute, an hour, a day: where each stands. What is said takes the place of the window of that length. */
    windows: z
      .strictObject({ second: onAnswer.optional(), minute: onAnswer.optional(), hour: onAnswer.optional(), day: onAnswer.optional() })
      .check(({ value, issues }) => {
        if (Object.values(value).every((place) => place === undefined)) issues.push({ code: "custom", path: [], message: PERIOD_WANTED, input: value, continue: true });
      })
      .optional(),
    /** What is said is believed for so long. */
    for: duration("1s", "30d").prefault("1h"),
    /** It is never taken for less than this share of what is configured, */
    floor: share().prefault("10%"),
    /** nor for more than this multiple. */
    ceiling: z.number({ error: () => MULTIPLE_WANTED }).min(1, { error: () => MULTIPLE_WANTED }).max(1000, { error: () => MULTIPLE_WANTED }).prefault(10),
  })
  .check(({ value, issues }) => {
    const ways = [value.wait, value.rateLimit, value.windows].filter((one) => one !== undefined);
    if (ways.length !== 1) issues.push({ code: "custom", path: [], message: RULE_WANTED, input: value, continue: true });
    if ((value.windows === undefined) !== (value.route === undefined)) issues.push({ code: "custom", path: [], message: ROUTE_WANTED, input: value, continue: true });
  });

/** See {@link learnRule}. */
export type LearnRuleOptions = z.output<typeof learnRule>;

/** One that says how much is allowed. */
export type WindowsRuleOptions = LearnRuleOptions & { readonly route: string; readonly windows: NonNullable<LearnRuleOptions["windows"]> };

/** Whether a rule says how much is allowed; the others say how long to wait. */
export function saysWindows(rule: LearnRuleOptions): rule is WindowsRuleOptions {
  return rule.windows !== undefined && rule.route !== undefined;
}

const windowOf = rate().refine((one) => one.count <= MOST_IN_WINDOW, { error: () => WINDOW_WANTED });

/** One group of counters: so many requests in each of its windows, for each scope by itself. */
export const paceEntry = z
  .strictObject({
    /** Routes that name the same group share its counters; the route's own name unless written. */
    group: name().optional(),
    /** Sliding windows that must all hold. */
    windows: z.array(windowOf).max(8).prefault([]),
    /** What is counted apart: requests with the same values count together. */
    scope: z.array(z.union([z.enum(SCOPES), onHead], { error: () => SCOPE_WANTED })).min(1).max(8).prefault(["site"]),
    /** Longest wait of a request for its turn; whoever would wait longer is told so at once. */
    maxWait: duration("0ms", "1h").prefault("30s"),
    /** A request counts from here to the platform and back, but no longer than this beyond the time of its sending. */
    margin: duration("0ms", "1min").prefault("500ms"),
    /** What the platform says itself. */
    learn: z.array(learnRule).max(20).prefault([]),
  });

/** Schema of a list of paces. */
export const paceOptions = z.array(paceEntry).max(20);

/** See {@link paceEntry}. */
export type PaceOptions = z.output<typeof paceEntry>;

/** What a counter counts apart. */
export type ScopeOptions = ScopeWord | ExtractorOptions;

/** A group as it is used: where it is defined, whatever names it beside. */
export interface GroupOptions extends Omit<PaceOptions, "group"> {
  readonly group: string;
}

/** True where an entry says nothing but which group it means. */
export function isReference({ windows, learn }: PaceOptions): boolean {
  return windows.length === 0 && learn.length === 0;
}

/** The group that an entry means; `place` is the route it stands at, or `upstream`, and `index` its place in the list. */
export function groupName({ group }: Pick<PaceOptions, "group">, place: string, index: number): string {
  return group ?? (index === 0 ? place : `${place}-${index + 1}`);
}
