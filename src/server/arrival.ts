import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, ServerHttp2Session } from "node:http2";
import type { Clock } from "../base/clock.ts";
import type { ErrorCode } from "../base/errors.ts";
import { requestFraming, type FramingResult, type RequestFraming } from "../http/framing.ts";
import { BodyFault, NO_BODY, type Answer, type Body, type Headers, type RequestHead } from "../http/message.ts";
import { problem } from "../pipeline/answer.ts";
import { createExchange, type Exchange } from "../pipeline/exchange.ts";
import type { Send } from "../pipeline/handle.ts";
import type { Verdict } from "../pipeline/verdict.ts";
import { challengeAnswer, type ChallengeLookup } from "./challenge.ts";
import { connectionOf, leave, type ClientConnection } from "./client-connection.ts";
import { leftWhole } from "./flushed.ts";
import type { Gate, Runner } from "./gate.ts";
import { calm, isRushing } from "./http2-manners.ts";
import { inform } from "./inform.ts";
import type { ListenerOptions } from "./options.ts";
import { ALLOWED_METHODS, endBroken } from "./refuse-early.ts";
import { RequestBody } from "./request-body.ts";
import { send, type Response } from "./send.ts";

/** The way from listeners into the pipeline. */
export interface Front {
  readonly clock: Clock;
  readonly nextId: () => string;
  /** True while the process ends: connections are not kept. */
  readonly draining: () => boolean;
  /** Runs an exchange; settles when it is over. */
  readonly run: Runner;
  /** Answers an exchange with a verdict that was made in front of the pipeline; settles when it is over. */
  readonly turnAway: (exchange: Exchange, verdict: Verdict, send: Send) => Promise<void>;
  /** What authorities are answered that validate a name by http-01; without it none is. */
  readonly challenge?: ChallengeLookup;
  /** Tells of a request that was refused before it became an exchange. */
  readonly refused: (listener: string, code: ErrorCode, address: string) => void;
}

/** Bodies up to this size that came along with the head are taken over without a stream. */
const AT_ONCE = 16 * 1024;
/** Pipelined requests beyond this end the connection: no client that reads its answers gets there. */
const MOST_WAITING = 100;

/** By its shape, not its version: an HTTP/1 parser also reads "HTTP/2.0" on a request line. */
function isHttp2(request: IncomingMessage | Http2ServerRequest): request is Http2ServerRequest {
  return "stream" in request;
}

/** Turns a request of node's into an exchange and runs it. `gate` looks at it first. */
export function onRequest(request: IncomingMessage | Http2ServerRequest, response: Response, options: ListenerOptions, front: Front, gate: Gate | null = null): void {
  const startedAt = front.clock.now();
  const connection = connectionOf(request.socket);
  if (connection === null) {
    request.socket.destroy();
    return;
  }
  // What follows bytes that made no sense is not served; the answers that are due before it still go out.
  // Nor is what comes after its client was dismissed; HTTP/2 has told it by itself.
  if (connection.broken || (connection.dismissed && !isHttp2(request))) return;
  const head = headOf(request);
  const checked = check(request, head, options);
  if (!checked.ok) return refuseHead(checked, { request, response, connection }, options, front);
  if (head.target === "*" || answersItself(head)) return answerItself(request, response, front);
  const shown = front.challenge === undefined || options.mode === "forward-proxy" ? null : challengeAnswer(head, checked.framing, front.challenge);
  if (shown !== null) return writeSimple(response, shown);
  const arrival: Taken = { request, response, head, framing: checked.framing, startedAt, connection, gate };
  connection.due++;
  if (isHttp2(request) && isRushing(connection, options)) return calm(request.stream.session as ServerHttp2Session | undefined);
  if (!isHttp2(request)) connection.latest = request;
  if (connection.due === 1 || isHttp2(request)) start(arrival, front);
  else if (connection.waiting.length < MOST_WAITING) connection.waiting.push(() => start(arrival, front));
  else request.socket.destroy();
}

/** A request that was taken in, and what belongs to it. */
interface Taken {
  readonly request: IncomingMessage | Http2ServerRequest;
  readonly response: Response;
  readonly head: RequestHead;
  readonly framing: RequestFraming;
  readonly startedAt: number;
  readonly connection: ClientConnection;
  readonly gate: Gate | null;
}

function start(taken: Taken, front: Front): void {
  if (taken.gate === null) return receive(taken, front.run, front);
  const runner = taken.gate(taken.head, taken.connection.caller);
  if (!(runner instanceof Promise)) return receive(taken, runner ?? front.run, front);
  const { socket } = taken.request;
  runner.then((found) => socket.destroyed || receive(taken, found ?? front.run, front)).catch(() => void socket.destroy());
}

function receive(taken: Taken, run: Runner, front: Front): void {
  const { body, expectsContinue } = taken.framing;
  if (body.kind === "none") return begin(taken, NO_BODY, run, front);
  if (body.kind !== "length" || body.length > AT_ONCE || expectsContinue) return begin(taken, streamed(taken, front), run, front);
  // What follows the head in the same read is parsed right after this call: a tick later a small body is all there.
  process.nextTick(() => begin(taken, bodyNow(taken.request, body.length) ?? streamed(taken, front), run, front));
}

function headOf(request: IncomingMessage | Http2ServerRequest): RequestHead {
  if (isHttp2(request)) return http2Head(request);
  const version = request.httpVersionMinor === 0 ? "1.0" : "1.1";
  const { rawHeaders } = request;
  let authority = "";
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    if (name.length === 4 && name.toLowerCase() === "host") authority = rawHeaders[i + 1] as string;
  }
  return { method: request.method ?? "", target: request.url ?? "", authority, version, headers: rawHeaders };
}

/** Pseudo-fields become what they stand for; cookies that were split for compression are joined (RFC 9113 section 8.2.3). */
function http2Head(request: Http2ServerRequest): RequestHead {
  const headers: string[] = [];
  const cookies: string[] = [];
  const raw = request.rawHeaders;
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i] as string;
    if (name.startsWith(":")) continue;
    if (name === "cookie") cookies.push(raw[i + 1] as string);
    else headers.push(name, raw[i + 1] as string);
  }
  if (cookies.length > 0) headers.push("cookie", cookies.join("; "));
  return { method: request.method, target: request.url, authority: request.authority ?? "", version: "2", headers };
}

type Checked = FramingResult<RequestFraming>;

function check(request: IncomingMessage | Http2ServerRequest, head: RequestHead, { maxFields }: ListenerOptions): Checked {
  if (head.version !== "2" && request.httpVersion !== head.version) return { ok: false, code: "malformed-request", detail: `the version '${request.httpVersion}' is not spoken here` };
  // node drops what is beyond it without a word: a request with so many is refused, for it may have had more.
  if (head.headers.length >= maxFields * 2) return { ok: false, code: "head-too-large", detail: `${maxFields} header fields or more` };
  const framing = requestFraming(head.headers, head.version);
  if (!framing.ok) return framing;
  const { body, upgrade } = framing.framing;
  if (upgrade !== null && body.kind !== "none" && !/^h2c$/i.test(upgrade)) return { ok: false, code: "upgrade-with-body", detail: "Upgrade stands beside a body" };
  return isHttp2(request) ? http2Framing(request, head, framing.framing) : framing;
}

/** In HTTP/2 frames end the body; Content-Length is a promise about it, checked by node. Host must agree with :authority. */
function http2Framing(request: Http2ServerRequest, head: RequestHead, framing: RequestFraming): Checked {
  if (framing.body.kind === "chunked") return { ok: false, code: "framing-conflict", detail: "Transfer-Encoding in HTTP/2" };
  if (framing.host !== null && head.authority !== "" && framing.host !== head.authority) return { ok: false, code: "bad-host", detail: "Host differs from :authority" };
  if (framing.body.kind === "none" && !request.stream.endAfterHeaders) return { ok: true, framing: { ...framing, body: { kind: "chunked" } } };
  return { ok: true, framing };
}

function bodyNow(request: IncomingMessage | Http2ServerRequest, length: number): Body | null {
  if (request.readableLength !== length) return null;
  const bytes = request.read() as Uint8Array | null;
  return bytes === null || bytes.byteLength !== length ? null : { kind: "bytes", bytes };
}

function streamed({ request, response, framing, connection }: Taken, front: Front): Body {
  const length = framing.body.kind === "length" ? framing.body.length : null;
  const before = framing.expectsContinue ? () => response.writeContinue() : null;
  const source = new RequestBody(request, length, front.clock, connection.bounds, before);
  if (!isHttp2(request)) {
    if (connection.broken && !request.complete) source.fail(new BodyFault("malformed", "the bytes broke off inside the body"));
    connection.receiving = source;
    request.once("end", () => {
      if (connection.receiving === source) connection.receiving = null;
    });
  }
  return { kind: "source", source };
}

function begin({ request, response, head, startedAt, connection }: Taken, body: Body, run: Runner, front: Front): void {
  const exchange = createExchange({ id: front.nextId(), caller: connection.caller, head, body, startedAt });
  connection.open.add(exchange);
  if (head.version === "2") response.once("close", () => leftWhole(response) || leave(exchange));
  const informer = (status: number, fields: Headers): void => inform(response, status, fields);
  if (head.version !== "1.0") exchange.inform = informer;
  const over = (): void => {
    connection.open.delete(exchange);
    connection.due--;
    connection.served++;
    if (connection.due === 0) connection.idleSince = front.clock.now();
    finish(request, response, connection);
    // Its last answer may have promised to keep it: that was before.
    if (connection.dismissed && connection.due === 0 && !isHttp2(request)) request.socket.destroySoon();
  };
  run(exchange, (answer) => send(exchange, keptOrNot(request, response, body, front, connection), answer, front.clock, connection.bounds)).then(over, over);
}

/** A connection is not kept where the process ends or a body was not read to its end. Broken bytes end it after the last answer that is due. */
function keptOrNot(request: IncomingMessage | Http2ServerRequest, response: Response, body: Body, front: Front, connection: ClientConnection): Response {
  // node calls a request complete only a while after its last byte: a body that is here says more.
  const unread = body.kind === "source" && !request.complete;
  if (!isHttp2(request) && (((front.draining() || connection.dismissed) && !connection.broken) || unread)) (response as ServerResponse).shouldKeepAlive = false;
  return response;
}

function finish(request: IncomingMessage | Http2ServerRequest, response: Response, connection: ClientConnection): void {
  if (connection.receiving !== null && !request.complete) {
    connection.receiving.fail(new BodyFault("aborted", "the exchange is over"));
    connection.receiving = null;
  }
  if (!response.writableEnded) response.destroy();
  const next = connection.waiting.shift();
  if (next !== undefined) next();
  else if (!connection.refusing) endBroken(request.socket, connection);
}

function refuseHead(checked: Extract<Checked, { ok: false }>, { request, response, connection }: Pick<Taken, "request" | "response" | "connection">, options: ListenerOptions, front: Front): void {
  front.refused(options.name, checked.code, connection.caller.address);
  const answer = problem(checked.code, checked.detail, front.nextId());
  if (!isHttp2(request)) {
    // Where one request ends is exactly what is in question: nothing more is read from this connection.
    connection.broken = true;
    connection.refusing = true;
    (response as ServerResponse).shouldKeepAlive = false;
  }
  writeSimple(response, answer);
}

/** TRACE goes nowhere, for it would show a platform's view of credentials. OPTIONS at the end of its forwards is answered by whoever holds it (RFC 9110 section 7.6.2). */
function answersItself(head: RequestHead): boolean {
  if (head.method !== "OPTIONS") return head.method === "TRACE";
  for (let i = 0; i < head.headers.length; i += 2) {
    if ((head.headers[i] as string).toLowerCase() === "max-forwards") return /^0+$/.test(head.headers[i + 1] as string);
  }
  return false;
}

function answerItself(request: IncomingMessage | Http2ServerRequest, response: Response, front: Front): void {
  if (request.method === "OPTIONS") {
    writeSimple(response, { status: 204, headers: ALLOWED_METHODS, body: NO_BODY });
    return;
  }
  if (request.method === "TRACE") writeSimple(response, problem("method-not-allowed", "TRACE is not answered here", front.nextId(), ["Allow", "OPTIONS"]));
  else writeSimple(response, problem("malformed-target", "'*' goes with OPTIONS alone", front.nextId()));
}

function writeSimple(response: Response, answer: Answer): void {
  const bytes = answer.body.kind === "bytes" ? answer.body.bytes : new Uint8Array();
  const headers = answer.status === 204 ? [...answer.headers] : [...answer.headers, "Content-Length", String(bytes.byteLength)];
  (response as ServerResponse).writeHead(answer.status, headers);
  (response as ServerResponse).end(bytes);
}
