import { STATUS_CODES, type ServerResponse } from "node:http";
import type { Answer } from "../http/message.ts";
import type { Exchange } from "../pipeline/exchange.ts";
import type { Response } from "./send.ts";

/** Where node keeps a head that is written out and not sent yet. It has no public way to be handed one. */
interface Unsent {
  _header: string | null;
  readonly _keepAliveTimeout: number;
  readonly maxRequestsOnConnectionReached?: boolean;
}

/**
 * Sends an answer whose head was written out before in one write, without having node check and join its fields again.
 * False where it has to go the usual way: HTTP/2 and HTTP/1.0, HEAD, a body too large for one write, or a connection
 * that is to be closed.
 */
export function sendPrepared(x: Exchange, response: Response, { status, headers, prepared }: Answer): boolean {
  const text = prepared?.text;
  if (prepared === undefined || text === null || text === undefined || x.head.version !== "1.1" || x.head.method === "HEAD" || status === 204) return false;
  const message = response as ServerResponse & Unsent;
  // oxlint-disable no-underscore-dangle -- see Unsent; a test compares the bytes with those of the usual way
  if (!message.shouldKeepAlive || message._header !== null || message.maxRequestsOnConnectionReached === true) return false;
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "unknown"}\r\n${prepared.lines}`;
  for (let i = 0; i < headers.length; i += 2) head += `${headers[i]}: ${headers[i + 1]}\r\n`;
  message.statusCode = status;
  message._header = `${head}Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(message._keepAliveTimeout / 1000)}\r\n\r\n`;
  // oxlint-enable no-underscore-dangle
  message.end(text, "latin1");
  x.sentBytes = text.length;
  return true;
}
