import { RATES } from "../../src/sandbox/kinds/pl-ksef/limits.ts";

/** One context under load for so many seconds. */
export interface PaceLoad {
  /** NIP of the company. */
  readonly context: string;
  readonly seconds: number;
}

/** Load and length of a pace drill. */
export interface PacePlan {
  readonly loads: readonly PaceLoad[];
  /** How many times what is allowed in a minute is asked for. */
  readonly overload: number;
  /** What is done at a steady rate. What is opened is closed. */
  readonly kinds: readonly SteadyKind[];
  /** Of what the platform allows in the time, so much is used at least, in per cent: keeping to a limit is no excuse for idling. */
  readonly used: number;
  /** Limits whose hour is used up in the time; the drill shows the rest of them in seconds and minutes alone. */
  readonly hours: readonly Limit[];
  /** The context of which somebody else uses up the minute, past Taxgate. */
  readonly intruded: PaceLoad;
}

/** What callers do; two of them count against one limit. */
export type Kind = "send" | "open" | "close" | "state" | "listing" | "session" | "sessions" | "search";

/** What callers do of their own; closing follows opening. */
export type SteadyKind = Exclude<Kind, "close">;

/** A limit of the platform that the drill uses up. */
export type Limit = (typeof LIMIT_OF)[Kind];

/** The limit that counts each kind, by the platform's name for it. */
export const LIMIT_OF = {
  send: "invoiceSend", open: "onlineSession", close: "onlineSession", state: "invoiceStatus", listing: "sessionInvoiceList",
  session: "sessionMisc", sessions: "sessionList", search: "invoiceMetadata",
} as const satisfies Readonly<Record<Kind, keyof typeof RATES>>;

/** The limits that a drill uses up, each once. */
export function limitsOf({ kinds }: PacePlan): readonly Limit[] {
  return [...new Set(kinds.map((kind) => LIMIT_OF[kind]))];
}

/** The drill as it is run by hand: a minute for three contexts, and one that goes on until its hour is used up for sending, opening and closing, listing sessions and searching. */
export const FULL_PACE_PLAN: PacePlan = {
  loads: [...["5265877601", "5265877602", "5265877603"].map((context) => ({ context, seconds: 60 })), { context: "5265877604", seconds: 375 }],
  overload: 3,
  kinds: ["send", "open", "state", "listing", "session", "sessions", "search"],
  used: 90,
  hours: ["invoiceSend", "onlineSession", "sessionList", "invoiceMetadata"],
  intruded: { context: "5265877605", seconds: 6 },
};

/**
 * The drill for CI: seconds in which the minutes' windows are used up. Without those who open sessions and look at them, who
 * may wait for 20 s; where the second's window is what binds, a part of it goes with the way to the platform.
 */
export const SHORT_PACE_PLAN: PacePlan = {
  loads: ["5265877601", "5265877602"].map((context) => ({ context, seconds: 6 })),
  overload: 6,
  kinds: ["send", "state", "listing", "sessions", "search"],
  used: 75,
  hours: [],
  intruded: { context: "5265877605", seconds: 2 },
};

/** What the platform allows a context from its first request on in so many seconds, by each of its windows. */
export function allowedIn(limit: Limit, seconds: number): number {
  const { perSecond, perMinute, perHour } = RATES[limit];
  return Math.min(perSecond * seconds, perMinute * Math.ceil(seconds / 60), perHour);
}

/** The configuration under test: the profile and nothing else. */
export function paceConfig(origin: string): string {
  return `version: 1
state: { dir: "{folder}/state" }
listeners: [{ name: plain, bind: "127.0.0.1:0" }]
admin: { bind: "127.0.0.1:0" }
drain: { grace: 0ms, max: 5s }
platform: pl-ksef
regions: { home: { endpoints: [{ url: "${origin}" }] } }
`;
}
