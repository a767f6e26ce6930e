/** Places of an authority. */
export type StubKind = "directory" | "nonce" | "account" | "new-order" | "order" | "authorization" | "challenge" | "finalize" | "certificate" | "alternate" | "renewal-info" | "unknown";

/** A request as the stub read it, after its signature was verified. */
export interface StubRequest {
  readonly kind: StubKind;
  /** The nth of its kind, from 1. */
  readonly nth: number;
  readonly method: string;
  readonly path: string;
  /** Protected header; null where nothing was signed. */
  readonly header: Readonly<Record<string, unknown>> | null;
  /** Payload of the signed object; null where it is empty or nothing was signed. */
  readonly payload: Readonly<Record<string, unknown>> | null;
}

/** An answer. `body` is sent as it is where it is a text, as JSON otherwise. */
export interface StubAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: unknown;
}

/** What a script may do with a request: answer it, leave it unanswered, break the connection; null: it goes its way. */
export type StubTurn = StubAnswer | "hang" | "reset" | null;

/** How the authority behaves; may be changed at any time. */
export interface StubSettings {
  /** Ms that certificates live. */
  lifetime: number;
  /** Its clock, ms since 1970. */
  wall: () => number;
  /** What it says of a certificate: text times, so that broken ones can be said; null: 404. Null instead of a function: it offers no renewal information. */
  renewalInfo: ((certificateId: string) => { readonly start: string; readonly end: string; readonly explanationURL?: string; readonly retryAfter?: string } | null) | null;
  /** Profiles that it offers; null: it knows of no such thing. */
  profiles: Readonly<Record<string, string>> | null;
  /** It wants external accounts, and knows this one. */
  eab: { readonly kid: string; readonly hmacKey: string } | null;
  /** Types of challenges that it offers. */
  challenges: readonly string[];
  /** What it finds when it looks: names are ours, it never ends, or a problem document. */
  finds: "valid" | "pending" | Readonly<Record<string, unknown>>;
  /** So many looks at an authorization find it pending first. */
  pendingLooks: number;
  /** So many looks at an order find it processing first. */
  processingLooks: number;
  /** Authorizations are valid from the start. */
  alreadyValid: boolean;
  /** So many good nonces are refused next. */
  rejectNonces: number;
  /** Asked before every request. */
  script: (request: StubRequest) => StubTurn;
  /** It does what it is asked, but the connection breaks before its answer. */
  lose: (request: StubRequest) => boolean;
}

/** A problem document of the protocol. */
export function problem(status: number, type: string, detail: string, more: { readonly headers?: Readonly<Record<string, string>>; readonly [member: string]: unknown } = {}): StubAnswer {
  const { headers = {}, ...members } = more;
  return { status, headers: { "content-type": "application/problem+json", ...headers }, body: { type: `urn:ietf:params:acme:error:${type}`, detail, ...members } };
}

/** What a firewall in front of an authority answers. */
export function webPage(status: number): StubAnswer {
  return { status, headers: { "content-type": "text/html" }, body: "<!doctype html><title>Just a moment</title>" };
}
