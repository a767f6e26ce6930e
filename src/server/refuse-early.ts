import { STATUS_CODES } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import type { ErrorCode } from "../base/errors.ts";
import { BodyFault, type Answer, type Headers } from "../http/message.ts";
import { problem } from "../pipeline/answer.ts";
import { connectionOf, type ClientConnection } from "./client-connection.ts";

/** What Taxgate itself says it takes; a route may take less. */
export const ALLOWED_METHODS: Headers = ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"];

interface ParserError {
  readonly code?: string;
  readonly rawPacket?: Uint8Array;
  readonly bytesParsed?: number;
}

/** The code for an error of node's parser (llhttp) or of its timers; null for a socket that just broke. */
function codeOfParserError(error: ParserError): ErrorCode | null {
  const code = error.code ?? "";
  if (code === "HPE_HEADER_OVERFLOW" || code === "HPE_CHUNK_EXTENSIONS_OVERFLOW") return "head-too-large";
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "client-timeout";
  if (/CONTENT_LENGTH|TRANSFER_ENCODING/.test(code)) return "framing-conflict";
  if (code === "HPE_INVALID_METHOD") return /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64} /.test(lineOf(error)) ? "unknown-method" : "malformed-request";
  return code.startsWith("HPE_") ? "malformed-request" : null;
}

/** The beginning of the line that the parser stumbled over; other requests may stand before it in the same packet. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParserError): string {
  const packet = Buffer.from(rawPacket ?? []);
  const start = bytesParsed === 0 ? 0 : packet.lastIndexOf("\n", bytesParsed - 1) + 1;
  return packet.toString("latin1", start, start + 66);
}

/**
 * Answers bytes that never became a request. Answers that are due to earlier requests of the same connection are not
 * disturbed: a 400 in their place would be a lie about them.
 */
export function onClientError(error: Error & ParserError, socket: Socket, refused: (code: ErrorCode) => void): void {
  const connection = connectionOf(socket);
  const code = codeOfParserError(error);
  // Bytes after "Connection: close" are ignored, as RFC 9112 section 9.6 has it.
  const ignorable = error.code === "HPE_CLOSED_CONNECTION";
  if (connection !== null) {
    // A refusal is on its way already, and the connection ends with it.
    if (connection.broken && connection.receiving === null) return;
    connection.broken = true;
    if (connection.receiving !== null) return connection.receiving.fail(new BodyFault(code === null ? "aborted" : "malformed", error.message));
    if (connection.due > 0) {
      // Where the bytes broke inside the body of a request that waits, its own answer will say so.
      if (code === null || ignorable || connection.latest?.complete === false) return;
      connection.owed = code;
      return refused(code);
    }
  }
  if (code === null || ignorable || !socket.writable) {
    socket.destroy();
    return;
  }
  refused(code);
  lastWords(socket, rawProblem(code));
}

/** Nothing leads out of here by CONNECT: a tunnel would pass every rule. */
export function refuseConnect(peer: Socket | Http2ServerResponse): void {
  if (!("writeHead" in peer)) return lastWords(peer, rawProblem("method-not-allowed", ALLOWED_METHODS));
  peer.writeHead(405, ALLOWED_METHODS as never);
  peer.end();
}

/** Ends a connection whose bytes made no sense, once the answers before them are out. */
export function endBroken(socket: Socket, connection: ClientConnection): void {
  if (!connection.broken || connection.due > 0) return;
  lastWords(socket, connection.owed === null ? "" : rawProblem(connection.owed));
}

/** Writes one character a byte and closes once it is out: a client that keeps its own half open does not keep the socket. */
export function lastWords(socket: Socket, text: string): void {
  socket.end(text, "latin1");
  socket.destroySoon();
}

/** One of our own answers as bytes, for a socket that has no parser any more. The connection ends with it. */
export function rawProblem(code: ErrorCode, extra: readonly string[] = []): string {
  return rawAnswer(problem(code, "the bytes are not a request that can be forwarded", "-", extra));
}

/** An answer without a streamed body as bytes, one character each; the connection ends with it. */
export function rawAnswer(answer: Answer): string {
  const body = answer.body.kind === "bytes" ? Buffer.from(answer.body.bytes).toString("latin1") : "";
  let head = `HTTP/1.1 ${answer.status} ${STATUS_CODES[answer.status] ?? ""}\r\n`;
  for (let i = 0; i < answer.headers.length; i += 2) head += `${answer.headers[i]}: ${answer.headers[i + 1]}\r\n`;
  return `${head}Content-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`;
}
