import type { Coding } from "../http/accept-encoding.ts";
import { headerValue } from "../http/headers.ts";
import { parseHttpDate } from "../http/http-date.ts";
import type { Headers } from "../http/message.ts";
import type { StoredAnswer } from "./entry.ts";
import { dateOf } from "./freshness.ts";
import { Representation } from "./representation.ts";

/** What an entry costs beside the text of its body, head and key: objects, table slots, indexes. Measured: `npm run drill -- zipf` holds the process to it. */
const OVERHEAD = 1050;

/** An entry of the memory tier. Times are monotonic, in ms. */
export interface Resident {
  /** Its key in the memory tier, with the values that Vary names. */
  readonly key: string;
  readonly answer: Omit<StoredAnswer, "body" | "headers">;
  /** When its age was 0. */
  readonly bornAt: number;
  readonly plain: Representation;
  readonly etag: string | null;
  /** Wall time in ms. */
  readonly lastModified: number | null;
  readonly date: number | null;
  /** Bytes that count against the tier's bound; grows with each encoding. */
  size: number;
  /** Encodings by their coding: made, under way, or (null) not worth it. */
  encoded: Map<Coding, Representation | Promise<Representation | null> | null> | null;
  /** Callers may get it in another encoding. */
  readonly encodable: boolean;
  /** Made stale by a soft purge. */
  purged: boolean;
  /** The last fetch failed; the next one not before `retryAt`. */
  failing: boolean;
  retryAt: number;
  hits: number;
}

/** How long an entry has been stale, in ms; negative while it is fresh. What a soft purge has hit is stale from then on. */
export function overdue(resident: Resident, now: number): number {
  const over = now - resident.bornAt - resident.answer.lifetime;
  return resident.purged ? Math.max(0, over) : over;
}

const NOTHING_SELECTED: StoredAnswer["selecting"] = [];

/** Makes an entry of a stored answer. `bornAt` in monotonic ms; `own` are fields of ours that every use of it carries. */
export function residentOf(key: string, stored: StoredAnswer, bornAt: number, own: Headers, encodable: boolean): Resident {
  const { body, headers, address, region, status, selecting } = stored;
  const plain = new Representation(headers, own, body);
  const modified = headerValue(headers, "last-modified");
  return {
    key,
    // Field by field: what is left of an object after taking some fields out is kept as a table, at ten times the size.
    answer: {
      address, region, status, selecting: selecting.length === 0 ? NOTHING_SELECTED : selecting, bornAt: stored.bornAt, lifetime: stored.lifetime,
      staleWhileRevalidate: stored.staleWhileRevalidate, staleIfError: stored.staleIfError,
    },
    bornAt,
    plain,
    etag: headerValue(headers, "etag") ?? null,
    lastModified: modified === undefined ? null : parseHttpDate(modified, stored.bornAt),
    date: dateOf(headers, stored.bornAt),
    size: sizeOf(plain) + key.length * 3 + OVERHEAD,
    encoded: null,
    encodable,
    purged: false,
    failing: false,
    retryAt: 0,
    hits: 0,
  };
}

/** Bytes that a representation takes. */
export function sizeOf(representation: Representation): number {
  return representation.size + representation.lines.length;
}
