import type { Clock } from "../base/clock.ts";
import { formatHttpDate } from "../http/http-date.ts";
import { endToEnd, endToEndFilter } from "../http/hop-by-hop.ts";
import { headerValue, headerValues, withoutFields } from "../http/headers.ts";
import type { Headers } from "../http/message.ts";
import { updatedFields } from "../http/updated-fields.ts";
import { varyNames } from "../http/vary.ts";
import { decodeAs } from "./encodings.ts";
import type { Selecting, StoredAnswer } from "./entry.ts";
import type { Fetch, FetchedHead, FetchPlan, Times } from "./fetch.ts";
import { variantKey, type MemoryTier } from "./memory.ts";
import type { CachePolicy } from "./policy.ts";
import type { NotStored } from "./reasons.ts";
import { isEncodable, variesByEncoding } from "./represent.ts";
import { residentOf, type Resident } from "./resident.ts";
import type { SharedTier } from "./shared-tier.ts";
import { immutableTerms, judge, type StoreVerdict, type Terms } from "./verdict.ts";

/** Puts answers into the tiers. */
export interface Store {
  /** Takes a whole answer in; null where its body showed that it must not be kept. */
  keep(fetch: Fetch, head: FetchedHead, verdict: StoreVerdict, body: Uint8Array, times: Times): Resident | null | Promise<Resident | null>;
  /** A 304 has confirmed what is stored: the entry with the newer fields and a new life. */
  freshen(fetch: Fetch, head: FetchedHead, times: Times): { readonly resident: Resident; readonly kept: boolean };
  /** Takes over what another instance has stored. */
  adopt(answer: StoredAnswer, purged: boolean, policy: CachePolicy): Resident;
}

/** What it needs. */
export interface StoreEnv {
  readonly clock: Clock;
  readonly memory: MemoryTier;
  readonly shared: SharedTier | null;
  readonly notStored: (plan: FetchPlan, reason: NotStored) => void;
}

/** What is said anew by whoever sends it on. Age is part of an entry's birth. */
const toStore = endToEndFilter(new Set(["content-length", "age", "x-request-id", "taxgate-error", "taxgate-region"]));
/** Bodies are looked into up to this size. */
const MOST_LOOKED_INTO = 4 * 1024 * 1024;

/** Makes a store over the tiers. */
export function createStore(env: StoreEnv): Store {
  const put = (fetch: Fetch, answer: StoredAnswer, times: Times): Resident => {
    const { policy, ticket } = fetch.plan;
    const bornNow = times.receivedNow - (times.receivedAt - answer.bornAt);
    const resident = residentOf(variantKey(answer.address.key, answer.selecting), answer, bornNow, ...ownPart(answer, policy));
    env.memory.set(resident);
    if (ticket !== null && policy.options.shared) env.shared?.put(answer, ticket, policy.options.encrypt);
    return resident;
  };

  const build = (fetch: Fetch, head: Pick<FetchedHead, "status" | "headers" | "region">, body: Uint8Array, terms: Terms, times: Times): StoredAnswer => ({
    address: fetch.plan.address,
    region: head.region,
    status: head.status,
    headers: head.headers,
    body,
    selecting: selectingOf(fetch, head.headers),
    bornAt: times.receivedAt - terms.age,
    lifetime: terms.lifetime,
    staleWhileRevalidate: terms.staleWhileRevalidate,
    staleIfError: terms.staleIfError,
  });

  const kept = (fetch: Fetch, head: FetchedHead, verdict: StoreVerdict, body: Uint8Array, times: Times, looked: Uint8Array | null): Resident | null => {
    // Decoding takes a moment, in which it may have been voided.
    const terms = fetch.plan.flight.voided ? ({ reason: "invalidated" } as const) : termsOf(fetch.plan.policy, head, verdict, looked);
    if ("reason" in terms) {
      env.notStored(fetch.plan, terms.reason);
      return null;
    }
    const drop = verdict.kind === "not" ? [] : verdict.drop;
    return put(fetch, build(fetch, { ...head, headers: storedFields(head.headers, drop) }, body, terms, times), times);
  };

  return {
    keep(fetch, head, verdict, body, times) {
      const coding = headerValue(head.headers, "content-encoding");
      if (verdict.kind !== "look" || coding === undefined) return kept(fetch, head, verdict, body, times, body);
      return decodeAs(coding, body, MOST_LOOKED_INTO).then((looked) => kept(fetch, head, verdict, body, times, looked));
    },
    freshen(fetch, head, times) {
      const stale = fetch.plan.stale as Resident;
      const { policy, flight } = fetch.plan;
      const merged = updatedFields(stale.plain.stored, storedFields(head.headers, []));
      const { status } = stale.answer;
      const age = headerValue(head.headers, "age");
      const aged = age === undefined ? merged : [...merged, "Age", age];
      // Whoever asked: it confirms what is stored, and brings nothing of its own.
      const verdict = judge({ status, headers: aged, journey: times, looseCookie: false, atHome: true, rewritten: policy.rewritten }, policy.options, policy.personal);
      const headers = verdict.kind === "not" ? merged : storedFields(merged, verdict.drop);
      const { bytes } = stale.plain;
      const isImmutable = policy.immutableWhen.length > 0 && stale.answer.lifetime >= policy.options.immutableFor;
      const terms = isImmutable && verdict.kind === "look" ? immutableTerms(policy.options) : termsOf(policy, { status, headers }, verdict, bytes);
      const answer = build(fetch, { status, headers, region: head.region }, bytes, "reason" in terms ? UNKEPT : terms, times);
      if (!("reason" in terms) && !flight.voided) return { resident: put(fetch, answer, times), kept: true };
      // Confirmed for this caller, but no longer to be kept.
      return { resident: residentOf(stale.key, answer, times.receivedNow, ...ownPart(answer, policy)), kept: false };
    },
    adopt(answer, purged, policy) {
      const bornAt = env.clock.now() - Math.max(0, env.clock.wall() - answer.bornAt);
      const key = variantKey(answer.address.key, answer.selecting);
      const known = env.memory.peek(key);
      if (known !== null && known.bornAt >= bornAt) {
        // The very copy that was purged; a newer one has heard of purges by itself.
        if (known.answer.bornAt === answer.bornAt) known.purged ||= purged;
        return known;
      }
      const resident = residentOf(key, answer, bornAt, ...ownPart(answer, policy));
      resident.purged = purged;
      // What is known about the platform does not change by what another instance once got.
      if (known !== null) Object.assign(resident, { failing: known.failing, retryAt: known.retryAt });
      env.memory.set(resident);
      return resident;
    },
  };
}

const UNKEPT: Terms = { age: 0, lifetime: 0, staleWhileRevalidate: 0, staleIfError: 0 };

function termsOf(policy: CachePolicy, { status, headers }: Pick<FetchedHead, "status" | "headers">, verdict: StoreVerdict, body: Uint8Array | null): Terms | { readonly reason: NotStored } {
  if (verdict.kind !== "look") return verdict.kind === "store" ? verdict.terms : verdict;
  const answer = { status, contentType: headerValue(headers, "content-type"), body };
  if (policy.immutableWhen.some((condition) => condition.matches(answer))) return immutableTerms(policy.options);
  return verdict.plain.kind === "store" ? verdict.plain.terms : verdict.plain;
}

function storedFields(headers: Headers, drop: readonly string[]): Headers {
  const kept = endToEnd(headers, toStore);
  return drop.length === 0 ? kept : withoutFields(kept, new Set(drop));
}

/** An encoded answer that forgot to say so is taken as chosen by Accept-Encoding: others may not be able to read it. */
function selectingOf(fetch: Fetch, headers: Headers): Selecting[] {
  const said = varyNames(headerValues(headers, "vary"));
  const names = said === "*" ? [] : said;
  const all = headerValue(headers, "content-encoding") === undefined || names.includes("accept-encoding") ? names : [...names, "accept-encoding"].toSorted();
  return all.map((name) => [name, fetch.plan.selecting(name)] as const);
}

/** Fields of our own that every use of an entry carries, and whether it may be encoded. */
function ownPart(answer: StoredAnswer, policy: CachePolicy): [readonly string[], boolean] {
  const own: string[] = ["Via", "1.1 taxgate"];
  const encodable = isEncodable(answer.headers, answer.body.byteLength, policy);
  if (encodable && !variesByEncoding(answer.headers)) own.push("Vary", "Accept-Encoding");
  // A platform without a clock of its own: the answer is dated by ours (RFC 9110 section 6.6.1).
  if (headerValue(answer.headers, "date") === undefined) own.push("Date", formatHttpDate(answer.bornAt));
  if (answer.status !== 204) own.push("Content-Length", String(answer.body.byteLength));
  return [own, encodable];
}
