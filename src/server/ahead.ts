import type { BodySource } from "../http/message.ts";

/** Of one answer, and of all together, so much is held for clients that are slower than the platform. */
const MOST_EACH = 256 * 1024;
const MOST_ALL = 128 * 1024 * 1024;
let heldByAll = 0;

/**
 * An answer that is read ahead of a client that is slow to take it, so that the platform's connection is free again: slow
 * readers would hold all of them otherwise, and the others wait.
 */
export class Ahead {
  readonly #source: BodySource;
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #reading: Promise<void> | null = null;
  #isFilling = false;
  #isOver = false;
  #fault: unknown = null;

  constructor(source: BodySource) {
    this.#source = source;
  }

  /** Bytes that are here. */
  get held(): number {
    return this.#bytes;
  }

  /** As of the source. */
  next(): Uint8Array | null | Promise<Uint8Array | null> {
    this.#isFilling = false;
    const first = this.#pieces.shift();
    if (first !== undefined) {
      this.#bytes -= first.byteLength;
      heldByAll -= first.byteLength;
      return first;
    }
    if (this.#reading !== null) return this.#reading.then(() => this.next());
    if (this.#fault !== null) return Promise.reject(this.#fault);
    return this.#isOver ? null : this.#source.read();
  }

  /** Reads on while the client takes what it has; until the next piece is asked for. */
  fill(): void {
    this.#isFilling = true;
    while (this.#isFilling && this.#reading === null && !this.#isOver && this.#fault === null && this.#hasRoom()) {
      const read = this.#source.read();
      if (!(read instanceof Promise)) this.#take(read);
      else this.#reading = read.then((chunk) => this.#take(chunk), (fault: unknown) => void (this.#fault = fault)).then(() => this.#readOn());
    }
  }

  /** Nothing more is asked for: what is held is let go. */
  letGo(): void {
    this.#isOver = true;
    this.#isFilling = false;
    this.#pieces.length = 0;
    heldByAll -= this.#bytes;
    this.#bytes = 0;
  }

  #hasRoom(): boolean {
    return this.#bytes < MOST_EACH && heldByAll < MOST_ALL;
  }

  #readOn(): void {
    this.#reading = null;
    if (this.#isFilling) this.fill();
  }

  #take(chunk: Uint8Array | null): void {
    if (chunk === null) {
      this.#isOver = true;
      return;
    }
    // Let go meanwhile.
    if (this.#isOver) return;
    this.#pieces.push(chunk);
    this.#bytes += chunk.byteLength;
    heldByAll += chunk.byteLength;
  }
}
