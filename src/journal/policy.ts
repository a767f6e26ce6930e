import { hash } from "node:crypto";
import { NO_KEYS, type KeyLookUp } from "../base/secret-keys.ts";
import { compileExtractor, type Extractor, type ExtractorSource } from "../document/extractor.ts";
import type { Headers } from "../http/message.ts";
import { compileBatch, type Batch } from "./batch/batch.ts";
import { identifyBatch } from "./batch/identify.ts";
import { identify, type Identified, type Recognition, type Unidentified } from "./identify.ts";
import { compileJudge, type Judge } from "./judge.ts";
import { madeAnswer } from "./made-answer.ts";
import type { SubmissionOptions } from "./options.ts";
import { compileRecall, type Recall } from "./recalled.ts";
import { parseTimeLimit, type TimeLimit } from "./time-limit.ts";
import { compilePlan, type Plan } from "./plan.ts";

/** A route's `submission`, ready to be used. An entry keeps the one that it was claimed under. */
export interface SubmissionPolicy {
  readonly site: string;
  readonly route: string;
  readonly options: SubmissionOptions;
  /** The site's keys, which extractors decode with. */
  readonly keys: KeyLookUp;
  /** Of the options: 16 hexadecimal digits. */
  readonly hash: string;
  /** The options as text, kept under the hash for the time after a restart. */
  readonly text: string;
  readonly needsBody: boolean;
  /** Recognises a submission; `target` is its path and query. */
  readonly identify: (source: ExtractorSource, target: string) => Identified | Unidentified;
  /** Null where nothing is recalled. */
  readonly recall: Recall | null;
  /** Nothing but a first attempt at once is sent past it; null: no such time. */
  readonly notPast: TimeLimit | null;
  readonly judge: Judge;
  readonly plan: Plan;
  /** Null where its requests are no batches. */
  readonly batch: Batch | null;
  /** Where the platform's own number stands in an answer. */
  readonly reference: Extractor | null;
  /** See made-answer.ts. */
  readonly make: typeof madeAnswer;
  /** The fields of an answer that a replay carries: what its body is, and what the route names. */
  readonly replayed: (headers: Headers) => Headers;
}

const HASH_DIGITS = 16;

/** Compiles a route's options. */
export function compilePolicy(options: SubmissionOptions, site: string, route: string, keys: KeyLookUp = NO_KEYS, path = "/"): SubmissionPolicy {
  const recall = compileRecall(options, path, keys);
  const text = keptText(options, recall === null ? "/" : path);
  const extractors = (list: SubmissionOptions["key"]): Extractor[] => list.map((one) => compileExtractor(one, keys));
  const how: Recognition = {
    site,
    operation: options.operation ?? route,
    key: extractors(options.key),
    scope: extractors(options.scope),
    fields: options.fingerprint.over === "bytes" ? null : extractors(options.fingerprint.fields),
    lane: extractors(options.serialBy),
  };
  const batch = options.items === undefined ? null : compileBatch(options.items, how, keys);
  return {
    site, route, options, keys, text, batch,
    hash: hash("sha256", text, "hex").slice(0, HASH_DIGITS),
    needsBody: batch !== null || [...how.key, ...how.scope, ...(how.fields ?? []), ...how.lane].some((extractor) => extractor.needsBody),
    identify: batch === null ? (source, target) => identify(how, source, target) : (source) => identifyBatch(batch.recognition, source),
    recall,
    notPast: options.notPast === undefined ? null : parseTimeLimit(options.notPast),
    judge: compileJudge(options, keys),
    plan: compilePlan(options, how, keys),
    reference: options.reference === undefined ? null : compileExtractor(options.reference, keys),
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
function keptText(options: SubmissionOptions, path: string): string {
  const resolve = options.resolve.map((step) => (step === "hold" || step.query === undefined ? step : { ...step, query: { ...step.query, headers: blank(step.query.headers) } }));
  return JSON.stringify({ ...options, resolve, ...askedWith(options, blank), defer: { ...options.defer, webhook: undefined }, ...(path === "/" ? {} : { path }) });
}

function blank(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(headers).map((name) => [name, ""]));
}

/** The question for a verdict with other fields. */
function askedWith({ provisional }: Pick<SubmissionOptions, "provisional">, fields: (headers: Record<string, string>) => Record<string, string>): Pick<SubmissionOptions, "provisional"> {
  if (provisional?.ask === undefined) return provisional === undefined ? {} : { provisional };
  const { query } = provisional.ask;
  return { provisional: { ...provisional, ask: { ...provisional.ask, query: { ...query, headers: fields(query.headers) } } } };
}

/** What an earlier release did not write. */
const LATER = { serialBy: [], within: [], remember: {} };

/** Compiles what was kept under a hash, with the secrets of the options and the keys in use; null where this release does not understand it any more. */
export function policyFrom(text: string, site: string, route: string, current: SubmissionOptions | null, keys: KeyLookUp = NO_KEYS): SubmissionPolicy | null {
  try {
    const { path = "/", ...kept } = { ...LATER, ...(JSON.parse(text) as SubmissionOptions & { readonly path?: string }) };
    const resolve = kept.resolve.map((step, index) => {
      const now = current?.resolve[index];
      if (step === "hold" || step.query === undefined || now === undefined || now === "hold" || now.query === undefined) return step;
      return { ...step, query: { ...step.query, headers: now.query.headers } };
    });
    return compilePolicy({ ...kept, resolve, ...askedWith(kept, (headers) => current?.provisional?.ask?.query.headers ?? headers) }, site, route, keys, path);
  } catch {
    return null;
  }
}
