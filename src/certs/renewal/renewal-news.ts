import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Issuer } from "../acme/issuer.ts";
import type { KeyPair } from "../key-pair.ts";
import type { Leaf } from "../leaf.ts";
import { unitOf } from "./back-off.ts";
import type { Room } from "./failure-book.ts";
import type { KeptMemory } from "./kept-memory.ts";
import { lifeOf } from "./spans.ts";
import { hearWindow } from "./window.ts";

/** Asks an authority when it wants a certificate to be renewed (RFC 9773), from time to time. */
export interface RenewalNews {
  /** Ms until it is asked again about this certificate; 0: now. */
  waitFor(leaf: Leaf): number;
  /** Asks, and notes what is heard. Never rejects. */
  ask(issuer: Issuer, pair: KeyPair, leaf: Leaf, check: number, signal: AbortSignal): Promise<void>;
  /** The page for people that the authority named last; null: none. */
  explanation(): string | null;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Checks of many are spread over this share of the time between two. */
const SPREAD = 0.1;

/** Has asked nobody yet. */
export function createRenewalNews(memory: KeptMemory, room: () => Room, clock: Clock, random: Random): RenewalNews {
  let asked: { readonly fingerprint: string; readonly again: number; readonly failures: number } | null = null;
  let explanation: string | null = null;

  /** Earlier by a little than `check`; never earlier than the authority wants it. */
  function afterInfo(askAfter: number | null, check: number): number {
    if (askAfter === null || !Number.isFinite(askAfter)) return check * (1 - SPREAD * random.next());
    return Math.min(DAY_MS, Math.max(askAfter, Math.min(check, MINUTE_MS))) * (1 + SPREAD * random.next());
  }

  function afterFailure(failures: number, retryAfter: number | null, check: number, life: number): number {
    const doubled = unitOf(life) * 2 ** Math.min(failures - 1, 20);
    return Math.min(check, Math.max(doubled, Math.min(DAY_MS, retryAfter ?? 0))) * (1 - SPREAD * random.next());
  }

  return {
    waitFor: ({ fingerprint }) => (asked?.fingerprint === fingerprint ? Math.max(0, asked.again - clock.now()) : 0),
    explanation: () => explanation,
    async ask(issuer, pair, leaf, check, signal) {
      const heard = await issuer.renewalInfo(pair.cert, signal);
      if (signal.aborted) return;
      const failures = heard.kind === "failed" ? (asked?.fingerprint === leaf.fingerprint ? asked.failures : 0) + 1 : 0;
      const wait = heard.kind === "failed" ? afterFailure(failures, heard.failure.retryAfter, check, lifeOf(leaf)) : afterInfo(heard.kind === "info" ? heard.info.askAfter : null, check);
      asked = { fingerprint: leaf.fingerprint, again: clock.now() + wait, failures };
      if (heard.kind !== "info") return;
      explanation = heard.info.explanation;
      // Another process may have noted something while we waited.
      memory.refresh(room());
      const notes = memory.notesOf(leaf);
      const window = hearWindow({ info: heard.info, before: notes.window, leaf, wall: clock.wall(), random });
      if (window !== notes.window) memory.change({ certificate: { ...notes, window } });
    },
  };
}
