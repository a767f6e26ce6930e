import type { ChallengeType } from "../options.ts";

/** What an authority wants to be shown (RFC 8555 section 8, RFC 8737). */
export interface Challenge {
  readonly type: ChallengeType;
  /** Without the `*.` of a wildcard. */
  readonly identifier: { readonly type: "dns" | "ip"; readonly value: string };
  readonly token: string;
  /** Token and thumbprint of the account's key, joined by a dot. */
  readonly keyAuthorization: string;
}

/** Shows what authorities ask for. */
export interface Solver {
  /** Makes the answer visible to the authority; `why` says what is wrong and what to do. Never rejects. */
  present(challenge: Challenge, signal: AbortSignal): Promise<{ readonly ok: true } | { readonly ok: false; readonly why: string }>;
  /** Takes it away again; harmless where it is not there. Never rejects. */
  clear(challenge: Challenge): Promise<void>;
}
