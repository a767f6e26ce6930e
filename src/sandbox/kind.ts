import type { Answer } from "./answer.ts";
import type { WholeBody } from "./receive.ts";
import type { World } from "./world.ts";

/*
 * What one kind of simulated platform says for itself. Sockets, faults, latency, capacity, limits, the ledger and the
 * control API are the engine's, the same for all kinds.
 */

/** A thing that the platform can be asked for. */
export interface OperationSpec {
  /** Unique within its kind; faults and counters name it. The one that issues is called `issue` in every kind. */
  readonly name: string;
  readonly methods: readonly string[];
  /** Compared with the path as it was sent; its named groups become `variables`. */
  readonly path: RegExp;
  /** Tells operations of one path apart by what the body says, such as a SOAP operation. */
  readonly body?: (bytes: Buffer) => boolean;
  /** Most bytes of a body; absent: none is kept, and it is only counted. Must be there beside `body`. */
  readonly bound?: number;
  /** Name of the limit (of {@link PlatformKind.limits}) that counts it. */
  readonly limit?: string;
}

/** Several sliding windows that one counter has to keep to. */
export interface LimitSpec {
  readonly name: string;
  readonly windows: readonly { readonly count: number; readonly ms: number }[];
  /** Whose counter it is: a credential, an address; requests of the same text share one. */
  readonly scope: (request: PlatformRequest) => string;
  /** True: it has windows only where the fault set gives it some. */
  readonly onDemand?: boolean;
  /** False: a request beyond it is not refused but answered, and told of it in `overLimitMs`. Default true. */
  readonly refuses?: boolean;
}

/** One request, its body read to the end. */
export interface PlatformRequest {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Named groups of the operation's path. */
  readonly variables: Readonly<Record<string, string>>;
  readonly headers: RequestHeaders;
  /** The caller's network address. */
  readonly address: string;
  /** Above 0 when a limit that does not refuse is used up: milliseconds until it frees. */
  readonly overLimitMs: number;
  readonly body: WholeBody;
}

/** Lower-case names, as node gives them. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Answers that the engine needs in the platform's own form. */
export type RefusalName =
  /** Fault `unauthorized`: the credentials are not accepted; nothing was done. */
  | "unauthorized"
  /** Fault `errorBefore`, or (with `retryAfterMs`) a full queue: nothing was done, try again. */
  | "not-executed"
  /** Fault `errorAfter`: nobody knows. */
  | "unknown-outcome"
  /** A body beyond its bound. */
  | "too-large"
  /** A limit is used up. */
  | "limited"
  /** A path that the platform does not know; or a method that the path does not know, which `about.allow` tells. */
  | "no-such-operation";

/** What was refused, for platforms whose form of refusal depends on it. */
export interface Refused {
  /** `unknown` where none fits. */
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly headers: RequestHeaders;
  /** Methods that the path knows. */
  readonly allow: readonly string[];
}

/** What a kind's own setting may be. */
export type Setting = number | boolean | string;

/** One running platform. Synchronous, so that what is issued and what is answered cannot drift apart. */
export interface OpenPlatform {
  /** Does what the request asks for. Issues through `world.ledger`; never looks at faults that the engine plays. */
  answer(request: PlatformRequest): Answer;
  /** `retryAfterMs` is set where it is known when it is worth trying again: a limit that frees, a queue that empties. */
  refuse(name: RefusalName, retryAfterMs: number | undefined, about: Refused): Answer;
  /** Counts of the kind's own, shown by the control API as `own` of `/_sandbox/requests`. */
  counts?(): Readonly<Record<string, number>>;
}

/** A kind of platform, such as `pl-ksef`. */
export interface PlatformKind {
  /** The name of the profile that it is made for. */
  readonly name: string;
  readonly operations: readonly OperationSpec[];
  readonly limits: readonly LimitSpec[];
  /** Names and defaults of what tests may change about it by the fault set's `settings`; read with `settingOf`. */
  readonly settings?: Readonly<Record<string, Setting>>;
  /** Makes one with its own state; the clock is `world.clock`, randomness `world.random`. */
  readonly open: (world: World) => OpenPlatform;
}
