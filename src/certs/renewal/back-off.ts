import type { Random } from "../../base/random.ts";
import { ORDER_FAILURES } from "../../observe/certificate-recorders.ts";
import type { AcmeFailure } from "../acme/issuer.ts";

/** Why there is no new certificate: an authority's failure, or ours. */
export type FailureKind =
  | AcmeFailure["kind"]
  /** What came does not prove itself. */
  | "proof"
  /** The store cannot be written. */
  | "store"
  /** A fault of the program. */
  | "fault";

/** What failed in a row at one place, an authority or the store. */
export interface Failures {
  readonly count: number;
  /** Of the last one. */
  readonly kind: FailureKind;
  /** When the first of the row and the last one came; ms since 1970. */
  readonly since: number;
  readonly at: number;
  /** Ms from `at` before which nothing is tried there. */
  readonly wait: number;
}

/** What a wait depends on. */
export interface WaitInputs {
  /** How many failures there were in a row, this one included. */
  readonly count: number;
  readonly kind: FailureKind;
  /** What the other side asked for, in ms. */
  readonly retryAfter: number | null;
  /** Ms that the certificate in use has left; null: there is none, or it has expired. */
  readonly left: number | null;
  /** Ms that certificates of this name live, as far as is known. */
  readonly life: number | null;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Tries that always fit into what is left: each wait is at most this part of it. */
const TRIES = 4;
/** The shortest wait, as a part of the longest one of that step: full jitter, but no hammering. */
const LEAST = 0.25;
const MOST_COUNT = 1000;

/** Asking these again costs nothing that is rationed, and they come back by themselves. */
const LONGEST: Readonly<Partial<Record<FailureKind, number>>> = { unreachable: 10 * MINUTE_MS, store: 10 * MINUTE_MS, server: HOUR_MS };

/** The unit of all waits: a minute, or a sixtieth of a short life, at least a second. */
export function unitOf(life: number | null): number {
  return life === null || !Number.isFinite(life) ? MINUTE_MS : clamp(life / 60, SECOND_MS, MINUTE_MS);
}

/**
 * The longest wait before the next try, in ms: doubles with each failure, never shrinks with their number, at most a day,
 * less where asking again is cheap or nothing is served, and a quarter of what is left, so that tries remain.
 */
export function longestWait({ count, kind, left, life }: Omit<WaitInputs, "retryAfter">): number {
  const unit = unitOf(life);
  const most = LONGEST[kind] ?? (left === null && kind !== "proof" ? HOUR_MS : DAY_MS);
  return bounded(unit * 2 ** clamp(count - 1, 0, 30), most, unit, left);
}

/** The wait before the next try in ms: between a quarter of {@link longestWait} and all of it; what the other side asks for counts too, within a day and a quarter of what is left. */
export function nextWait(inputs: WaitInputs, random: Random): number {
  const longest = longestWait(inputs);
  const drawn = longest * (LEAST + (1 - LEAST) * random.next());
  const { retryAfter, left, life } = inputs;
  if (retryAfter === null || !(retryAfter > drawn)) return drawn;
  const unit = unitOf(life);
  return bounded(retryAfter + unit * random.next(), DAY_MS, unit, left);
}

function bounded(wait: number, most: number, unit: number, left: number | null): number {
  const room = left === null ? Infinity : Math.max(unit, left / TRIES);
  return Math.min(wait, Math.max(unit, most), room);
}

/** Ms from `wall` until something may be tried again. A time in the future, as after a clock was set back, counts from now. Never negative, never more than a day, nor than a quarter of what is left. */
export function waitLeft({ at, wait }: Failures, wall: number, { left, life }: Pick<WaitInputs, "left" | "life">): number {
  const rest = clamp(Math.min(at, wall) + wait - wall, 0, DAY_MS);
  return bounded(rest, DAY_MS, unitOf(life), left);
}

/** Reads what a store kept; null where it is none. Numbers that make no sense are brought into bounds: a broken file must neither stop renewal nor flood an authority. */
export function readFailures(value: unknown): Failures | null {
  if (typeof value !== "object" || value === null) return null;
  const { count, kind, since, at, wait } = value as Record<string, unknown>;
  if (!isKind(kind)) return null;
  const last = finite(at, 0);
  return { count: Math.floor(clamp(finite(count, 1), 1, MOST_COUNT)), kind, since: Math.min(finite(since, last), last), at: last, wait: clamp(finite(wait, 0), 0, DAY_MS) };
}

const KINDS: ReadonlySet<unknown> = new Set<FailureKind>(ORDER_FAILURES);

function isKind(value: unknown): value is FailureKind {
  return KINDS.has(value);
}

function finite(value: unknown, otherwise: number): number {
  return typeof value === "number" && Number.isFinite(value) ? value : otherwise;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
