import type { ServerResponse } from "node:http";
import type { Http2ServerResponse } from "node:http2";
import type { Socket } from "node:net";
import type { Clock } from "../base/clock.ts";
import { noteStreamed } from "../base/stream-garbage.ts";
import { byName } from "../http/headers.ts";
import { endToEnd, endToEndFilter } from "../http/hop-by-hop.ts";
import { BodyFault, type Answer, type BodySource, type Headers } from "../http/message.ts";
import type { Exchange } from "../pipeline/exchange.ts";
import type { Bounds } from "./allowance.ts";
import { Ahead } from "./ahead.ts";
import { flushed, isFlushed, isHandedOver } from "./flushed.ts";
import { sendPrepared } from "./send-prepared.ts";
import { sliced } from "./sliced.ts";
import { Taking } from "./taking.ts";

/** Where an answer goes: HTTP/1 or HTTP/2. */
export type Response = ServerResponse | Http2ServerResponse;

/** Bodies up to this size go out with the head in one write, as one string: the copy is cheaper than a second buffer in writev. */
const ONE_WRITE = 16 * 1024;

/** What HTTP/2 is given at once: slow clients take it within a pause at about the least rate. */
const FRAMES = 16 * 1024;

/** Fields that frame, route, authenticate or control must not come after the body (RFC 9110 section 6.5.1). */
const MAY_TRAIL = endToEndFilter(new Set(["content-length", "host", "authorization", "cache-control", "content-encoding", "content-type", "content-range", "set-cookie"]));

/** Puts an answer on the wire, and notes on the exchange what really left. What the system has not taken yet is waited for. */
export function send(x: Exchange, response: Response, answer: Answer, clock: Clock, bounds: Bounds): void | Promise<void> {
  if (x.gone || response.destroyed) {
    discard(answer);
    x.endedBy = "client";
    return;
  }
  x.status = answer.status;
  const isGone = isFlushed(response) ? isHandedOver : isFlushed;
  if (answer.prepared !== undefined && sendPrepared(x, response, answer)) return isGone(response) ? undefined : untilFlushed(x, response, clock, bounds);
  const headers = framed(x, answer);
  const { body } = answer;
  if (body.kind === "source") return stream(x, response, answer.status, headers, body.source, clock, bounds);
  const bodiless = body.kind === "none" || x.head.method === "HEAD";
  if (!bodiless && body.bytes.byteLength > ONE_WRITE) return stream(x, response, answer.status, headers, sliced(body.bytes), clock, bounds);
  writeHead(response, answer.status, headers);
  if (bodiless) response.end();
  else response.end(latin1(body.bytes), "latin1");
  if (!bodiless) x.sentBytes = body.bytes.byteLength;
  if (!isGone(response)) return untilFlushed(x, response, clock, bounds);
}

async function untilFlushed(x: Exchange, response: Response, clock: Clock, bounds: Bounds): Promise<void> {
  if (await flushed(response, clock, bounds)) return;
  x.endedBy = "client";
  x.reason = x.gone ? "client-gone" : "client-too-slow";
  cut(response);
}

function discard(answer: Answer): void {
  if (answer.body.kind === "source") answer.body.source.cancel();
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}

function writeHead(response: Response, status: number, headers: string[]): void {
  (response as ServerResponse).writeHead(status, headers);
}

/** Adds the length of the body that really goes out. Other statements about it were left behind in the pipeline. */
function framed(x: Exchange, { body, status, headers, prepared }: Answer): string[] {
  if (prepared !== undefined) return [...prepared.headers, ...headers];
  if (x.head.method === "HEAD" || status === 304 || status === 204) return headers as string[];
  if (body.kind === "bytes") return headers.concat("Content-Length", String(body.bytes.byteLength));
  if (body.kind === "none") return headers.concat("Content-Length", "0");
  return body.source.length === null ? (headers as string[]) : headers.concat("Content-Length", String(body.source.length));
}

async function stream(x: Exchange, response: Response, status: number, headers: string[], source: BodySource, clock: Clock, bounds: Bounds): Promise<void> {
  const wake = watchClose(x, response, clock, bounds);
  const isHttp2 = !("assignSocket" in response);
  const ahead = new Ahead(source);
  try {
    writeHead(response, status, headers);
    let next = ahead.next();
    if (next instanceof Promise) (response as ServerResponse).flushHeaders();
    for (let chunk = await next; chunk !== null; chunk = await next) {
      noteStreamed(chunk.byteLength);
      // How far a client has come inside a piece is not told in HTTP/2: the pieces are smaller there.
      const step = isHttp2 ? FRAMES : chunk.byteLength;
      for (let at = 0; at < chunk.byteLength; at += step) {
        const piece = step < chunk.byteLength ? chunk.subarray(at, at + step) : chunk;
        x.sentBytes += piece.byteLength;
        if (!(response as ServerResponse).write(piece)) {
          ahead.fill();
          if (!(await wake.drained())) return gone(x, response, source);
        }
        if (x.gone) return gone(x, response, source);
      }
      next = ahead.next();
    }
    const trailers = source.trailers();
    if (trailers.length > 0 && source.length === null) addTrailers(response, trailers);
    response.end();
    if (!isFlushed(response)) await untilFlushed(x, response, clock, bounds);
  } catch (fault) {
    source.cancel();
    if (!(fault instanceof BodyFault)) throw fault;
    x.endedBy = x.gone ? "client" : "upstream";
    x.reason = x.gone ? "client-gone" : `answer-${fault.reason}`;
    cut(response);
  } finally {
    ahead.letGo();
    wake.stop();
  }
}

function addTrailers(response: Response, trailers: Headers): void {
  const kept = endToEnd(trailers, MAY_TRAIL);
  if (!("assignSocket" in response)) return response.addTrailers(byName(kept));
  const pairs: [string, string][] = [];
  for (let i = 0; i < kept.length; i += 2) pairs.push([kept[i] as string, kept[i + 1] as string]);
  response.addTrailers(pairs);
}

function gone(x: Exchange, response: Response, source: BodySource): void {
  x.endedBy = "client";
  x.reason = x.gone ? "client-gone" : "client-too-slow";
  source.cancel();
  cut(response);
}

/** Ends an answer that cannot be completed so that nobody takes it for complete: a reset, never a clean end. */
function cut(response: Response): void {
  if ("stream" in response && response.stream !== null && "rstCode" in response.stream) {
    response.stream.close(2);
    return;
  }
  const socket = (response as ServerResponse).socket;
  if (socket !== null && !socket.destroyed) {
    // A TLS socket would close in good order, and an HTTP/1.0 client take what it has for all: the socket beneath is reset.
    // oxlint-disable-next-line no-underscore-dangle -- node has no other name for it
    const beneath = (socket as { _parent?: Socket })._parent;
    (beneath ?? socket).resetAndDestroy();
    socket.destroy();
  }
}

/** Waits for room in the socket; false when the client is gone or too slow. */
function watchClose(x: Exchange, response: Response, clock: Clock, bounds: Bounds): { drained(): Promise<boolean>; stop(): void } {
  let wake: ((room: boolean) => void) | null = null;
  let taking: Taking | null = null;
  const onDrain = (): void => wake?.(true);
  const onClose = (): void => wake?.(false);
  response.on("drain", onDrain);
  response.on("close", onClose);
  return {
    drained() {
      if (x.gone || response.destroyed) return Promise.resolve(false);
      const watch = (taking ??= new Taking(response, clock, bounds));
      return new Promise((resolve) => {
        wake = (room) => {
          wake = null;
          watch.end(room);
          resolve(room);
        };
        watch.begin(onClose);
      });
    },
    stop() {
      response.off("drain", onDrain);
      response.off("close", onClose);
    },
  };
}
