import type { Clock } from "../../base/clock.ts";
import { certificateId } from "../acme/certificate-id.ts";
import type { Issuer, IssueResult } from "../acme/issuer.ts";
import type { KeyPair } from "../key-pair.ts";
import type { Leaf } from "../leaf.ts";
import type { CertificateStore } from "../store/store.ts";
import type { FailureKind } from "./back-off.ts";
import { isByTime, type Decision, type OrderWhy } from "./decide.ts";
import type { FailureBook, Room } from "./failure-book.ts";
import { holdLock, lockSpan } from "./held-lock.ts";
import type { KeptMemory } from "./kept-memory.ts";
import { untilAborted } from "./nap.ts";
import type { NextTry, Settings } from "./next-try.ts";
import { rehearsalKey, REPEATED } from "./rehearsal.ts";
import { PLACES } from "./renewal-memory.ts";
import type { Shown } from "./shown.ts";
import { namesOf } from "./wish.ts";

/** Why an order did not lead to a certificate that is in use. */
export interface OrderFailure {
  /** Ms since 1970. */
  readonly at: number;
  /** Directory of the authority that was asked; null: it came to none. */
  readonly issuer: string | null;
  readonly kind: FailureKind;
  /** For people, without secrets. */
  readonly detail: string;
}

/** An order that begins. */
export interface OrderBegun {
  readonly why: OrderWhy;
  /** As in {@link OrderFailure}. */
  readonly issuer: string | null;
  /** It is asked at the rehearsal's directory. */
  readonly rehearsal: boolean;
}

/** One order, or what kept it from being made. */
export interface OrderRecord extends OrderBegun {
  readonly result: "issued" | FailureKind;
  readonly detail: string;
  /** How long it took. */
  readonly ms: number;
}

/** What came of the attempt to order. */
export type Outcome =
  | { readonly kind: "issued"; readonly leaf: Leaf; readonly issuer: string }
  /** Another process had one already. */
  | { readonly kind: "taken-over"; readonly leaf: Leaf }
  /** Another process is ordering. */
  | { readonly kind: "locked" }
  /** What another process wrote says to wait. */
  | { readonly kind: "not-now" }
  | { readonly kind: "stopped" }
  | { readonly kind: "failed"; readonly failure: OrderFailure };

/** What an order needs. */
export interface OrderEnv {
  readonly name: string;
  readonly store: CertificateStore;
  readonly clock: Clock;
  readonly shown: Shown;
  readonly book: FailureBook;
  readonly memory: KeptMemory;
  readonly settings: () => Settings;
  readonly room: () => Room;
  /** Where it would go by what is known now. */
  readonly next: () => NextTry;
  /** What would be done by what is known now. */
  readonly decide: () => Decision;
  readonly begun: (order: OrderBegun) => void;
  readonly told: (record: OrderRecord) => void;
}

/** Orders under the lock, after a look at what another process has done, and with a store that takes what comes. Rejects for faults of the program alone. */
export async function placeOrder(env: OrderEnv, why: OrderWhy, signal: AbortSignal): Promise<Outcome> {
  const lost = new AbortController();
  const lock = holdLock(env.name, env.store, env.clock, lockSpan(env.room().life), () => lost.abort());
  if (lock === null) return unwritable(env, why) ?? { kind: "locked" }; // on a full disk nobody gets a lock
  try {
    const leaf = env.shown.look(namesOf(env.settings().options)) ? env.shown.leaf() : null;
    env.memory.refresh(env.room());
    if (leaf !== null) return { kind: "taken-over", leaf };
    if (env.decide().kind === "wait") return { kind: "not-now" };
    return unwritable(env, why) ?? (await orderNext(env, why, AbortSignal.any([signal, lost.signal])));
  } finally {
    lock.release();
  }
}

function unwritable(env: OrderEnv, why: OrderWhy): Outcome | null {
  const done = env.store.writable();
  return done.ok ? null : fail(env, { why, place: PLACES.store, issuer: null, since: env.clock.now() }, { kind: "store", detail: `proving that the store can be written: ${done.reason}`, retryAfter: null });
}

async function orderNext(env: OrderEnv, why: OrderWhy, signal: AbortSignal): Promise<Outcome> {
  const { issuer, rehearsal } = env.next();
  const failed = rehearsal === null ? null : await rehearse(env, rehearsal, why, signal);
  if (failed !== null) return failed;
  const attempt = { why, place: issuer.directory, issuer: issuer.directory, since: env.clock.now() };
  const settings = env.settings();
  env.begun({ why, issuer: issuer.directory, rehearsal: false });
  const result = await ask(env, issuer, signal);
  if (result === null) return { kind: "stopped" };
  return result.ok ? takeIntoUse(env, attempt, settings, result.pair) : fail(env, attempt, result.failure);
}

/** The rehearsal's certificate is thrown away: that it came is what counts. Null: it went well. */
async function rehearse(env: OrderEnv, rehearsal: Issuer, why: OrderWhy, signal: AbortSignal): Promise<Outcome | null> {
  const attempt = { why, place: PLACES.rehearsal, issuer: rehearsal.directory, since: env.clock.now() };
  const key = rehearsalKey(env.settings().options);
  env.begun({ why, issuer: rehearsal.directory, rehearsal: true });
  const result = await ask(env, rehearsal, signal);
  if (result === null) return { kind: "stopped" };
  if (!result.ok) return fail(env, attempt, result.failure);
  env.book.forget(PLACES.rehearsal);
  env.memory.change({ rehearsed: key });
  tell(env, attempt, "issued", "the rehearsal went well");
  return null;
}

/** Null: it was stopped. */
async function ask(env: OrderEnv, issuer: Issuer, signal: AbortSignal): Promise<IssueResult | null> {
  const { options } = env.settings();
  const result = await untilAborted(issuer.issue({ identifiers: options.domains, key: options.key, challenge: options.challenge, replaces: replacedBy(env, issuer) }, signal), signal);
  return result !== null && !result.ok && signal.aborted ? null : result;
}

/** An authority knows its own certificates alone; one that refused an order may have refused it for this. */
function replacedBy({ shown, memory, book }: OrderEnv, { directory }: Issuer): string | null {
  const [pair, leaf] = [shown.pair(), shown.leaf()];
  if (pair === null || leaf === null || memory.notesOf(leaf).ordered?.issuer !== directory || book.of(directory)?.kind === "refused") return null;
  return certificateId(pair.cert);
}

/** What is being done, for the record. */
interface Attempt {
  readonly why: OrderWhy;
  /** Where failures are counted. */
  readonly place: string;
  readonly issuer: string | null;
  /** Monotonic. */
  readonly since: number;
}

function takeIntoUse(env: OrderEnv, attempt: Attempt, { options }: Settings, pair: KeyPair): Outcome {
  const names = namesOf(options);
  const proof = env.shown.offer(pair, names);
  if (!proof.ok) return fail(env, attempt, { kind: "proof", detail: `proving the new certificate: ${proof.why}`, retryAfter: null });
  const { leaf } = proof;
  env.book.forget();
  const ordered = { names, key: options.key, authority: options.directory, issuer: attempt.place, at: env.clock.wall(), byTime: isByTime(attempt.why) };
  env.memory.change({ certificate: { ...env.memory.notesOf(leaf), ordered }, life: leaf.notAfter - leaf.notBefore });
  tell(env, attempt, "issued", env.shown.unwritten() === null ? "in use" : `in use, but not written yet: ${env.shown.unwritten() ?? ""}`);
  return { kind: "issued", leaf, issuer: attempt.place };
}

function fail(env: OrderEnv, attempt: Attempt, { kind, detail, retryAfter }: { kind: FailureKind; detail: string; retryAfter: number | null }): Outcome {
  env.book.note(attempt.place, { kind, retryAfter }, env.room());
  const repeated = kind === "validation" && (env.book.of(attempt.place)?.count ?? 0) >= REPEATED;
  env.memory.change(repeated ? { rehearsed: null } : {});
  tell(env, attempt, kind, detail);
  return { kind: "failed", failure: { at: env.clock.wall(), issuer: attempt.issuer, kind, detail } };
}

function tell({ told, clock }: OrderEnv, { why, issuer, place, since }: Attempt, result: OrderRecord["result"], detail: string): void {
  told({ why, issuer, rehearsal: place === PLACES.rehearsal, result, detail, ms: clock.now() - since });
}
