import { withoutFields } from "../../http/headers.ts";
import type { Headers } from "../../http/message.ts";
import type { EntryFacts } from "../entry.ts";

/*
 * Credentials for our own questions. A submission's are forgotten by the store once the platform has taken it in; here they
 * are kept in memory alone, the newest of each taxpayer, and no longer than one of its submissions awaits its verdict.
 */

/** See the top of this file. */
export interface ProvisionalCredentials {
  /** A submission awaits its verdict: credentials are kept for it. */
  wait(facts: EntryFacts): void;
  /** It does not any more. */
  leave(facts: EntryFacts): void;
  /** Newer ones came, with a submission or with a question about one. */
  renew(facts: EntryFacts, headers: Headers): void;
  /** The platform did not let them in. */
  refused(facts: EntryFacts, headers: Headers): void;
  /** Null where none are known. */
  of(facts: EntryFacts): Headers | null;
  /** Characters that are kept, all together. */
  readonly size: number;
}

/** Of all fields together; beyond it nothing new is kept. */
const MOST_CHARACTERS = 16_000_000;
/** About the request that they came with, and not about whoever made it. */
const OF_ONE_REQUEST: ReadonlySet<string> = new Set([
  "accept-encoding", "content-type", "content-encoding", "content-language", "content-length", "content-md5", "digest", "content-digest", "repr-digest", "idempotency-key", "soapaction",
  "if-match", "if-none-match", "if-modified-since", "if-unmodified-since", "if-range", "range", "prefer", "x-http-method-override", "x-http-method", "x-method-override",
]);

interface Kept {
  waiting: number;
  headers: Headers | null;
}

/** Makes an empty one. */
export function createProvisionalCredentials(): ProvisionalCredentials {
  const kept = new Map<string, Kept>();
  let size = 0;

  function put(one: Kept, headers: Headers | null): void {
    size += sizeOf(headers) - sizeOf(one.headers);
    one.headers = headers;
  }

  return {
    wait(facts) {
      const one = kept.get(whoOf(facts)) ?? { waiting: 0, headers: null };
      one.waiting++;
      kept.set(whoOf(facts), one);
    },
    leave(facts) {
      const one = kept.get(whoOf(facts));
      if (one === undefined || --one.waiting > 0) return;
      put(one, null);
      kept.delete(whoOf(facts));
    },
    renew(facts, headers) {
      const one = kept.get(whoOf(facts));
      const own = ownFields(headers);
      if (one !== undefined && size + sizeOf(own) - sizeOf(one.headers) <= MOST_CHARACTERS) put(one, own);
    },
    refused(facts, headers) {
      const one = kept.get(whoOf(facts));
      if (one?.headers === headers) put(one, null);
    },
    of: (facts) => kept.get(whoOf(facts))?.headers ?? null,
    get size() {
      return size;
    },
  };
}

/** A taxpayer's, whoever asks for it; where none is known, those of the one that sent it. */
function whoOf({ site, region, taxpayer, principal }: EntryFacts): string {
  return JSON.stringify(taxpayer === null ? [site, region, "by", principal] : [site, region, "of", taxpayer]);
}

/** The fields that are about whoever made a request. */
export function ownFields(headers: Headers): Headers {
  return withoutFields(headers, OF_ONE_REQUEST);
}

/** Characters of all fields together. */
export function sizeOf(headers: Headers | null): number {
  return headers?.reduce((sum, text) => sum + text.length, 0) ?? 0;
}
