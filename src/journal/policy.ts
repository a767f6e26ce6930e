import { hash } from "node:crypto";
import { compileExtractor, type Extractor, type ExtractorSource } from "../document/extractor.ts";
import type { Headers } from "../http/message.ts";
import { identify, type Identified, type Recognition, type Unidentified } from "./identify.ts";
import { compileJudge, type Judge } from "./judge.ts";
import { madeAnswer } from "./made-answer.ts";
import type { SubmissionOptions } from "./options.ts";
import { compilePlan, type Plan } from "./plan.ts";

/** A route's `submission`, ready to be used. An entry keeps the one that it was claimed under. */
export interface SubmissionPolicy {
  readonly site: string;
  readonly route: string;
  readonly options: SubmissionOptions;
  /** Of the options: 16 hexadecimal digits. */
  readonly hash: string;
  /** The options as text, kept under the hash for the time after a restart. */
  readonly text: string;
  readonly needsBody: boolean;
  /** Recognises a submission; `target` is its path and query. */
  readonly identify: (source: ExtractorSource, target: string) => Identified | Unidentified;
  readonly judge: Judge;
  readonly plan: Plan;
  /** Where the platform's own number stands in an answer. */
  readonly reference: Extractor | null;
  /** See made-answer.ts. */
  readonly make: typeof madeAnswer;
  /** The fields of an answer that a replay carries: what its body is, and what the route names. */
  readonly replayed: (headers: Headers) => Headers;
}

const HASH_DIGITS = 16;

/** Compiles a route's options. */
export function compilePolicy(options: SubmissionOptions, site: string, route: string): SubmissionPolicy {
  const text = keptText(options);
  const how: Recognition = {
    site,
    operation: options.operation ?? route,
    key: options.key.map(compileExtractor),
    scope: options.scope.map(compileExtractor),
    fields: options.fingerprint.over === "bytes" ? null : options.fingerprint.fields.map(compileExtractor),
    lane: options.defer.serialBy.map(compileExtractor),
  };
  return {
    site, route, options, text,
    hash: hash("sha256", text, "hex").slice(0, HASH_DIGITS),
    needsBody: [...how.key, ...how.scope, ...(how.fields ?? []), ...how.lane].some((extractor) => extractor.needsBody),
    identify: (source, target) => identify(how, source, target),
    judge: compileJudge(options),
    plan: compilePlan(options, how),
    reference: options.reference === undefined ? null : compileExtractor(options.reference),
    make: madeAnswer,
    replayed: replayedBy(options.replayHeaders),
  };
}

function replayedBy(names: readonly string[]): SubmissionPolicy["replayed"] {
  const wanted = new Set(["content-type", "content-encoding", ...names.map((name) => name.toLowerCase())]);
  return (headers) => {
    const kept: string[] = [];
    for (let i = 0; i < headers.length; i += 2) {
      const name = headers[i] as string;
      if (wanted.has(name.toLowerCase())) kept.push(name, headers[i + 1] as string);
    }
    return kept;
  };
}

/** What is kept of options: no secrets, which are the business of the configuration in use. */
function keptText(options: SubmissionOptions): string {
  const resolve = options.resolve.map((step) => (step === "hold" || step.query === undefined ? step : { ...step, query: { ...step.query, headers: Object.fromEntries(Object.keys(step.query.headers).map((name) => [name, ""])) } }));
  return JSON.stringify({ ...options, resolve, defer: { ...options.defer, webhook: undefined } });
}

/** Compiles what was kept under a hash, with the secrets of the options in use; null where this release does not understand it any more. */
export function policyFrom(text: string, site: string, route: string, current: SubmissionOptions | null): SubmissionPolicy | null {
  try {
    const kept = JSON.parse(text) as SubmissionOptions;
    const resolve = kept.resolve.map((step, index) => {
      const now = current?.resolve[index];
      if (step === "hold" || step.query === undefined || now === undefined || now === "hold" || now.query === undefined) return step;
      return { ...step, query: { ...step.query, headers: now.query.headers } };
    });
    return compilePolicy({ ...kept, resolve }, site, route);
  } catch {
    return null;
  }
}
