import type { Clock, Timer } from "../base/clock.ts";
import { Allowance, type Bounds } from "./allowance.ts";
import type { Response } from "./send.ts";

interface Handle {
  readonly writeQueueSize?: number;
  readonly _parent?: Handle;
}

/** What was written and is not taken yet: writes that are not done, and what the system has left of the one under way. */
interface Untaken {
  readonly written: number;
  readonly queued: number;
}

function untaken(response: Response): Untaken {
  if (!("assignSocket" in response)) return { written: response.stream.writableLength, queued: 0 };
  const { socket } = response;
  if (socket === null) return { written: 0, queued: 0 };
  // oxlint-disable-next-line no-underscore-dangle -- node tells nowhere else how far a write has come; of TLS the handle beneath counts
  const handle = (socket as { readonly _handle?: Handle | null })._handle;
  // oxlint-disable-next-line no-underscore-dangle -- see above
  return { written: socket.writableLength, queued: (handle?._parent ?? handle)?.writeQueueSize ?? 0 };
}

/** Watches how fast a client takes one answer, while there is something to take. */
export class Taking {
  readonly #response: Response;
  readonly #clock: Clock;
  readonly #allowance: Allowance;
  #timer: Timer | null = null;
  #since = 0;
  #before: Untaken = { written: 0, queued: 0 };

  constructor(response: Response, clock: Clock, bounds: Bounds) {
    this.#response = response;
    this.#clock = clock;
    this.#allowance = new Allowance(bounds);
  }

  /** A wait begins; `late` is called once the client has taken too little for too long. */
  begin(late: () => void): void {
    this.#since = this.#clock.now();
    this.#before = untaken(this.#response);
    this.#timer = this.#clock.after(this.#allowance.left, () => this.#look(late));
  }

  /** The wait is over. `isTaken`: everything written was taken. */
  end(isTaken: boolean): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#allowance.waited(this.#clock.now() - this.#since, isTaken ? this.#before.written : 0);
  }

  #look(late: () => void): void {
    const now = this.#clock.now();
    const after = untaken(this.#response);
    const { written, queued } = this.#before;
    this.#allowance.waited(now - this.#since, after.written < written ? written - after.written : Math.max(0, queued - after.queued));
    this.#since = now;
    this.#before = after;
    const { left } = this.#allowance;
    if (left === 0) late();
    else this.#timer = this.#clock.after(left, () => this.#look(late));
  }
}
