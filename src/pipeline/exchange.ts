import type { ErrorCode } from "../base/errors.ts";
import type { Fetch } from "../cache/fetch.ts";
import type { CacheResult } from "../cache/reasons.ts";
import type { ComposedBatch } from "../journal/batch/claims.ts";
import type { Flight } from "../journal/flight.ts";
import type { TryResult } from "../journal/events.ts";
import type { Answer, Body, Headers, RequestHead } from "../http/message.ts";
import type { Passage } from "../limits/caller/passage.ts";
import type { Judgement } from "../waf/judgement.ts";
import type { RouteClass } from "./options.ts";
import type { Route, Site } from "./site.ts";
import type { Verdict } from "./verdict.ts";

/** The phases in order; see handle.ts. */
export const PHASES = ["identify", "admit", "recall", "screen", "forward", "settle", "answer", "record"] as const;

/** See {@link PHASES}. */
export type Phase = (typeof PHASES)[number];

/** Who ended an exchange. */
export type EndedBy = "edge" | "client" | "upstream" | "none";

/** Where a request came from, as the listener knows it. */
export interface Caller {
  readonly listener: string;
  /** Address of the peer on the socket. */
  readonly address: string;
  readonly secure: boolean;
  /** Subject of a verified client certificate, else null. */
  readonly certificate: string | null;
}

/** One request and everything that becomes of it. All fields exist from birth; each phase fills its own part. */
export interface Exchange {
  // The listener
  readonly id: string;
  readonly caller: Caller;
  readonly head: RequestHead;
  /** The request's body; `identify` replaces a source by bytes where the route's class is buffered. */
  body: Body;
  /** Monotonic milliseconds. */
  readonly startedAt: number;
  /** True once the caller is gone. */
  gone: boolean;
  /** Called when the caller goes before the answer's end; `forward` sets it to cancel reads. */
  onGone: (() => void) | null;
  /** Passes an interim answer (1xx) on; null where the caller's protocol has none. */
  inform: ((status: number, headers: Headers) => void) | null;

  // identify
  clientAddress: string;
  site: Site | null;
  route: Route | null;
  routeClass: RouteClass | null;
  /** Host and port that the request is for: of an absolute-form target, which outranks Host, else what Host says. */
  host: string;
  /** Canonical path, as judged and as forwarded. */
  path: string;
  /** With its `?`, or empty. */
  query: string;
  principal: string | null;
  taxpayer: string | null;
  region: string | null;
  traceparent: string | null;
  /** Bytes of its body that count against the bound on all bodies together; `handle` gives them back. */
  heldBytes: number;

  // recall
  /** The cache's hand on this way to the platform; null where it has no interest in it. */
  fetch: Fetch | null;
  /** What the cache made of it; null where the route keeps nothing. */
  cached: CacheResult | null;
  /** The journal's hand on a submission that is this exchange's to send; null where there is none. */
  flight: Flight | null;
  /** The batch that the flight is a part of; null where it stands for the whole request. */
  batch: ComposedBatch | null;
  /** What a submission met in the journal; null for everything else. */
  submitted: TryResult | null;

  // screen
  /** What the firewall makes of its content; null where it found nothing or did not look. */
  judgement: Judgement | null;
  /** What was taken of the caller's limits; null: its route has none, or it was not let through. */
  passage: Passage | null;
  /** The limit that refused it, or in which it waited; null: none did. */
  limit: string | null;

  // forward
  attempts: number;
  /** Region and endpoint that answered, or were tried last. */
  lastTried: { readonly region: string; readonly endpoint: string } | null;

  // answer
  answer: Answer | null;
  verdict: Verdict | null;
  /** Status sent, or 0 where none could be. */
  status: number;
  sentBytes: number;
  error: ErrorCode | null;
  endedBy: EndedBy;
  phase: Phase;
  reason: string;
  /** Monotonic end of each phase, by its index in PHASES; 0 where it did not run. */
  readonly ends: Float64Array;
}

/** What the listener hands in. */
export interface Arrival {
  readonly id: string;
  readonly caller: Caller;
  readonly head: RequestHead;
  readonly body: Body;
  readonly startedAt: number;
}

/** Makes an exchange with every field present, so that all exchanges share one shape. */
export function createExchange(arrival: Arrival): Exchange {
  return {
    id: arrival.id,
    caller: arrival.caller,
    head: arrival.head,
    body: arrival.body,
    startedAt: arrival.startedAt,
    gone: false,
    onGone: null,
    inform: null,
    clientAddress: arrival.caller.address,
    site: null,
    route: null,
    routeClass: null,
    host: arrival.head.authority,
    path: "",
    query: "",
    principal: null,
    taxpayer: null,
    region: null,
    traceparent: null,
    heldBytes: 0,
    fetch: null,
    cached: null,
    flight: null,
    batch: null,
    submitted: null,
    judgement: null,
    passage: null,
    limit: null,
    attempts: 0,
    lastTried: null,
    answer: null,
    verdict: null,
    status: 0,
    sentBytes: 0,
    error: null,
    endedBy: "none",
    phase: "identify",
    reason: "",
    ends: new Float64Array(PHASES.length),
  };
}
