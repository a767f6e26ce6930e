import type { Headers } from "../../src/http/message.ts";
import { headerValue, headerValues } from "../../src/http/headers.ts";
import type { UpstreamCall } from "../../src/upstream/call.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import { answered } from "./setup.ts";

/*
 * A platform that answers each caller with the name by which it knows him, and callers that it knows.
 *
 * What it may do, and what is promised then:
 * - It may tell callers apart by Authorization, and say about its answer whatever it likes, `public` included. Promised:
 *   nobody but the caller with this very Authorization sees the answer.
 * - It may tell callers apart by cookies, if it says so in one of three ways: `private`; `Vary: Cookie`; or no lifetime at
 *   all (no directive, a validator alone, max-age=0, no-cache). Promised: nobody with other cookies, or none, sees the
 *   answer. Somebody with cookies may see what was answered to a caller without any, where a route's `ttl` keeps that.
 * - It may tell callers apart by any other field, if it names it in Vary. Promised: the same as for Authorization.
 * - It may tell callers apart as the site's identity does (Authorization, else the client's address), without a mark, on
 *   routes whose key has the principal. Promised: no principal sees what another one was answered.
 * - Its entity tags tell representations apart, and it confirms (304) only by them, and only to whom it would answer
 *   with what they name.
 * A platform that breaks these rules (says max-age about an answer that a cookie chose, and nothing else) is promised nothing.
 */

/** By what a resource tells callers apart. */
export const WAYS = ["authorization", "cookie", "x-user", "principal", "nothing"] as const;

/** See {@link WAYS}. */
export type Way = (typeof WAYS)[number];

/** What the platform may say about answers that are told apart in one way. */
export const MARKS: Readonly<Record<Way, readonly Headers[]>> = {
  authorization: [[], ["Cache-Control", "max-age=60"], ["Cache-Control", "public, max-age=60, stale-while-revalidate=600"], ["Cache-Control", "s-maxage=60"], ["CDN-Cache-Control", "max-age=60"]],
  cookie: [
    ["Cache-Control", "private"], ["Cache-Control", "private, max-age=60, stale-if-error=600"], ["CDN-Cache-Control", "private, max-age=60"],
    ["Vary", "Cookie"], ["Vary", "Cookie, Accept", "Cache-Control", "max-age=60, stale-while-revalidate=600, stale-if-error=600"],
    [], ["Cache-Control", "max-age=0"], ["Cache-Control", "no-cache"], ["Expires", "0"], ["Last-Modified", "Mon, 21 Sep 2020 00:00:00 GMT"],
  ],
  "x-user": [["Vary", "X-User"], ["Vary", "x-user, accept", "Cache-Control", "max-age=60, stale-while-revalidate=600, stale-if-error=600"], ["Vary", "X-User", "Cache-Control", "private"]],
  principal: [[], ["Cache-Control", "max-age=60, stale-while-revalidate=600, stale-if-error=600"], ["Cache-Control", "private, max-age=60"]],
  nothing: [[], ["Cache-Control", "max-age=60, stale-while-revalidate=600, stale-if-error=600"], ["Cache-Control", "s-maxage=60"]],
};

/** A resource of the platform: how it tells callers apart, and what it says about that. */
export interface Resource {
  readonly way: Way;
  /** Index into its row of {@link MARKS}, modulo its length. */
  readonly mark: number;
  readonly tagged: boolean;
}

/** The name by which a resource knows whoever sends these fields from this address. */
export function nameOf(way: Way, headers: Headers, address: string | undefined): string {
  const all = (field: string): string => headerValues(headers, field).join("; ");
  switch (way) {
    case "authorization": return all("authorization") || "nobody";
    case "cookie": return all("cookie") || "nobody";
    case "x-user": return all("x-user") || "nobody";
    case "principal": return all("authorization") || (address ?? "nobody");
    case "nothing": return "everybody";
  }
}

/** The platform's answer: region, name and the request's body, each in its place. */
export function answerOf({ way, mark, tagged }: Resource, call: UpstreamCall, region: string, status: number): AttemptResult {
  const name = nameOf(way, call.headers, headerValue(call.headers, "x-forwarded-for"));
  const asked = call.body.kind === "bytes" ? Buffer.from(call.body.bytes).toString() : "";
  const tag = `"${way}|${region}|${name}|${asked}|${status}"`;
  const headers: string[] = [...(MARKS[way][mark % MARKS[way].length] ?? []), ...(tagged ? ["ETag", tag] : [])];
  const confirmed = tagged && status === 200 && call.method === "GET" && headerValue(call.headers, "if-none-match") === tag;
  return confirmed ? answered(304, "", headers) : answered(status, JSON.stringify({ region, name, asked }), headers);
}
