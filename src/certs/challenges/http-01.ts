import type { CertificateStore } from "../store/store.ts";
import type { Challenge } from "./solver.ts";
import { isToken } from "./token.ts";

/** Key authorizations by token (RFC 8555 section 8.3): what this process ordered, and what others with the same store did. */
export interface Http01 {
  /** Answered from now on. Why other processes cannot answer it; null: they can. */
  present(challenge: Challenge): string | null;
  clear(challenge: Challenge): void;
  /** What to answer; null: the token is none of ours. */
  answer(token: string): string | null;
}

/** Makes an empty table before a store. */
export function createHttp01(store: Pick<CertificateStore, "challenge" | "putChallenge" | "dropChallenge">): Http01 {
  const own = new Map<string, string>();
  return {
    present({ token, keyAuthorization }) {
      own.set(token, keyAuthorization);
      const written = store.putChallenge(token, keyAuthorization);
      return written.ok ? null : written.reason;
    },
    clear({ token }) {
      if (own.delete(token)) store.dropChallenge(token);
    },
    answer: (token) => own.get(token) ?? (isToken(token) ? store.challenge(token) : null),
  };
}
