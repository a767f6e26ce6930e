import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { Server as TlsServer } from "node:tls";
import { isLoopback } from "../base/cidr.ts";
import type { Bind } from "../base/fields.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { KeyPair } from "../certs/key-pair.ts";
import { headerValue } from "../http/headers.ts";
import type { OwnAnswer, OwnRequest } from "../http/own-message.ts";
import { secureSettings } from "./tls/secure-settings.ts";

/** A listener of Taxgate's own: the admin API or health. */
export interface PlainListener extends Stoppable {
  readonly address: { readonly host: string; readonly port: number };
  /** Takes a new certificate for connections to come; null: there is none any more, and nobody gets in. */
  renew(pair: KeyPair | null): void;
}

/** Answers one request. */
export type PlainHandler = (request: OwnRequest) => OwnAnswer | Promise<OwnAnswer>;

const MOST_BODY = 1024 * 1024;
const TIMEOUT_MS = 10_000;

/**
 * Serves small requests with small answers; nothing of it is on the path of invoices. With `tls` it speaks TLS and nothing
 * else, also while there is no certificate to show. Rejects where the address cannot be had.
 */
export async function listenPlain(bind: Bind, tls: { readonly pair: KeyPair | null } | null, handle: PlainHandler): Promise<PlainListener> {
  const options = { requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS, keepAliveTimeout: TIMEOUT_MS, maxHeaderSize: 16 * 1024 };
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => void serve(request, response, handle);
  const server = tls === null ? createServer(options, onRequest) : createTlsServer({ ...options, ...secured(tls.pair) }, onRequest);
  const sockets = new Set<Socket>();
  server.maxConnections = 200;
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    // A later error (no more file handles) costs a connection, never the process.
    server.on("error", reject);
    server.listen(bind.port, bind.host, resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("listener has no address");
  return {
    address: { host: address.address, port: address.port },
    renew(next) {
      if (server instanceof TlsServer) server.setSecureContext(secured(next));
    },
    async stop() {
      const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
      for (const socket of sockets) socket.destroySoon();
      await closed;
    },
  };
}

function secured(pair: KeyPair | null) {
  return { ...secureSettings("1.2"), ...pair };
}

async function serve(request: IncomingMessage, response: ServerResponse, handle: PlainHandler): Promise<void> {
  try {
    const body = await read(request);
    if (body === null) {
      response.writeHead(413, { connection: "close" }).end();
      return;
    }
    const answer = await handle(asOwnRequest(request, body));
    const bytes = Buffer.from(answer.body);
    response.writeHead(answer.status, [...answer.headers, "content-length", String(bytes.byteLength)]);
    response.end(request.method === "HEAD" ? undefined : bytes);
  } catch {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}

function asOwnRequest(request: IncomingMessage, body: Uint8Array): OwnRequest {
  const url = request.url ?? "/";
  const mark = url.indexOf("?");
  const address = request.socket.remoteAddress ?? "";
  return {
    method: request.method ?? "",
    path: mark < 0 ? url : url.slice(0, mark),
    query: mark < 0 ? "" : url.slice(mark + 1),
    headers: request.rawHeaders,
    body,
    peer: { address, loopback: isLoopback(address), secure: "encrypted" in request.socket },
  };
}

async function read(request: IncomingMessage): Promise<Uint8Array | null> {
  if (Number(headerValue(request.rawHeaders, "content-length") ?? 0) > MOST_BODY) return null;
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Uint8Array>) {
    size += chunk.byteLength;
    if (size > MOST_BODY) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
