import { hash } from "node:crypto";
import type { KeyLookUp } from "../base/secret-keys.ts";
import { compileCondition, type AnswerCondition } from "../document/answer-condition.ts";
import { compileCounted, type CountedQuery } from "./counted-query.ts";
import type { EntryAddress } from "./entry.ts";
import { compileKey, queryNames, readsBody, type CacheRequest, type KeyOf } from "./key.ts";
import type { RouteCacheOptions } from "./options.ts";
import { fieldMarks, type FieldMarks } from "./request-side.ts";

/** A route's rules, ready to be used. */
export interface CachePolicy {
  readonly site: string;
  readonly route: string;
  readonly options: RouteCacheOptions;
  /** The key tells principals apart. */
  readonly personal: boolean;
  /** The key tells cookies apart, or principals. */
  readonly seesCookies: boolean;
  /** The body is part of the key: a read made by POST. */
  readonly readsBody: boolean;
  readonly keyOf: KeyOf;
  /** See {@link queryNames}. */
  readonly queryNames: readonly string[] | null;
  readonly countedQuery: CountedQuery;
  /** What matters about a request's fields, by their names in lower case. */
  readonly marks: FieldMarks;
  readonly immutableWhen: readonly AnswerCondition[];
  /** Answers of other routes that void what this one has stored. */
  readonly invalidateOn: readonly { readonly route: string; readonly when: readonly AnswerCondition[] }[];
  /** See {@link PolicyPlace}. */
  readonly rewritten: readonly string[];
  /** The site's regions in the order in which they are asked when a home region is down. */
  readonly regions: readonly string[];
}

/** Where a policy stands. */
export interface PolicyPlace {
  readonly site: string;
  readonly route: string;
  readonly regions: readonly string[];
  /** The platform is told which host the caller asked for. */
  readonly keepsHost: boolean;
  /** Header fields that say who asks, beside Authorization. */
  readonly credentials: readonly string[];
  /** Header fields that the platform gets from us, whatever the caller sent; in lower case. */
  readonly rewritten: readonly string[];
  /** An address is taken for a principal because the configuration asks for it. */
  readonly trustsAddress: boolean;
  /** The site's keys, which conditions decode with. */
  readonly keys?: KeyLookUp;
}

/**
 * Compiles a route's rules. A digest of those that decide who may see what is part of every key: after a change of them
 * nothing is found that was stored under others. After a change of the others, entries live on as they were stored.
 */
export function compilePolicy(options: RouteCacheOptions, { site, route, regions, keepsHost, credentials, rewritten, trustsAddress, keys }: PolicyPlace): CachePolicy {
  const parts = options.key;
  const { override, scope, authorized } = options;
  const rules = hash("sha256", JSON.stringify([route, parts, override, scope, authorized, credentials, rewritten, trustsAddress]), "base64url").slice(0, 10);
  return {
    site,
    route,
    options,
    regions,
    rewritten,
    personal: parts.includes("principal"),
    seesCookies: parts.includes("principal") || parts.some((part) => typeof part === "object" && "header" in part && part.header.toLowerCase() === "cookie"),
    readsBody: readsBody(parts),
    keyOf: compileKey(parts, { prefix: `${site}\n${rules}`, keepsHost, credentials: parts.includes("principal") || options.authorized ? ["authorization", "cookie", ...credentials] : [], trustsAddress }),
    queryNames: queryNames(parts),
    countedQuery: compileCounted(queryNames(parts)),
    marks: fieldMarks(credentials),
    immutableWhen: options.immutableWhen.map((one) => compileCondition(one, keys)),
    invalidateOn: options.invalidateOn.map((one) => ({ route: one.route, when: one.when.map((when) => compileCondition(when, keys)) })),
  };
}

/** Where an answer to this request would be stored, for a home region; null where the request lacks a part of the key. */
export function addressOf(policy: CachePolicy, request: CacheRequest, home: string): EntryAddress | null {
  const query = policy.countedQuery(request.query);
  const key = query === null ? null : policy.keyOf(request, home, query);
  if (query === null || key === null) return null;
  const { site, route } = policy;
  const tags = policy.options.tags.length === 0 ? NO_TAGS : policy.options.tags.map((tag) => tagOf(tag, home, route, request.taxpayer));
  return { key, site, route, home, path: request.path, query, tags };
}

const NO_TAGS: readonly string[] = [];

function tagOf(tag: string, region: string, route: string, taxpayer: string | null): string {
  return tag.replaceAll("{region}", region).replaceAll("{route}", route).replaceAll("{taxpayer}", taxpayer ?? "");
}
