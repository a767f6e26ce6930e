import type { Stage, Term } from "./stage.ts";

/** What can run out: a closed list, which labels metrics. */
export const WATCHED_KINDS = [
  /** A certificate that our listeners show. */
  "own",
  /** One that platforms are shown. */
  "client",
  /** A platform's own, as it was seen at handshakes. */
  "platform",
  /** A file of authorities that are trusted. */
  "bundle",
  /** Revocation lists of clients' certificates. */
  "revocation-list",
  /** A private authority. */
  "authority",
  /** What a person renews at a platform. */
  "credential",
] as const;

/** See {@link WATCHED_KINDS}. */
export type WatchedKind = (typeof WATCHED_KINDS)[number];

/** Something that runs out. Kind and name together are its own. */
export interface Watched extends Term {
  readonly kind: WatchedKind;
  /** From the configuration: a certificate's name, a file, an endpoint's host and port, SITE/CREDENTIAL. */
  readonly name: string;
  /** Who uses it, for people. */
  readonly where: string;
  /** What of it ends first, for people; empty where that is plain. */
  readonly detail: string;
}

/** Something watched, and how it stands. */
export interface Standing extends Watched {
  readonly stage: Stage;
}
