import type { ByteBudget } from "../base/byte-budget.ts";
import { BodyFault, type BodySource, type Headers } from "../http/message.ts";

/** What became of a body that was read along. */
export interface PumpEnd {
  /** All there: its pieces in order. */
  readonly whole: (pieces: readonly Uint8Array[], size: number) => void;
  /** It grew too large, or broke off: there is nothing to keep. Called once, in place of `whole`. */
  readonly lost: (why: "too-large" | "truncated") => void;
  /** Asked where the reader goes away before the end: does anybody else want the rest? */
  readonly wanted: () => boolean;
}

/**
 * Reads a body to its end at its own pace and hands the same bytes to one reader, who may be slower or go away: whoever
 * waits for the whole does not wait for him. What is ahead of the reader is bounded by `maxBytes`, and for all bodies
 * together by `room`; a body that grows beyond either is no longer kept, and goes at the reader's pace from there on.
 */
export class Pump implements BodySource {
  readonly #source: BodySource;
  readonly #maxBytes: number;
  readonly #room: ByteBudget;
  readonly #end: PumpEnd;
  #pieces: Uint8Array[] = [];
  /** Bytes of `room` that it holds. */
  #held = 0;
  #next = 0;
  #size = 0;
  #state: "pumping" | "whole" | "passing" | "broken" = "pumping";
  #fault: unknown = null;
  #left = false;
  #wake: (() => void) | null = null;

  constructor(source: BodySource, maxBytes: number, room: ByteBudget, end: PumpEnd) {
    this.#source = source;
    this.#maxBytes = maxBytes;
    this.#room = room;
    this.#end = end;
  }

  get length(): number | null {
    return this.#source.length;
  }

  /** Begins; what is there already is taken at once. */
  start(): this {
    void this.#run();
    return this;
  }

  read(): Uint8Array | null | Promise<Uint8Array | null> {
    if (this.#next < this.#pieces.length) return this.#take();
    if (this.#state === "whole") return null;
    if (this.#state === "broken") throw this.#fault;
    if (this.#state === "passing") return this.#source.read();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#wake = resolve;
    return promise.then(() => this.read());
  }

  cancel(): void {
    if (this.#left) return;
    this.#left = true;
    if (this.#state !== "pumping") this.#letGo();
    if (this.#state === "whole" || (this.#state === "pumping" && this.#end.wanted())) return;
    this.#source.cancel();
    if (this.#state === "pumping") this.#lose("truncated", new BodyFault("aborted", "the reader went away"));
  }

  trailers(): Headers {
    return this.#source.trailers();
  }

  #take(): Uint8Array {
    const piece = this.#pieces[this.#next] as Uint8Array;
    this.#next++;
    if (this.#state !== "pumping" && this.#next === this.#pieces.length) this.#letGo();
    return piece;
  }

  /** Nobody reads what is held any more. */
  #letGo(): void {
    this.#pieces = [];
    this.#next = 0;
    this.#room.give(this.#held);
    this.#held = 0;
  }

  async #run(): Promise<void> {
    try {
      let next = this.#source.read();
      for (let piece = next instanceof Promise ? await next : next; piece !== null; piece = next instanceof Promise ? await next : next) {
        if (this.#state !== "pumping") return;
        this.#pieces.push(piece);
        this.#size += piece.byteLength;
        if (!this.#room.take(piece.byteLength)) return this.#pass();
        this.#held += piece.byteLength;
        if (this.#size > this.#maxBytes) return this.#pass();
        this.#wakeUp();
        next = this.#source.read();
      }
    } catch (fault) {
      // Whatever it is, the reader is told: it throws there.
      if (this.#state === "pumping") this.#lose("truncated", fault);
      return;
    }
    if (this.#state !== "pumping") return;
    this.#state = "whole";
    this.#end.whole(this.#pieces, this.#size);
    if (this.#left || this.#next === this.#pieces.length) this.#letGo();
    this.#wakeUp();
  }

  #pass(): void {
    this.#state = "passing";
    this.#end.lost("too-large");
    if (this.#left) this.#source.cancel();
    if (this.#left || this.#next === this.#pieces.length) this.#letGo();
    this.#wakeUp();
  }

  #lose(why: "truncated", fault: unknown): void {
    this.#state = "broken";
    this.#fault = fault;
    this.#end.lost(why);
    // What is here may still be read; where nobody will, or all of it was, it goes.
    if (this.#left || this.#next === this.#pieces.length) this.#letGo();
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
