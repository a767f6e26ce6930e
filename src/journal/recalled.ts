import type { KeyLookUp } from "../base/secret-keys.ts";
import { compileExtractor, type Extractor, type ExtractorSource } from "../document/extractor.ts";
import { headerValue } from "../http/headers.ts";
import { pathVariables } from "../http/path-variables.ts";
import { splitTarget } from "../http/split-target.ts";
import { formsOf, wordsOf } from "./check-places.ts";
import type { Entry, StoredRequest } from "./entry.ts";
import type { SubmissionOptions } from "./options.ts";
import type { Store } from "./store.ts";
import { placesIn } from "./template.ts";

/*
 * What a submission says beside its key: where its answer means something, and values that questions and answers use. It is
 * read from the request that is kept, whenever it is needed, so that nothing more of it is stored.
 */

/** See the top of this file. */
export interface Recalled {
  /** By the place that they fill, such as `remember.nip` and `path.session`; one that is missing is not there. */
  readonly values: Readonly<Record<string, string>>;
  /** The values of `within`; null where one of them cannot be read (any more). */
  readonly within: readonly string[] | null;
}

/** Recalls from a request. */
export type Recall = (request: StoredRequest) => Recalled;

/** What is known of a request that is not kept any more. */
export const FORGOTTEN: Recalled = { values: {}, within: null };

/** Compiles what a route recalls; null where that is nothing. `path` is the pattern of its path. */
export function compileRecall(options: SubmissionOptions, path: string, keys: KeyLookUp): Recall | null {
  const remember = Object.entries(options.remember).map(([name, one]) => [`remember.${name}`, compileExtractor(one, keys)] as const);
  const within = options.within.map((one) => compileExtractor(one, keys));
  if (remember.length + within.length === 0 && !usesPath(options)) return null;
  const variables = pathVariables(path);
  return (request) => {
    const source = sourceOf(request, variables);
    const named = Object.entries(source.pathVariables).map(([name, value]) => [`path.${name}`, value] as const);
    const read = remember.flatMap(([name, extractor]) => pairs(name, textAt(extractor, source)));
    // Its fields go once its outcome is known: what they say may not make a difference.
    return { values: Object.fromEntries([...named, ...read]), within: all(within, { ...source, headers: [], contentType: undefined }) };
  };
}

/** Recalls what the first try of an entry said. Rejects with a StoreFault. */
export async function recallOf(recall: Recall | null, store: Pick<Store, "request">, { id, revision }: Pick<Entry, "id" | "revision">): Promise<Recalled | null> {
  if (recall === null) return null;
  const request = await store.request(id, revision);
  return request === null ? FORGOTTEN : recall(request);
}

/** Whether a try is where the first one was: its answer means the same to it. */
export function isWithin(first: Recalled | null, tried: Recalled | null): boolean {
  if (first === null || tried === null || tried.within?.length === 0) return true;
  return first.within !== null && tried.within !== null && first.within.length === tried.within.length && first.within.every((value, index) => value === tried.within?.[index]);
}

function sourceOf({ target, headers, body }: StoredRequest, variables: ReturnType<typeof pathVariables>): ExtractorSource {
  const { path, query } = splitTarget(target);
  return { headers, pathVariables: variables(path), query, body, contentType: headerValue(headers, "content-type") };
}

function all(extractors: readonly Extractor[], source: ExtractorSource): readonly string[] | null {
  const values = extractors.map((extractor) => textAt(extractor, source));
  return values.every((value) => value !== null) ? values : null;
}

function textAt(extractor: Extractor, source: ExtractorSource): string | null {
  const found = extractor.read(source);
  return found.kind === "found" && found.type !== "null" ? found.text : null;
}

function pairs(name: string, value: string | null): [string, string][] {
  return value === null ? [] : [[name, value]];
}

function usesPath(options: SubmissionOptions): boolean {
  const asked = options.resolve.flatMap((step) => (step === "hold" || step.query === undefined ? [] : [step.query.path, step.query.body ?? "", step.query.prompt?.path ?? "", step.query.prompt?.body ?? "", ...Object.values(step.query.headers), ...step.match.map(({ is }) => is)]));
  const query = options.provisional?.ask?.query;
  const awaited = query === undefined ? [] : [query.path, query.body ?? "", query.prompt?.path ?? "", query.prompt?.body ?? "", ...Object.values(query.headers)];
  return [...asked, ...awaited, ...formsOf(options).map(({ form }) => wordsOf(form))].some((text) => placesIn(text).some((place) => place.startsWith("path.")));
}
