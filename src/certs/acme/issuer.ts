import type { ChallengeType, KeyKind } from "../options.ts";
import type { KeyPair } from "../key-pair.ts";

/** What is asked of an authority. */
export interface IssueRequest {
  /** DNS names, wildcards and IP addresses. */
  readonly identifiers: readonly string[];
  readonly key: KeyKind;
  readonly challenge: ChallengeType;
  /** Id of the certificate that the new one replaces, for authorities that offer renewal information (RFC 9773 section 5); null: none. */
  readonly replaces: string | null;
}

/** Why no certificate came. */
export interface AcmeFailure {
  readonly kind:
    /** Nothing could be reached, or the time was up. */
    | "unreachable"
    /** The authority wants fewer orders: `retryAfter` says when. */
    | "rate-limited"
    /** It will never give one for these names, this account or this profile as they stand. */
    | "refused"
    /** It looked, and did not find what it had asked for: DNS, firewall, port. */
    | "validation"
    /** What it asked for could not be shown, by a fault of ours, of a hook or of DNS. */
    | "challenge"
    /** It answered with a fault of its own, or with something that is no answer. */
    | "server"
    /** Somebody stopped it. */
    | "stopped";
  /** For people, without secrets: what was being done, and what came. */
  readonly detail: string;
  /** Milliseconds from now before which nothing must be asked again; null: nothing was said. */
  readonly retryAfter: number | null;
}

/** A certificate, or why there is none. */
export type IssueResult = { readonly ok: true; readonly pair: KeyPair } | { readonly ok: false; readonly failure: AcmeFailure };

/** When the authority wants a certificate to be renewed (RFC 9773). Times in ms since 1970. */
export interface RenewalInfo {
  readonly start: number;
  readonly end: number;
  /** A page for people; null: none was named. */
  readonly explanation: string | null;
  /** Ms from now after which to ask again; null: nothing was said. */
  readonly askAfter: number | null;
}

/** What became of asking: `none` where the authority offers no such information. */
export type RenewalInfoResult = { readonly kind: "info"; readonly info: RenewalInfo } | { readonly kind: "none" } | { readonly kind: "failed"; readonly failure: AcmeFailure };

/** One authority with our account there. */
export interface Issuer {
  /** Its directory, for logs and for the store. */
  readonly directory: string;
  /** Orders a certificate and sees it through. Never rejects; ends by itself within its bounds. */
  issue(request: IssueRequest, signal: AbortSignal): Promise<IssueResult>;
  /** Asks when to renew this certificate (PEM, leaf first). Never rejects. */
  renewalInfo(cert: string, signal: AbortSignal): Promise<RenewalInfoResult>;
}
