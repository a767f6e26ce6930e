/** A client that is shut out, as the API shows it. */
export interface BanView {
  /** An address, or the /64 of an IPv6 client. */
  readonly address: string;
  /** Code of the refusal that was one too many. */
  readonly reason: string;
  /** RFC 3339. */
  readonly since: string;
  readonly secondsLeft: number;
  /** Requests refused since. */
  readonly refused: number;
}

/** What the API shows of bans, and does to them. */
export interface BanViews {
  /** Those that end first in front. */
  list(): readonly BanView[];
  /** False where this client is not banned. */
  lift(address: string): boolean;
  /** How many there were. */
  liftAll(): number;
}
