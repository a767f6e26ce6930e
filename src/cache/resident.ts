import { headerValue } from "../http/headers.ts";
import { parseHttpDate } from "../http/http-date.ts";
import type { Body, Prepared } from "../http/message.ts";
import { dateOf } from "./freshness.ts";
import type { StoredAnswer } from "./entry.ts";
import type { Coding } from "../http/accept-encoding.ts";

/** Bodies up to this size are kept as text that goes out in one write with the head. */
const AS_TEXT = 16 * 1024;
/** What an entry costs beside its body, head and key: objects, table slots, indexes. Measured by the benchmark. */
const OVERHEAD = 900;

/** A body and the fields about it, as they go out. */
export interface Representation {
  readonly prepared: Prepared;
  readonly body: Body;
  readonly bytes: number;
}

/** An entry of the memory tier. Times are monotonic, in ms. */
export interface Resident {
  /** Its key in the memory tier, with the values that Vary names. */
  readonly key: string;
  readonly answer: Omit<StoredAnswer, "body">;
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

/** The body of a small entry: text that goes out as it is; bytes are made where somebody needs them. */
class TextBody {
  readonly kind = "bytes";
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  get bytes(): Uint8Array {
    return Buffer.from(this.#text, "latin1");
  }
}

/** How long an entry has been stale, in ms; negative while it is fresh. What a soft purge has hit is stale from then on. */
export function overdue(resident: Resident, now: number): number {
  const over = now - resident.bornAt - resident.answer.lifetime;
  return resident.purged ? Math.max(0, over) : over;
}

/** Makes an entry of a stored answer. `bornAt` in monotonic ms; `own` are fields of our own that every use of it carries. */
export function residentOf(key: string, answer: StoredAnswer, bornAt: number, own: readonly string[], encodable: boolean): Resident {
  const { body, ...rest } = answer;
  const plain = represent(answer.headers.concat(own), body);
  const modified = headerValue(answer.headers, "last-modified");
  return {
    key,
    answer: rest,
    bornAt,
    plain,
    etag: headerValue(answer.headers, "etag") ?? null,
    lastModified: modified === undefined ? null : parseHttpDate(modified, answer.bornAt),
    date: dateOf(answer.headers, answer.bornAt),
    size: plain.bytes + plain.prepared.lines.length * 2 + key.length + OVERHEAD,
    encoded: null,
    encodable,
    purged: false,
    failing: false,
    retryAt: 0,
    hits: 0,
  };
}

/** Writes a head out once. */
export function represent(headers: readonly string[], body: Uint8Array): Representation {
  let lines = "";
  for (let i = 0; i < headers.length; i += 2) lines += `${headers[i]}: ${headers[i + 1]}\r\n`;
  const text = body.byteLength <= AS_TEXT ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1") : null;
  // A copy of its own: a small view would keep the whole block alive that the network filled.
  const own = text === null ? ownCopy(body) : null;
  return { prepared: { headers, lines, text }, body: text === null ? { kind: "bytes", bytes: own as Uint8Array } : new TextBody(text), bytes: body.byteLength };
}

function ownCopy(body: Uint8Array): Uint8Array {
  if (body.buffer.byteLength === body.byteLength) return body;
  const copy = Buffer.allocUnsafeSlow(body.byteLength);
  copy.set(body);
  return copy;
}
