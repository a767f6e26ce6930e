import type { NotStored } from "../cache/reasons.ts";

/** A reason for not storing, for a person. */
export interface NotStoredWords {
  /** What happened. */
  readonly words: string;
  /** What to do about it. */
  readonly hint: string;
}

const NOTHING_TO_DO = "nothing has to be done";

/** Each reason in words, and what an administrator can do; names in quotes are options of the route's `cache`. */
export const NOT_STORED_WORDS: Readonly<Record<NotStored, NotStoredWords>> = {
  "method": { words: "the method is one whose answers are not kept", hint: "for a read that is made by POST, put 'body' or { json: /pointer } into 'key'" },
  "authorization": { words: "the request carries Authorization", hint: "set 'authorized: true' and put 'principal' into 'key', so that nobody gets another's answer" },
  "cookie": { words: "the request has cookies that the key does not tell apart, and the platform does not say that its answer may be kept", hint: "put 'principal' or { header: cookie } into 'key', or have the caller leave the cookies out" },
  "key-part-missing": { words: "the request lacks a part of the key, or its query can be read in two ways", hint: "see which part of 'key' these callers do not send, and how 'identity' finds principal, taxpayer and region" },
  "request-body": { words: "the request has a body that the key does not tell apart", hint: "put 'body' or { json: /pointer } into 'key', or have the caller send no body" },
  "request-no-store": { words: "the caller says Cache-Control: no-store", hint: "set 'requestDirectives: ignore' where callers send it without need" },
  "precondition": { words: "the request has If-Match or If-Unmodified-Since, which only the platform can judge", hint: NOTHING_TO_DO },
  "hidden-field": { words: "the request's Connection names a field that the platform therefore does not see", hint: "have the caller send Connection without names of other fields" },
  "head-only": { words: "only the head was asked for", hint: `${NOTHING_TO_DO}: the next GET is stored` },
  "partial": { words: "the platform sent a part of the whole", hint: `${NOTHING_TO_DO}: once the whole has been asked for, parts are answered from it` },
  "not-modified": { words: "the platform said 304 to the caller's own question", hint: `${NOTHING_TO_DO}: the next request without a condition is stored` },
  "set-cookie": { words: "the answer sets a cookie", hint: "have the platform leave Set-Cookie out of answers that are for everybody" },
  "vary-star": { words: "the answer varies by more than the request shows (Vary: *)", hint: "have the platform name the request fields that it chooses by" },
  "no-store": { words: "the platform says Cache-Control: no-store", hint: "where it may be kept all the same, set 'ttl' with 'override: true'" },
  "private": { words: "the platform says Cache-Control: private", hint: "where each caller may have a copy of its own, put 'principal' into 'key' and set 'ttl' with 'override: true'" },
  "no-freshness": { words: "neither the platform nor the route says how long it may be kept", hint: "set 'ttl', or have the platform send Cache-Control: max-age" },
  "status": { words: "the platform answered with another status than 200, and did not say how long that may be kept", hint: "see 'taxgate status' where the platform fails, and set 'negative' to keep a refusal such as 404 for a while ('ttl' is for 200 and 203)" },
  "too-large": { words: "the answer is larger than what is kept", hint: "raise the route's 'maxBytes', or 'cache.memory.maxEntryBytes' for all routes" },
  "truncated": { words: "the answer broke off, or its caller went away before the end", hint: "see in the access log who ended it; where it was the platform, ask its operator" },
  "other-region": { words: "another region answered than the home region", hint: "set 'scope: national' where the data is the same in every region; else it is stored once the home region is back" },
  "invalidated": { words: "it was purged while it was being fetched", hint: `${NOTHING_TO_DO}: the next request is stored` },
};
