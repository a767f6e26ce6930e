/*
 * Requests to Taxgate itself (admin API, health): small, whole, and never on the path of invoices.
 */

/** Who sent a request, as the listener knows it. */
export interface OwnPeer {
  readonly address: string;
  /** True for 127.0.0.0/8 and ::1 (also as ::ffff:127.…). */
  readonly loopback: boolean;
  /** True where the connection is TLS. */
  readonly secure: boolean;
}

/** A request to one of our own listeners. */
export interface OwnRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Without its `?`. */
  readonly query: string;
  /** Name, value, name, value …; for HTTP/2 the authority stands as `host`. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
  readonly peer: OwnPeer;
}

/** What is sent back. The listener adds Content-Length and leaves the body out for HEAD. */
export interface OwnAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Uint8Array | string;
}
