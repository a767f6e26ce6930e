import { hash } from "node:crypto";
import { compileExtractor, type Extractor, type ExtractorSource } from "../document/extractor.ts";
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
  /** Lower-case names of the fields that a replay carries. */
  readonly replayed: ReadonlySet<string>;
}

const HASH_DIGITS = 16;

/** Compiles a route's options. */
export function compilePolicy(options: SubmissionOptions, site: string, route: string): SubmissionPolicy {
  // Without the webhook: its secret is not for the journal, and who is told is the business of the configuration in use.
  const text = JSON.stringify({ ...options, defer: { ...options.defer, webhook: undefined } });
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
    replayed: new Set(options.replayHeaders.map((name) => name.toLowerCase())),
  };
}

/** Compiles what was kept under a hash; null where this release does not understand it any more. */
export function policyFrom(text: string, site: string, route: string): SubmissionPolicy | null {
  try {
    return compilePolicy(JSON.parse(text) as SubmissionOptions, site, route);
  } catch {
    return null;
  }
}
