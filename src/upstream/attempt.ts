import type { Dispatcher } from "undici";
import { answerFraming } from "../http/framing.ts";
import { BodyFault, NO_BODY, type Answer, type Body, type BodySource, type Headers } from "../http/message.ts";
import type { Connection } from "./connections.ts";
import { causeOfFailure, MalformedAnswer } from "./failure.ts";
import { textPairs } from "./raw-headers.ts";
import { dispatchBody } from "./request-stream.ts";
import type { AttemptCause, AttemptResult } from "./result.ts";

/** What is sent to an endpoint: hop-by-hop fields are already gone, Host is the first pair. */
export interface AttemptRequest {
  readonly method: string;
  /** Path and query as they go on the request line. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: Body;
  /** Bound in ms for the answer's head and each piece of its body; null: the pool's own. */
  readonly responseTimeout: number | null;
}

/** Where an attempt reports. */
export interface AttemptEvents {
  /** Called once; the answer's body may still be coming. */
  settled(result: AttemptResult): void;
  /** Called once, after `settled`, when the connection is free again. */
  released(): void;
  /** Called once, right before the request is handed to the socket. */
  handed(): void;
  /** An interim answer (1xx but 100 and 101). */
  informed(status: number, headers: Headers): void;
}

/** So much of an answer is kept for a slow reader before the platform is told to wait. */
const HIGH_WATER = 256 * 1024;

/**
 * One request on one connection. It is the undici handler, the classification of what happens, and the body of the
 * answer at once, because they share every bit of state and one object an attempt is what the hot path can afford.
 */
export class Attempt implements Dispatcher.DispatchHandler, BodySource {
  length: number | null = null;
  readonly #connection: Connection;
  readonly #request: AttemptRequest;
  readonly #events: AttemptEvents;
  readonly #place: { readonly endpoint: string; readonly region: string };
  #controller: Dispatcher.DispatchController | null = null;
  #cancelled: AttemptCause | null = null;
  #settled = false;
  #released = false;
  #status = 0;
  #headers: Headers = [];
  #untilClose = false;
  #chunks: Uint8Array[] = [];
  #buffered = 0;
  #ended = false;
  #fault: BodyFault | null = null;
  #trailers: Headers = [];
  #wake: { resolve(chunk: Uint8Array | null): void; reject(fault: BodyFault): void } | null = null;

  constructor(connection: Connection, request: AttemptRequest, place: { endpoint: string; region: string }, events: AttemptEvents) {
    this.#connection = connection;
    this.#request = request;
    this.#place = place;
    this.#events = events;
  }

  /** Hands the request to the connection. */
  start(): void {
    const request = this.#request;
    try {
      this.#connection.client.dispatch(
        {
          path: request.target,
          method: request.method,
          headers: request.headers as string[],
          body: dispatchBody(request.body),
          headersTimeout: request.responseTimeout,
          bodyTimeout: request.responseTimeout,
          reset: this.#connection.once || undefined,
          servername: this.#connection.serverName,
        } as Dispatcher.DispatchOptions,
        this,
      );
    } catch (error) {
      this.#fail("malformed-answer", error as Error);
    }
  }

  /** Ends it: the caller is gone or a deadline has passed. */
  abort(cause: AttemptCause): void {
    if (this.#ended || this.#cancelled !== null) return;
    this.#cancelled = cause;
    if (this.#controller !== null) this.#controller.abort(new Error(cause));
    else this.#settle({ kind: "not-sent", cause, detail: "given up before anything was sent", endpoint: this.#place.endpoint });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#events.handed();
    if (this.#cancelled !== null) controller.abort(new Error(this.#cancelled));
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number): void {
    const headers = textPairs(controller.rawHeaders ?? []);
    if (status < 200) {
      this.#events.informed(status, headers);
      return;
    }
    const framing = answerFraming(headers, this.#request.method, status);
    if (!framing.ok) {
      controller.abort(new MalformedAnswer(framing.detail));
      return;
    }
    this.#status = status;
    this.#headers = headers;
    this.#untilClose = framing.framing.kind === "until-close";
    if (framing.framing.kind === "length") this.length = framing.framing.length;
    // The rest of a small answer is already in the same read: after it, the body is bytes instead of a stream.
    queueMicrotask(() => this.#answer());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Uint8Array): void {
    if (this.#wake !== null) {
      const wake = this.#wake;
      this.#wake = null;
      wake.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#buffered += chunk.byteLength;
    if (this.#buffered > HIGH_WATER) controller.pause();
  }

  onResponseEnd(controller: Dispatcher.DispatchController): void {
    // A body that lasts until the connection's end is whole only where the connection ended in order.
    if (this.#untilClose && this.#connection.failure !== null) {
      this.onResponseError(controller, this.#connection.failure);
      return;
    }
    this.#ended = true;
    this.#trailers = textPairs(controller.rawTrailers ?? []);
    this.#wake?.resolve(null);
    this.#wake = null;
    this.#release();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    const detail = error.message;
    const cause = this.#cancelled ?? causeOfFailure(error, this.#controller !== null);
    if (this.#settled) this.#break(new BodyFault(cause === "response-timeout" ? "timeout" : "truncated", detail));
    else this.#fail(cause, error);
    this.#release();
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#buffered -= chunk.byteLength;
      if (this.#controller?.paused === true && this.#buffered < HIGH_WATER / 2) this.#controller.resume();
      return chunk;
    }
    if (this.#fault !== null) return Promise.reject(this.#fault);
    if (this.#ended) return null;
    return new Promise((resolve, reject) => {
      this.#wake = { resolve, reject };
    });
  }

  cancel(): void {
    this.#chunks = [];
    this.abort("cancelled");
  }

  trailers(): Headers {
    return this.#trailers;
  }

  #answer(): void {
    if (this.#settled) return;
    const answer: Answer = { status: this.#status, headers: this.#headers, body: this.#bodyNow() };
    this.#settle({ kind: "answered", cause: "answer", answer, ...this.#place });
  }

  #bodyNow(): Body {
    if (!this.#ended || this.#trailers.length > 0) return { kind: "source", source: this };
    if (this.#chunks.length === 0) return NO_BODY;
    if (this.#chunks.length > 1) return { kind: "source", source: this };
    return { kind: "bytes", bytes: this.#chunks[0] as Uint8Array };
  }

  #break(fault: BodyFault): void {
    this.#ended = true;
    this.#fault = fault;
    this.#wake?.reject(fault);
    this.#wake = null;
  }

  #fail(cause: AttemptCause, error: Error): void {
    const sent = this.#controller !== null;
    const detail = error.message;
    const bodyFault = error instanceof BodyFault ? error.reason : null;
    const { endpoint } = this.#place;
    this.#settle(sent ? { kind: "in-doubt", cause, detail, endpoint, bodyFault } : { kind: "not-sent", cause, detail, endpoint });
    this.#release();
  }

  #settle(result: AttemptResult): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#events.settled(result);
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#events.released();
  }
}
