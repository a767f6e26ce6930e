import type { Socket } from "node:net";
import type { ErrorCode } from "../base/errors.ts";
import type { Caller, Exchange } from "../pipeline/exchange.ts";
import type { Bounds } from "./allowance.ts";
import type { RequestBody } from "./request-body.ts";

/** What is known about one client's connection while it lasts. */
export interface ClientConnection {
  /** Exchanges under way: one at a time in HTTP/1, several in HTTP/2. */
  readonly open: Set<Exchange>;
  /** Requests that were taken in and whose answer has not been handed over, waiting ones included. */
  due: number;
  /** Pipelined requests that wait for their turn: two of them side by side could overtake each other (RFC 9112 section 9.3.2). */
  readonly waiting: (() => void)[];
  /** The request whose bytes came last; its body may still be arriving while it waits for its turn. */
  latest: { readonly complete: boolean } | null;
  /** The body being received, if any: HTTP/1.1 receives one at a time. */
  receiving: RequestBody | null;
  /** The bytes stopped making sense: nothing more is read, the connection ends after the answers that are due. */
  broken: boolean;
  /** A refusal of them is an answer among the others; the connection ends with it. */
  refusing: boolean;
  /** The refusal of those bytes that stands behind the answers that are due; null where none is to be written any more. */
  owed: ErrorCode | null;
  /** Answers that were handed over, of all exchanges that began here. */
  served: number;
  /** Since when nothing is under way, monotonic ms; of no meaning while something is. */
  idleSince: number;
  /** How slow the client may be. */
  readonly bounds: Bounds;
  /** Ends it in good order where nothing is under way. */
  end: () => void;
  /** `end` leaves alone what is under way, as in HTTP/2. */
  endsGently: boolean;
  /** It carries something else than HTTP by now, for as long as that lasts. */
  tunnel: boolean;
  /** Its client is not wanted any more: it ends after what is under way. */
  dismissed: boolean;
  /** What its exchanges say about where they came from. */
  readonly caller: Caller;
}

/** On the socket itself, not in a table beside it: HTTP/2 shows a proxy of the socket, which has every property but is another object. */
const CONNECTION = Symbol("connection");

interface Tracked {
  [CONNECTION]?: ClientConnection;
}

/** Registers a new connection. When it closes, every exchange still open is told that its caller is gone. */
export function track(socket: Socket, caller: Omit<Caller, "address">, bounds: Bounds, now: number): ClientConnection {
  const connection: ClientConnection = {
    open: new Set(),
    due: 0,
    waiting: [],
    latest: null,
    receiving: null,
    broken: false,
    refusing: false,
    owed: null,
    served: 0,
    idleSince: now,
    bounds,
    end: () => socket.destroy(),
    endsGently: false,
    tunnel: false,
    dismissed: false,
    caller: { listener: caller.listener, address: socket.remoteAddress ?? "", secure: caller.secure, certificate: caller.certificate },
  };
  (socket as Tracked)[CONNECTION] = connection;
  socket.once("close", () => {
    for (const exchange of connection.open) leave(exchange);
    connection.open.clear();
    connection.waiting.length = 0;
  });
  return connection;
}

/** Ends a connection after what is under way on it, without what waits for its turn; a tunnel, which may last for ever, at once. */
export function dismiss(connection: ClientConnection): void {
  connection.dismissed = true;
  connection.due -= connection.waiting.length;
  connection.waiting.length = 0;
  if (connection.due === 0 || connection.endsGently || connection.tunnel) connection.end();
}

/** The record of a socket, or null where it was never tracked. */
export function connectionOf(socket: object): ClientConnection | null {
  return (socket as Tracked)[CONNECTION] ?? null;
}

/** Tells an exchange that its caller is gone. */
export function leave(exchange: Exchange): void {
  if (exchange.gone) return;
  exchange.gone = true;
  exchange.onGone?.();
}
