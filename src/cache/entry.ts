import type { Headers } from "../http/message.ts";

/** What an answer was stored under, and what it can be purged by. */
export interface EntryAddress {
  /** Everything but the request fields that Vary names: site, policy, home region, host, path, query and the route's key parts. */
  readonly key: string;
  readonly site: string;
  readonly route: string;
  /** Home region of the request. */
  readonly home: string;
  readonly path: string;
  /** What counts of the request's query, with its `?`, or empty. */
  readonly query: string;
  readonly tags: readonly string[];
}

/** A request field that the answer was chosen by, with its normalised value; null where the request had none. */
export type Selecting = readonly [name: string, value: string | null];

/** A stored answer as it is handed from tier to tier. Times in ms. */
export interface StoredAnswer {
  readonly address: EntryAddress;
  /** The region that answered. */
  readonly region: string;
  readonly status: number;
  /** End-to-end fields of the platform's answer, without Content-Length. */
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** Empty where the answer has no Vary. Sorted by name. */
  readonly selecting: readonly Selecting[];
  /** Wall time of the moment at which its age was 0: when it was received, less what its Age, Date and the way here added. */
  readonly bornAt: number;
  /** From `bornAt` on. Negative where it never was fresh. */
  readonly lifetime: number;
  /** From the end of the lifetime on; 0 where a stale answer must not be served then. */
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** Which entries are voided. A hard purge removes; a soft one makes stale. */
export type Invalidation = { readonly soft: boolean } & (
  /** One URL, or all queries of a path where `query` is null. Every host, region and variant of it. */
  | { readonly kind: "url"; readonly site: string; readonly path: string; readonly query: string | null }
  | { readonly kind: "tag"; readonly tag: string }
  /** Entries at home in this region, of one site or, where it is null, of all. */
  | { readonly kind: "region"; readonly site: string | null; readonly region: string }
  | { readonly kind: "route"; readonly site: string; readonly route: string }
  | { readonly kind: "all" }
);
