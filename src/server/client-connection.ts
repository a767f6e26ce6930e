import type { Socket } from "node:net";
import type { ErrorCode } from "../base/errors.ts";
import type { Exchange } from "../pipeline/exchange.ts";
import type { RequestBody } from "./request-body.ts";

/** What is known about one client's connection while it lasts. */
export interface ClientConnection {
  /** Exchanges whose answer has not been handed over. HTTP/1.1 pipelining and HTTP/2 allow several. */
  readonly open: Set<Exchange>;
  /** The body being received, if any: HTTP/1.1 receives one at a time. */
  receiving: RequestBody | null;
  /** The bytes stopped making sense: nothing more is read, the connection ends after the answers that are due. */
  broken: boolean;
  /** A refusal of them is an answer among the others; the connection ends with it. */
  refusing: boolean;
  /** The refusal of those bytes that stands behind the answers that are due; null where none is to be written any more. */
  owed: ErrorCode | null;
  /** Subject of the verified client certificate. */
  readonly certificate: string | null;
  readonly secure: boolean;
  readonly address: string;
}

/** On the socket itself, not in a table beside it: HTTP/2 shows a proxy of the socket, which has every property but is another object. */
const CONNECTION = Symbol("connection");

interface Tracked {
  [CONNECTION]?: ClientConnection;
}

/** Registers a new connection; `gone` runs once when it closes, for each exchange still open. */
export function track(socket: Socket, secure: boolean, certificate: string | null): ClientConnection {
  const connection: ClientConnection = {
    open: new Set(),
    receiving: null,
    broken: false,
    refusing: false,
    owed: null,
    certificate,
    secure,
    address: socket.remoteAddress ?? "",
  };
  (socket as Tracked)[CONNECTION] = connection;
  socket.once("close", () => {
    for (const exchange of connection.open) leave(exchange);
    connection.open.clear();
  });
  return connection;
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
