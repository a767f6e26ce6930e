import type { ByteBudget } from "../base/byte-budget.ts";
import type { Clock } from "../base/clock.ts";
import { weaklyEqual } from "../http/entity-tag.ts";
import { headerValue } from "../http/headers.ts";
import type { Body, BodySource, Headers } from "../http/message.ts";
import type { Flight } from "./collapse.ts";
import type { EntryAddress, Selecting } from "./entry.ts";
import type { CachePolicy } from "./policy.ts";
import { Pump } from "./pump.ts";
import type { NotStored } from "./reasons.ts";
import { overdue, type Resident } from "./resident.ts";
import type { Ticket } from "./shared-tier.ts";
import { isEncodable, variesByEncoding } from "./represent.ts";
import { judge, type StoreVerdict } from "./verdict.ts";

/** Why a request goes to the platform (RFC 9211 section 2.2). */
export type ForwardReason = "bypass" | "method" | "uri-miss" | "vary-miss" | "request" | "stale" | "miss";

/** What a fetch begins with. */
export interface FetchPlan {
  readonly policy: CachePolicy;
  readonly address: EntryAddress;
  /** Memory key with the values of the last Vary seen. */
  readonly key: string;
  readonly why: ForwardReason;
  readonly flight: Flight;
  readonly stale: Resident | null;
  /** Asks "has it changed?" in our own name, with the validators of `stale`. */
  readonly validates: boolean;
  /** False: whatever comes is only passed on. */
  readonly stores: boolean;
  readonly looseCookie: boolean;
  readonly ticket: Ticket | null;
  /** The request's normalised value of a field that Vary names. */
  readonly selecting: (name: string) => Selecting[1];
  /** Nobody waits for the answer at all but the cache. */
  readonly background: boolean;
  /** The caller takes what is stored if the platform fails. */
  readonly mayFallBack: boolean;
}

/** The head of a platform's answer. */
export interface FetchedHead {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** The region that answered. */
  readonly region: string;
}

/** What an answer comes to. */
export type Taken =
  /** 304: the stored entry is good again. */
  | { readonly kind: "confirmed"; readonly resident: Resident }
  /** The platform fails, and what is stored will do. */
  | { readonly kind: "stale"; readonly resident: Resident }
  /** 304 about another answer than the stored one, which must not be served either. */
  | { readonly kind: "mismatch" }
  /** Goes to the caller; `stored` says whether it is being kept. */
  | {
      readonly kind: "pass";
      readonly body: Body;
      readonly stored: boolean;
      /** Those who get it from the store may get it in another encoding, and the answer does not say so yet. */
      readonly mayBeEncoded: boolean;
    };

/** When an answer was asked for and came: wall time for what it says about itself, monotonic for its age here. */
export interface Times {
  readonly askedAt: number;
  readonly receivedAt: number;
  readonly receivedNow: number;
}

/** What a fetch needs of the cache. */
export interface FetchEnv {
  readonly clock: Clock;
  /** Takes a whole answer in; null where it turned out not to be storable. */
  readonly keep: (fetch: Fetch, head: FetchedHead, verdict: StoreVerdict, body: Uint8Array, times: Times) => Resident | null | Promise<Resident | null>;
  /** Takes the fields of a 304 over. */
  readonly freshen: (fetch: Fetch, head: FetchedHead, times: Times) => { readonly resident: Resident; readonly kept: boolean };
  readonly notStored: (plan: FetchPlan, reason: NotStored) => void;
  /** What was stored is no longer what the platform says. */
  readonly outdated: (resident: Resident) => void;
  readonly maxBytes: number;
  /** Room for what is read ahead of callers. */
  readonly ahead: ByteBudget;
  readonly fault: (where: string, fault: unknown) => void;
}

/** Statuses that say "not now" rather than anything about the resource (RFC 5861 section 4). */
const FAILING: ReadonlySet<number> = new Set([500, 502, 503, 504]);
/** Statuses that speak about the resource. The others speak about this caller, this request, or this moment. */
const ABOUT_IT: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 302, 303, 307, 308, 403, 404, 410, 451]);
/** Reasons that say nothing against what is stored. */
const NOT_ABOUT_IT: ReadonlySet<NotStored> = new Set(["other-region", "invalidated", "not-modified", "partial", "cookie"]);

/** Reasons after which the next caller may well bring what can be kept. */
const FOR_OTHERS: ReadonlySet<NotStored> = new Set(["invalidated", "cookie"]);

/** One way to the platform and back, as the cache follows it. Ends by itself once its answer is whole, lost or refused. */
export class Fetch {
  readonly plan: FetchPlan;
  readonly #env: FetchEnv;
  readonly #askedAt: number;
  #over = false;
  #hasAnswer = false;

  constructor(plan: FetchPlan, env: FetchEnv) {
    this.plan = plan;
    this.#env = env;
    this.#askedAt = env.clock.wall();
  }

  /** True while somebody beside its own caller wants the answer. */
  wanted(): boolean {
    return this.plan.background || this.plan.flight.waiting > 0;
  }

  /** Does a status say "not now" rather than anything about the resource? */
  isNotNow(status: number): boolean {
    return FAILING.has(status);
  }

  /** What may be served if the platform fails. */
  get fallback(): Resident | null {
    const { stale, mayFallBack, flight } = this.plan;
    // Removed while it was asked about again; a soft purge leaves it here.
    if (flight.voided && stale?.purged !== true) return null;
    return mayFallBack && stale !== null && overdue(stale, this.#env.clock.now()) < stale.answer.staleIfError ? stale : null;
  }

  /** The platform answered: decides what that means for the caller and for the store. */
  answered(head: FetchedHead): Taken {
    const { stale, stores, validates } = this.plan;
    this.#hasAnswer = true;
    const times = { askedAt: this.#askedAt, receivedAt: this.#env.clock.wall(), receivedNow: this.#env.clock.now() };
    if (head.status === 304 && validates && stale !== null && this.#isAtHome(head.region)) {
      return this.#confirmed(stale, head, times);
    }
    const { fallback } = this;
    if (FAILING.has(head.status) && fallback !== null) {
      this.failed();
      return { kind: "stale", resident: fallback };
    }
    const verdict = stores ? this.#judge(head, times) : ({ kind: "not", reason: "head-only" } as const);
    if (verdict.kind !== "not") {
      const taken = this.#take(head, verdict, times);
      return { kind: "pass", ...taken, mayBeEncoded: taken.stored && isEncodable(head.headers, sizeOf(head.body), this.plan.policy) && !variesByEncoding(head.headers) };
    }
    // Whatever the platform says now, it no longer says what is stored.
    if (stale !== null && stores && !this.plan.looseCookie && ABOUT_IT.has(head.status) && !NOT_ABOUT_IT.has(verdict.reason)) this.#env.outdated(stale);
    this.#refuse(verdict.reason, FOR_OTHERS.has(verdict.reason) || FAILING.has(head.status) ? "failed" : "released");
    return { kind: "pass", body: head.body, stored: false, mayBeEncoded: false };
  }

  #confirmed(stale: Resident, head: FetchedHead, times: Times): Taken {
    const tag = headerValue(head.headers, "etag");
    if (tag !== undefined && stale.etag !== null && !weaklyEqual(tag, stale.etag)) {
      // It speaks of another answer than the stored one (RFC 9111 section 4.3.4): the next caller gets that one whole.
      const { fallback } = this;
      this.#env.outdated(stale);
      this.#settle("failed");
      return fallback === null ? { kind: "mismatch" } : { kind: "stale", resident: fallback };
    }
    const { resident, kept } = this.#env.freshen(this, head, times);
    if (!kept && !this.plan.flight.voided) this.#env.outdated(stale);
    this.#settle(this.plan.flight.voided ? "failed" : kept && resident.answer.lifetime > 0 ? "filled" : "released");
    return { kind: "confirmed", resident };
  }

  /**
   * The fields that ask a region "has it changed?" in our own name; null where the caller's own question stands. Only
   * the region that gave an entry can say so, unless all say the same.
   */
  question(region: string): string[] | null {
    const { stale, validates } = this.plan;
    // What is fetched for the store alone has to be whole, whatever its caller asked for.
    if (!validates || stale === null || !this.#isAtHome(region)) return this.plan.background ? [] : null;
    const fields = stale.etag === null ? [] : ["if-none-match", stale.etag];
    const modified = headerValue(stale.plain.stored, "last-modified");
    return modified === undefined ? fields : [...fields, "if-modified-since", modified];
  }

  /** No answer came, or none that counts. What is stored is served for a while before the next try. */
  failed(): void {
    const { stale } = this.plan;
    const now = this.#env.clock.now();
    // A caller may have asked although it is still fresh: that says nothing about the time after.
    if (!this.#over && stale !== null && overdue(stale, now) >= 0) {
      stale.failing = true;
      stale.retryAt = now + this.plan.policy.options.revalidateEvery;
    }
    this.#settle("failed");
  }

  /** The exchange that fetched is over: where no answer ever came, others must not wait for one. */
  abandoned(): void {
    if (!this.#hasAnswer) this.#settle("failed");
  }

  #judge(head: FetchedHead, times: Times): StoreVerdict {
    const { policy, looseCookie, flight } = this.plan;
    if (flight.voided) return { kind: "not", reason: "invalidated" };
    return judge({ status: head.status, headers: head.headers, journey: times, looseCookie, atHome: this.#isAtHome(head.region), rewritten: policy.rewritten }, policy.options, policy.personal);
  }

  #isAtHome(region: string): boolean {
    return region === this.plan.address.home || this.plan.policy.options.scope === "national";
  }

  #take(head: FetchedHead, verdict: StoreVerdict, times: Times): { readonly body: Body; readonly stored: boolean } {
    const { body } = head;
    const most = Math.min(this.#env.maxBytes, this.plan.policy.options.maxBytes ?? Infinity);
    if ((sizeOf(body) ?? 0) > most) {
      this.#refuse("too-large", "released");
      return { body, stored: false };
    }
    if (body.kind === "source") return this.#pumped(head, verdict, body.source, times, most);
    this.#whole(head, verdict, body.kind === "bytes" ? body.bytes : new Uint8Array(), times);
    return { body, stored: true };
  }

  #pumped(head: FetchedHead, verdict: StoreVerdict, source: BodySource, times: Times, most: number): { readonly body: Body; readonly stored: boolean } {
    const pump = new Pump(source, most, this.#env.ahead, {
      whole: (pieces, size) => this.#whole(head, verdict, pieces.length === 1 ? (pieces[0] as Uint8Array) : Buffer.concat(pieces, size), times),
      lost: (why) => this.#refuse(why, why === "too-large" ? "released" : "failed"),
      wanted: () => this.wanted(),
    });
    return { body: { kind: "source", source: pump.start() }, stored: true };
  }

  #whole(head: FetchedHead, verdict: StoreVerdict, body: Uint8Array, times: Times): void {
    if (this.plan.flight.voided) return this.#refuse("invalidated", "failed");
    // What is stale at once is no answer for those who wait: they would ask one after the other.
    const end = (resident: Resident | null): void => this.#settle(resident === null || resident.answer.lifetime <= 0 ? "released" : "filled");
    const fail = (fault: unknown): void => {
      this.#env.fault("keeping an answer", fault);
      this.#settle("failed");
    };
    try {
      const kept = this.#env.keep(this, head, verdict, body, times);
      if (kept instanceof Promise) kept.then(end).catch(fail);
      else end(kept);
    } catch (fault) {
      fail(fault);
    }
  }

  #refuse(reason: NotStored, how: "failed" | "released"): void {
    this.#env.notStored(this.plan, reason);
    this.#settle(how);
  }

  #settle(how: "filled" | "failed" | "released"): void {
    if (this.#over) return;
    this.#over = true;
    this.plan.flight[how]();
  }
}

function sizeOf(body: Body): number | null {
  if (body.kind === "source") return body.source.length;
  return body.kind === "bytes" ? body.bytes.byteLength : 0;
}
