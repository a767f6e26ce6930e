import type { Invoice } from "./invoice.ts";

/*
 * What the platform keeps. `at` is monotonic ms, `wall` ms since 1970.
 */

/** What processing an invoice comes to, told once it is over. */
export type Verdict =
  | { readonly code: 200; readonly ksefNumber: string; readonly invoice: Invoice; readonly mode: "Online" | "Offline" }
  | { readonly code: 440; readonly original: SentInvoice; readonly ksefNumber: string }
  | { readonly code: 430 | 435 | 450 | 550; readonly details: readonly string[] };

/** An invoice that was taken in. */
export interface SentInvoice {
  readonly session: string;
  readonly nip: string;
  readonly ordinal: number;
  readonly reference: string;
  /** SHA-256 of the invoice in base64, as its sender says. */
  readonly hash: string;
  /** In a batch. */
  readonly fileName: string | null;
  readonly number: string | null;
  readonly verdict: Verdict;
  readonly at: number;
  readonly wall: number;
}

/** A session. Its invoices are read and written by one context alone. */
export interface Session {
  readonly reference: string;
  readonly kind: "online" | "batch";
  /** Value of the context that opened it. */
  readonly context: string;
  readonly formCode: { readonly systemCode: string };
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly wall: number;
  /** Ms since 1970 at which it ends by itself. */
  readonly validUntil: number;
  readonly invoices: SentInvoice[];
  readonly pages: readonly string[];
  /** Announced parts of a batch, with what arrived. */
  readonly parts: Map<number, { readonly hash: string; readonly size: number; bytes: Buffer | null }>;
  /** Ms since 1970. */
  closedWall: number | null;
  closedAt: number | null;
  /** Of a batch that could not be read. */
  failure: { readonly code: number; readonly description: string } | null;
}

/** The sessions of a platform. */
export interface Sessions {
  readonly add: (session: Session) => void;
  /** The session of this number if this context opened it. */
  readonly of: (reference: string | undefined, context: string) => Session | undefined;
  /** For uploads, which carry no token. */
  readonly any: (reference: string | undefined) => Session | undefined;
  readonly all: (context: string) => readonly Session[];
}

/** Makes an empty set of sessions. */
export function createSessions(): Sessions {
  const known = new Map<string, Session>();
  return {
    add: (session) => void known.set(session.reference, session),
    any: (reference = "") => known.get(reference),
    of(reference = "", context) {
      const found = known.get(reference);
      return found?.context === context ? found : undefined;
    },
    all: (context) => [...known.values()].filter((session) => session.context === context),
  };
}
