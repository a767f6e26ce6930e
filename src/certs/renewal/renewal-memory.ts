import { KEY_KINDS, type KeyKind } from "../options.ts";
import type { StoredState } from "../store/store.ts";
import { readFailures, type Failures } from "./back-off.ts";
import type { Window } from "./window.ts";

/** What is known of a certificate beside what stands in it. */
export interface CertificateNotes {
  /** Of which it is known. */
  readonly fingerprint: string;
  /** What it was ordered for; null: unknown, as for one that was imported. */
  readonly ordered: Ordered | null;
  /** Drawn once, in [0, 1). */
  readonly jitter: number;
  readonly window: Window | null;
}

/** An order that succeeded. */
export interface Ordered {
  /** Sorted, lower case. */
  readonly names: readonly string[];
  readonly key: KeyKind;
  /** The authority that was to be asked first, as the configuration names it. */
  readonly authority: string;
  /** Directory of the one that issued. */
  readonly issuer: string;
  /** Ms since 1970. */
  readonly at: number;
  /** It was made because of the time, not because somebody wanted something else. */
  readonly byTime: boolean;
}

/** What outlives a restart, beside the pair. */
export interface RenewalMemory {
  readonly certificate: CertificateNotes | null;
  /** Ms that the last certificate lived; null: unknown. */
  readonly life: number | null;
  /** By the directory of an authority, and by the places of {@link PLACES}. */
  readonly failures: Readonly<Record<string, Failures>>;
  /** What was rehearsed with success last, as rehearsal.ts writes it; null: nothing. */
  readonly rehearsed: string | null;
}

/** Places that can fail beside authorities. */
export const PLACES = { store: "store", rehearsal: "rehearsal", program: "program" } as const;

const MOST_PLACES = 20;

/** Writes it as a store keeps it. */
export function storedMemory(memory: RenewalMemory): StoredState {
  return { ...memory };
}

/** Reads what a store kept. Whatever makes no sense is taken as unknown: it costs a renewal information or a back-off, nothing else. */
export function readMemory(state: StoredState | null): RenewalMemory {
  const failures = Object.entries(recordOf(state?.["failures"])).slice(0, MOST_PLACES);
  return {
    certificate: readNotes(recordOf(state?.["certificate"])),
    life: numberOf(state?.["life"]),
    failures: Object.fromEntries(
      failures.flatMap(([place, value]) => {
        const read = readFailures(value);
        return read === null ? [] : [[place, read]];
      }),
    ),
    rehearsed: textOf(state?.["rehearsed"]),
  };
}

function readNotes({ fingerprint, jitter, ordered, window }: Record<string, unknown>): CertificateNotes | null {
  if (typeof fingerprint !== "string") return null;
  const drawn = numberOf(jitter) ?? 0;
  return { fingerprint, jitter: drawn >= 0 && drawn < 1 ? drawn : 0, ordered: readOrdered(recordOf(ordered)), window: readWindow(recordOf(window)) };
}

function readOrdered({ names, key, authority, issuer, at, byTime }: Record<string, unknown>): Ordered | null {
  const kind = KEY_KINDS.find((one) => one === key);
  const time = numberOf(at);
  const texts = Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
  if (kind === undefined || time === null || texts.length === 0 || typeof authority !== "string" || typeof issuer !== "string") return null;
  return { names: texts, key: kind, authority, issuer, at: time, byTime: byTime !== false };
}

function readWindow({ start, end, chosen, movedUp }: Record<string, unknown>): Window | null {
  const [from, to, moment] = [numberOf(start), numberOf(end), numberOf(chosen)];
  if (from === null || to === null || moment === null || to <= from) return null;
  return { start: from, end: to, chosen: Math.min(to, Math.max(from, moment)), movedUp: movedUp === true };
}

function recordOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function numberOf(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
