import type { FaultSet } from "../../../src/sandbox/faults.ts";

/*
 * A legacy application of one tax platform, as the storm plays it: it speaks the platform's own protocol, hangs up when it
 * has no patience left, and tries again. It knows nothing of the proxy.
 */

/** A request as the application sends it. */
export interface AppRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Milliseconds after which it hangs up; default 10,000. */
  readonly patience?: number;
}

/** What came back; null where nothing whole did. */
export type AppAnswer = { readonly status: number; readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>; readonly body: Buffer } | null;

/** The way to the platform: the platform itself, or what stands before it. */
export interface Gate {
  /** One request on one of the application's connections; never rejects, never tries again. */
  send(request: AppRequest): Promise<AppAnswer>;
}

/** What a try leaves the application with. */
export type Told =
  /** The platform has it; `number` is what the application notes down. */
  | { readonly kind: "done"; readonly number: string }
  /** Nothing, or something that it takes as "try later". */
  | { readonly kind: "later" }
  /** Something that it takes as "failed for good". */
  | { readonly kind: "no"; readonly why: string };

/** An application that has signed in. */
export interface Session {
  /** Under which the platform's ledger knows the order. */
  orderNo(index: number): string;
  /** One try of an order, made as this application makes its tries; `attempt` from 1. */
  submit(index: number, attempt: number): Promise<Told>;
  /** Whether the platform shows the application what it was told, once all is quiet. */
  finds(index: number, number: string): Promise<boolean>;
}

/** How an application goes about its work. Times in milliseconds. */
export interface AppManners {
  readonly ordersPerSecond: number;
  /** It hangs up on a submission after so long. */
  readonly patience: number;
  readonly tries: number;
  readonly pause: number;
}

/** An application of a platform, and what the storm needs to play it within seconds. */
export interface PlatformApp {
  /** The profile, which is the kind of simulated platform too. */
  readonly profile: string;
  readonly manners: AppManners;
  /** YAML of the site, beside `platform` and `regions`: where the profile waits for minutes or hours, the storm waits for seconds. */
  readonly site: string;
  /** Percent of the orders that must be told done, where it is fewer because what never arrived waits for a person. */
  readonly toldDone?: number;
  /** A line of its upstream, beside those of the storm. */
  readonly upstream?: string;
  /** Trouble that this platform alone has, or settings of its simulation; beside the storm's own, at all times. */
  readonly always?: FaultSet;
  /** A platform that recognises the same bytes is sent them again on purpose, so that repeats at the platform are no harm. */
  readonly repeatsByPlan?: boolean;
  open(gate: Gate): Promise<Session>;
}
