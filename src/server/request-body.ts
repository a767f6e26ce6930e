import type { Readable } from "node:stream";
import type { Clock, Timer } from "../base/clock.ts";
import { BodyFault, type BodySource, type Headers } from "../http/message.ts";
import { Allowance, type Bounds } from "./allowance.ts";

const NO_TRAILERS: Headers = [];

interface Reader {
  resolve(chunk: Uint8Array | null): void;
  reject(fault: BodyFault): void;
  timer: Timer;
  since: number;
}

/** The body of a request as the pipeline reads it: pulled from node's stream, with a bound on every pause and on how slow it may be. */
export class RequestBody implements BodySource {
  readonly length: number | null;
  readonly #stream: Readable;
  readonly #clock: Clock;
  readonly #allowance: Allowance;
  #before: (() => void) | null;
  #reader: Reader | null = null;
  #fault: BodyFault | null = null;
  #listening = false;
  #ended = false;

  /** `before` runs once when the body is first asked for (100 Continue). */
  constructor(stream: Readable, length: number | null, clock: Clock, bounds: Bounds, before: (() => void) | null) {
    this.#stream = stream;
    this.length = length;
    this.#clock = clock;
    this.#allowance = new Allowance(bounds);
    this.#before = before;
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    this.#begin();
    if (this.#fault !== null) return Promise.reject(this.#fault);
    const chunk = this.#stream.read() as Uint8Array | null;
    if (chunk !== null) {
      this.#allowance.waited(0, chunk.byteLength);
      return chunk;
    }
    if (this.#ended) return null;
    return new Promise((resolve, reject) => {
      const timer = this.#clock.after(this.#allowance.left, () => this.fail(new BodyFault("timeout", "the body came too slowly or paused for too long")));
      this.#reader = { resolve, reject, timer, since: this.#clock.now() };
    });
  }

  /** Ends the body: it will never be complete. */
  fail(fault: BodyFault): void {
    if (this.#ended || this.#fault !== null) return;
    this.#fault = fault;
    const reader = this.#taken();
    reader?.reject(fault);
  }

  cancel(): void {
    this.fail(new BodyFault("aborted", "the body is not wanted any more"));
    if (this.#listening) this.#stream.resume();
  }

  /** Trailers of requests are not passed on: they may be dropped (RFC 9110 section 6.5.1), and undici cannot send them. */
  trailers(): Headers {
    return NO_TRAILERS;
  }

  #begin(): void {
    if (this.#listening) return;
    this.#listening = true;
    this.#before?.();
    this.#before = null;
    const stream = this.#stream;
    this.#ended = stream.readableEnded;
    // Whoever asks late hears no event any more.
    if (stream.destroyed) return this.fail(new BodyFault("aborted", "the client went away before the body was read"));
    stream.on("readable", () => this.#serve());
    stream.on("end", () => {
      this.#ended = true;
      this.#taken()?.resolve(null);
    });
    stream.on("error", () => this.fail(new BodyFault("aborted", "the client went away inside the body")));
    stream.on("close", () => this.fail(new BodyFault("aborted", "the client went away inside the body")));
  }

  #serve(): void {
    if (this.#reader === null) return;
    const chunk = this.#stream.read() as Uint8Array | null;
    if (chunk === null) return;
    // Only while it is waited for: what the platform makes us wait is not the client's.
    this.#allowance.waited(this.#clock.now() - this.#reader.since, chunk.byteLength);
    this.#taken()?.resolve(chunk);
  }

  #taken(): Reader | null {
    const reader = this.#reader;
    this.#reader = null;
    reader?.timer.cancel();
    return reader;
  }
}
