/** A request as a billing system sends it. */
export interface Sent {
  readonly method: string;
  /** With its query, where it has one. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}
