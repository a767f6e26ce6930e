import { NO_KEYS, type KeyLookUp } from "../base/secret-keys.ts";
import { compileExtractor, type Extractor } from "../document/extractor.ts";
import type { Headers } from "../http/message.ts";
import { mayRepeat, type Echoes, type Match } from "./echoes.ts";
import type { EntryFacts } from "./entry.ts";
import { compileRule, type Rule } from "./judge.ts";
import { compileListLook, type ListLook } from "./list-look.ts";
import type { AnswerForm, StepOptions, SubmissionOptions } from "./options.ts";
import { valueOf, wanted, type Times } from "./place-values.ts";
import { FORGOTTEN, type Recalled } from "./recalled.ts";
import { escapeFor, fill, placesIn, placeValue } from "./template.ts";

/*
 * The way out of doubt, step by step. A query never confirms what another order could satisfy: whatever its answer says
 * about key and scope has to be the submission's own.
 */

/** A request that asks about a submission. */
export interface QueryRequest {
  readonly method: string;
  readonly target: string;
  /** Beside those of the submission; lower-case names. */
  readonly headers: Headers;
  readonly body: Uint8Array | null;
  /** What follows it where it showed nothing; its answer is not read. */
  readonly prompt?: QueryRequest;
}

/** An answer to a query, its body without content codings. */
export interface QueryAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** What a query's answer shows: the submission, its absence, another order, or nothing. */
export type Sight = "found" | "absent" | "another" | "unknown";

/** A step that asks the platform. Times in ms. */
export interface QueryStep {
  readonly kind: "query";
  /** Null where it cannot be put: a value is missing, or would be another one where it goes. */
  readonly request: (facts: EntryFacts & Times, recalled?: Recalled) => QueryRequest | null;
  readonly look: (answer: QueryAnswer, facts: EntryFacts, recalled?: Recalled) => Sight;
  /** Whether it asks for what came between times of ours. */
  readonly isTimed: boolean;
  /** In place of `look` where the answer is a list. */
  readonly list: ListLook | null;
  readonly as: AnswerForm | null;
  readonly reference: Extractor | null;
  /** Of a batch, where an item has a number of its own beside that of the whole. */
  readonly itemReference: Extractor | null;
  readonly notFoundValidAfter: number;
  readonly absentMeans: "unsent" | "held" | "closed";
  readonly closedAs: AnswerForm | null;
  readonly every: number;
  readonly for: number;
}

/** One step. */
export type PlanStep = QueryStep | { readonly kind: "wait"; readonly ms: number } | { readonly kind: "resend"; readonly window: number; readonly times: number; readonly pause: number } | { readonly kind: "hold" };

/** The steps in order; the last one always holds. */
export type Plan = readonly PlanStep[];

/** Compiles a route's `resolve`. */
export function compilePlan(options: Pick<SubmissionOptions, "resolve">, echoes: Echoes, keys: KeyLookUp = NO_KEYS): Plan {
  const steps = options.resolve.map((step): PlanStep => (step === "hold" ? { kind: "hold" } : compileStep(step, echoes, keys)));
  return steps.at(-1)?.kind === "hold" ? steps : [...steps, { kind: "hold" }];
}

function compileStep(step: StepOptions, echoes: Echoes, keys: KeyLookUp): PlanStep {
  if (step.wait !== undefined) return { kind: "wait", ms: step.wait };
  if (step.resend !== undefined) return { kind: "resend", ...step.resend };
  const found = step.found === undefined ? always : compileRule(step.found, keys);
  const absent = step.absent === undefined ? null : compileRule(step.absent, keys);
  const match = step.match.map(({ read, is }) => ({ read: compileExtractor(read, keys), is }));
  return {
    kind: "query",
    request: requestOf(step.query as NonNullable<StepOptions["query"]>),
    look: (answer, facts, recalled = FORGOTTEN) => look(answer, found, absent, () => isOwn(answer, facts, echoes, match, recalled)),
    isTimed: isTimed(step.query as NonNullable<StepOptions["query"]>),
    list: step.each === undefined ? null : compileListLook({ ...step, each: step.each }, { found, absent, echoes, match }, keys),
    as: step.as ?? null,
    reference: step.reference === undefined ? null : compileExtractor(step.reference, keys),
    itemReference: step.itemReference === undefined ? null : compileExtractor(step.itemReference, keys),
    notFoundValidAfter: step.notFoundValidAfter ?? 0,
    absentMeans: step.absentMeans,
    closedAs: step.closedAs ?? null,
    every: step.every,
    for: step.for,
  };
}

const always: Rule = () => true;

const TIMES: ReadonlySet<string> = new Set(["since", "until"]);

function isTimed({ path, headers, body = "" }: NonNullable<StepOptions["query"]>): boolean {
  return [path, body, ...Object.values(headers)].some((text) => placesIn(text).some((place) => TIMES.has(place)));
}

/** Makes the request of a query out of its templates. */
export function requestOf(query: NonNullable<StepOptions["query"]>): QueryStep["request"] {
  const { prompt } = query;
  if (prompt === undefined) return oneRequest(query);
  const [asks, prompts] = [oneRequest(query), oneRequest({ ...query, ...prompt, body: prompt.body })];
  return (facts, recalled) => {
    const [asked, next] = [asks(facts, recalled), prompts(facts, recalled)];
    return asked === null || next === null ? null : { ...asked, prompt: next };
  };
}

function oneRequest(query: NonNullable<StepOptions["query"]>): QueryStep["request"] {
  const written = Object.entries(query.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const contentType = written.find(([name]) => name === "content-type")?.[1] ?? "application/json";
  const inBody = escapeFor(contentType);
  const own = query.body === undefined || written.some(([name]) => name === "content-type") ? [] : ["content-type", contentType];
  const places = [query.path, ...written.map(([, value]) => value), query.body ?? ""].flatMap(placesIn);
  return (facts, recalled = FORGOTTEN) => {
    const lookUp = (name: string): string | null => valueOf(facts, name, recalled);
    if (places.some((place) => (placeValue(place, lookUp) ?? "") === "")) return null;
    const target = fill(query.path, lookUp, encodeURIComponent);
    const headers = written.flatMap(([name, value]) => [name, fill(value, lookUp, (text) => text)]);
    // A dot segment leads elsewhere, and what is not visible ASCII would be another value in a header.
    if (/(^|\/)\.{1,2}(\/|\?|$)/.test(target) || headers.some((text) => /[^\x20-\x7e]/.test(text))) return null;
    return { method: query.method, target, headers: [...headers, ...own], body: query.body === undefined ? null : Buffer.from(fill(query.body, lookUp, inBody)) };
  };
}

function look(answer: QueryAnswer, found: Rule, absent: Rule | null, isOurs: () => boolean): Sight {
  if (found(answer)) return isOurs() ? "found" : "another";
  return absent?.(answer) === true ? "absent" : "unknown";
}

function isOwn(answer: QueryAnswer, facts: EntryFacts, echoes: Echoes, match: readonly Match[], recalled: Recalled): boolean {
  const source = { headers: answer.headers, pathVariables: {}, query: "", body: answer.body, contentType: answer.contentType };
  const repeats = (extractors: readonly Extractor[], values: readonly string[]): boolean =>
    extractors.every((extractor, index) => {
      if (!extractor.needsBody || !mayRepeat(extractor, answer.contentType)) return true;
      const seen = extractor.read(source);
      // Many answers do not repeat it; one that says another value is about another order.
      return seen.kind === "found" ? seen.text === values[index] : seen.kind === "missing";
    });
  if (!repeats(echoes.key, facts.key) || !repeats(echoes.scope, facts.scope)) return false;
  return match.every(({ read, is }) => {
    const seen = read.read(source);
    return seen.kind === "found" && seen.text === wanted(is, facts, recalled);
  });
}

