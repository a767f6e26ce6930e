import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { systemClock } from "../../src/base/clock.ts";
import { NO_BODY, type Answer, type Headers } from "../../src/http/message.ts";
import { Attempt, type AttemptRequest } from "../../src/upstream/attempt.ts";
import { createPool, type Connection, type ConnectionPool, type PoolOptions } from "../../src/upstream/connections.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";

/** A platform of raw sockets. */
export interface RawPlatform {
  readonly origin: string;
  /** Sockets accepted so far. */
  readonly accepted: Socket[];
  /** The most sockets that were open at one time. */
  most(): number;
  open(): number;
}

/** Starts a platform that hands every socket to `serve`, with its number from 0; it stops with the test. */
export async function rawPlatform(t: TestContext, serve: (socket: Socket, number: number) => void): Promise<RawPlatform> {
  const accepted: Socket[] = [];
  let open = 0;
  let most = 0;
  const server: Server = createServer((socket) => {
    open++;
    most = Math.max(most, open);
    accepted.push(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => open--);
    serve(socket, accepted.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    for (const socket of accepted) socket.destroy();
    server.close();
  });
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, accepted, most: () => most, open: () => open };
}

/** Answers each request head that arrives on a socket; bodies are not looked for. */
export function onHead(socket: Socket, answer: (head: string, socket: Socket) => void): void {
  let text = "";
  socket.on("data", (piece: Buffer) => {
    text += piece.toString("latin1");
    for (let end = text.indexOf("\r\n\r\n"); end >= 0; end = text.indexOf("\r\n\r\n")) {
      const head = text.slice(0, end);
      text = text.slice(end + 4);
      answer(head, socket);
    }
  });
}

/** A small complete answer. */
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/** A pool on the machine's clock; it stops with the test. */
export function poolTo(t: TestContext, origin: string, own: Partial<PoolOptions> = {}): ConnectionPool {
  const pool = createPool({
    origin, tls: null, connections: 4, queue: 10, queueTimeout: 1000, connectTimeout: 1000, responseTimeout: 5000, maxHeadBytes: 16_384, http2: false, ...own,
  }, systemClock);
  t.after(() => pool.stop());
  return pool;
}

/** What an attempt told, and what became of its answer's body. */
export interface Ran {
  readonly result: AttemptResult;
  /** The body's bytes as text, or why there are none. */
  readonly body: string;
  readonly informed: readonly (readonly [number, Headers])[];
  /** How often the connection was given back. */
  readonly released: number;
  readonly trailers: Headers;
}

/** Takes a connection. Rejects with the refusal. */
export function connectionOf(pool: ConnectionPool, fresh = false): Promise<Connection> {
  return new Promise((resolve, reject) => {
    pool.acquire(fresh, (connection, refusal) => (connection === null ? reject(new Error(refusal ?? "none")) : resolve(connection)));
  });
}

/** Runs one attempt through the pool to the end of its answer's body and the release of its connection. */
export async function run(pool: ConnectionPool, own: Partial<AttemptRequest> & { readonly fresh?: boolean } = {}, begun: (attempt: Attempt) => void = () => undefined): Promise<Ran> {
  const connection = await connectionOf(pool, own.fresh ?? false);
  const informed: [number, Headers][] = [];
  let released = 0;
  const free = Promise.withResolvers<void>();
  const settled = Promise.withResolvers<AttemptResult>();
  const request: AttemptRequest = { method: "GET", target: "/", headers: ["host", "platform"], body: NO_BODY, responseTimeout: null, ...own };
  const attempt = new Attempt(connection, request, { endpoint: "e", region: "r" }, {
    settled: settled.resolve,
    released() {
      released++;
      pool.release(connection);
      free.resolve();
    },
    handed: () => undefined,
    informed: (status, headers) => void informed.push([status, headers]),
  });
  attempt.start();
  begun(attempt);
  const result = await settled.promise;
  const body = result.kind === "answered" ? await bodyText(result.answer) : "";
  await free.promise;
  // A second release would come in the same turn or the next.
  await new Promise((resolve) => setImmediate(resolve));
  return { result, body, informed, released, trailers: attempt.trailers() };
}

/** The body as text; `!reason` where it broke. */
export async function bodyText({ body }: Answer): Promise<string> {
  if (body.kind === "none") return "";
  if (body.kind === "bytes") return Buffer.from(body.bytes).toString("latin1");
  let text = "";
  try {
    for (let piece = await body.source.read(); piece !== null; piece = await body.source.read()) text += Buffer.from(piece).toString("latin1");
    return text;
  } catch (fault) {
    return `${text}!${(fault as { reason?: string }).reason ?? String(fault)}`;
  }
}
