import type { KeyLookUp } from "../base/secret-keys.ts";
import { compileEach } from "../document/each-part.ts";
import { compileExtractor, type Extractor, type ExtractorSource } from "../document/extractor.ts";
import { mayRepeat, type Echoes, type Match } from "./echoes.ts";
import type { EntryFacts } from "./entry.ts";
import type { Rule } from "./judge.ts";
import type { StepOptions } from "./options.ts";
import { wanted } from "./place-values.ts";
import type { QueryAnswer, QueryRequest } from "./plan.ts";
import type { Recalled } from "./recalled.ts";
import { placesIn } from "./template.ts";

/*
 * Looks for a submission in a list that the platform gives, page by page. What a list does not hold is absent only after its
 * last page, and only where every part of it could be told from the submission.
 */

/** What a page shows: the part that is the submission; that no part is; or nothing, because some part cannot be told. */
export type PageSight = { readonly kind: "found"; readonly part: QueryAnswer } | { readonly kind: "none"; /** How many parts the page has. */ readonly parts: number } | { readonly kind: "unclear" };

/** How a list is read. */
export interface ListLook {
  /** `isFormer` tells parts of an earlier revision, which are passed over. */
  readonly look: (page: QueryAnswer, facts: EntryFacts, recalled: Recalled, isFormer?: (part: QueryAnswer) => boolean) => PageSight;
  /** Whether the last page shows that it is not there. */
  readonly isAbsent: (page: QueryAnswer) => boolean;
  /** What the page after this one, the `number`th, is asked with; empty at the end, null where that cannot be read. */
  readonly token: (page: QueryAnswer, number: number, parts: number) => string | null;
  /** The same question for the page of a token; null where the token cannot be put there. */
  readonly turn: (request: QueryRequest, token: string) => QueryRequest | null;
  /** Most pages that are read. */
  readonly pages: number;
}

/** Unless the file says so. */
const PAGES = 20;

interface Words {
  readonly found: Rule;
  readonly absent: Rule | null;
  readonly echoes: Echoes;
  readonly match: readonly Match[];
}

/** Compiles a step with `each`. */
export function compileListLook(step: Pick<StepOptions, "next" | "pages"> & { readonly each: NonNullable<StepOptions["each"]> }, words: Words, keys: KeyLookUp): ListLook {
  const parts = compileEach(step.each);
  const { next } = step;
  const token = next?.read === undefined ? null : compileExtractor(next.read, keys);
  return {
    pages: next === undefined ? 1 : (step.pages ?? PAGES),
    look(page, facts, recalled, isFormer = () => false) {
      const read = parts({ bytes: page.body, contentType: page.contentType });
      if ("kind" in read) return { kind: "unclear" };
      let clear = true;
      for (const { bytes, contentType } of read) {
        const part: QueryAnswer = { ...page, body: bytes, contentType };
        if (isFormer(part)) continue;
        const is = compare(part, facts, recalled, words);
        const counts = words.found(part);
        if (is === "own" && counts) return { kind: "found", part };
        // What is left out says nothing, but it is there where it is the submission's own.
        clear &&= counts ? is === "other" : is !== "own";
      }
      return clear ? { kind: "none", parts: read.length } : { kind: "unclear" };
    },
    isAbsent: (page) => words.absent?.(page) === true,
    token(page, number, held) {
      // A page without a part is past the end, whatever the platform says of how many there are.
      if (next?.numbered === true) return held === 0 ? "" : String(number + 1);
      return token === null ? "" : tokenIn(token, page);
    },
    turn: (request, given) => turned(request, given, next ?? {}),
  };
}

/** A part is the submission where everything that is compared is its own, and each part of its key was. */
function compare(part: QueryAnswer, facts: EntryFacts, recalled: Recalled, { echoes, match }: Words): "own" | "other" | "unclear" {
  const source = sourceOf(part);
  const matched = match.map(({ read, is }) => sameAs(read, source, wanted(is, facts, recalled)));
  const named = new Set(match.flatMap(({ is }) => placesIn(is)));
  const keys = echoes.key.map((extractor, index) => {
    const is = repeated(extractor, source, part.contentType, facts.key[index]);
    return is === "missing" && (named.has(`key.${index + 1}`) || (index === 0 && named.has("key"))) ? "same" : is;
  });
  const scopes = echoes.scope.map((extractor, index) => repeated(extractor, source, part.contentType, facts.scope[index])).map((is) => (is === "missing" ? "same" : is));
  const all = [...matched, ...keys, ...scopes];
  if (all.includes("other")) return "other";
  return all.every((is) => is === "same") ? "own" : "unclear";
}

type Compared = "same" | "other" | "missing" | "unclear";

function repeated(extractor: Extractor, source: ExtractorSource, contentType: string | undefined, value: string | undefined): Compared {
  return extractor.needsBody && mayRepeat(extractor, contentType) ? sameAs(extractor, source, value ?? null) : "missing";
}

function sameAs(extractor: Extractor, source: ExtractorSource, value: string | null): Compared {
  const seen = extractor.read(source);
  if (seen.kind === "missing" || (seen.kind === "found" && seen.type === "null")) return "missing";
  if (seen.kind !== "found" || value === null) return "unclear";
  return seen.text === value ? "same" : "other";
}

function sourceOf({ headers, body, contentType }: QueryAnswer): ExtractorSource {
  return { headers, pathVariables: {}, query: "", body, contentType };
}

function tokenIn(extractor: Extractor, page: QueryAnswer): string | null {
  const seen = extractor.read(sourceOf(page));
  if (seen.kind === "missing") return "";
  if (seen.kind !== "found") return null;
  return seen.type === "null" || seen.text === "false" ? "" : seen.text;
}

function turned(request: QueryRequest, token: string, { header, query }: { readonly header?: string | undefined; readonly query?: string | undefined }): QueryRequest | null {
  if (header !== undefined) {
    const name = header.toLowerCase();
    const others = request.headers.filter((_, index) => request.headers[index - (index % 2)] !== name);
    // What is not visible ASCII would be another value in a header.
    return /^[\x20-\x7e]+$/.test(token) ? { ...request, headers: [...others, name, token] } : null;
  }
  const [path = "", members = ""] = request.target.split("?");
  const wantedName = `${encodeURIComponent(query ?? "")}=`;
  const kept = members.split("&").filter((member) => member !== "" && !member.startsWith(wantedName));
  return { ...request, target: `${path}?${[...kept, `${wantedName}${encodeURIComponent(token)}`].join("&")}` };
}
