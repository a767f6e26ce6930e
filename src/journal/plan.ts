import { compileExtractor, type Extractor } from "../document/extractor.ts";
import type { Headers } from "../http/message.ts";
import type { EntryFacts } from "./entry.ts";
import { compileRule, type Rule } from "./judge.ts";
import type { AnswerForm, StepOptions, SubmissionOptions } from "./options.ts";
import { escapeFor, fill, listed, placesIn } from "./template.ts";

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
  readonly request: (facts: EntryFacts) => QueryRequest | null;
  readonly look: (answer: QueryAnswer, facts: EntryFacts) => Sight;
  readonly as: AnswerForm | null;
  readonly notFoundValidAfter: number;
  readonly absentMeans: "unsent" | "held";
  readonly every: number;
  readonly for: number;
}

/** One step. */
export type PlanStep = QueryStep | { readonly kind: "wait"; readonly ms: number } | { readonly kind: "resend"; readonly window: number } | { readonly kind: "hold" };

/** The steps in order; the last one always holds. */
export type Plan = readonly PlanStep[];

/** Where the parts of a submission's key stand in the submission itself; its answers often repeat them there. */
export interface Echoes {
  readonly key: readonly Extractor[];
  readonly scope: readonly Extractor[];
}

/** Compiles a route's `resolve`. */
export function compilePlan(options: Pick<SubmissionOptions, "resolve">, echoes: Echoes): Plan {
  const steps = options.resolve.map((step): PlanStep => (step === "hold" ? { kind: "hold" } : compileStep(step, echoes)));
  return steps.at(-1)?.kind === "hold" ? steps : [...steps, { kind: "hold" }];
}

function compileStep(step: StepOptions, echoes: Echoes): PlanStep {
  if (step.wait !== undefined) return { kind: "wait", ms: step.wait };
  if (step.resend !== undefined) return { kind: "resend", window: step.resend.window };
  const found = compileRule(step.found as NonNullable<StepOptions["found"]>);
  const absent = step.absent === undefined ? null : compileRule(step.absent);
  const match = step.match.map(({ read, is }) => ({ read: compileExtractor(read), is }));
  return {
    kind: "query",
    request: requestOf(step.query as NonNullable<StepOptions["query"]>),
    look: (answer, facts) => look(answer, found, absent, () => isOwn(answer, facts, echoes, match)),
    as: step.as ?? null,
    notFoundValidAfter: step.notFoundValidAfter ?? 0,
    absentMeans: step.absentMeans,
    every: step.every,
    for: step.for,
  };
}

function requestOf(query: NonNullable<StepOptions["query"]>): QueryStep["request"] {
  const written = Object.entries(query.headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  const contentType = written.find(([name]) => name === "content-type")?.[1] ?? "application/json";
  const inBody = escapeFor(contentType);
  const own = query.body === undefined || written.some(([name]) => name === "content-type") ? [] : ["content-type", contentType];
  return (facts) => {
    const places = [query.path, ...written.map(([, value]) => value), query.body ?? ""].flatMap(placesIn);
    if (places.some((name) => (valueOf(facts, name) ?? "") === "")) return null;
    const lookUp = (name: string): string | null => valueOf(facts, name);
    const target = fill(query.path, lookUp, encodeURIComponent);
    const headers = written.flatMap(([name, value]) => [name, fill(value, lookUp, (text) => text)]);
    // A dot segment leads elsewhere, and what is not visible ASCII would be another value in a header.
    if (/(^|\/)\.{1,2}(\/|\?|$)/.test(target) || headers.some((text) => /[^\x20-\x7e]/.test(text))) return null;
    return { method: query.method, target, headers: [...headers, ...own], body: query.body === undefined ? null : Buffer.from(fill(query.body, lookUp, inBody)) };
  };
}

/** The value of a place in a query's template. */
export function valueOf(facts: Pick<EntryFacts, "key" | "scope" | "taxpayer" | "region">, name: string): string | null {
  if (name === "taxpayer") return facts.taxpayer;
  if (name === "region") return facts.region;
  return listed(facts.key, "key", name) ?? listed(facts.scope, "scope", name);
}

function look(answer: QueryAnswer, found: Rule, absent: Rule | null, isOurs: () => boolean): Sight {
  if (found(answer)) return isOurs() ? "found" : "another";
  return absent?.(answer) === true ? "absent" : "unknown";
}

/** An answer in another format does not repeat a value where the submission has it. */
function mayRepeat({ name }: Extractor, contentType = ""): boolean {
  if (/json/i.test(contentType)) return name.startsWith("json");
  return !/xml/i.test(contentType) || name.startsWith("xml");
}

function isOwn(answer: QueryAnswer, facts: EntryFacts, echoes: Echoes, match: readonly { readonly read: Extractor; readonly is: string }[]): boolean {
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
    return seen.kind === "found" && seen.text === fill(is, (name) => valueOf(facts, name), (value) => value);
  });
}
