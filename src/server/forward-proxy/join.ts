import type { Socket } from "node:net";
import type { Clock, Timer } from "../../base/clock.ts";

/** Toward the host, or back to the client. */
export type Direction = "out" | "in";

/** What joining two connections needs. */
export interface JoinEnv {
  readonly clock: Clock;
  /** Longest pause in ms in which nothing goes either way. */
  readonly idle: number;
  /** Told of bytes as they pass. */
  readonly moved: (direction: Direction, bytes: number) => void;
}

/** How it ended: both sides were through, one broke off, or nothing moved any more. */
export type JoinEnd = "closed" | "broken" | "idle";

/**
 * Carries bytes both ways, unread, until both sides are closed. Either side may finish before the other; whoever breaks off
 * takes the other one along. `near` and `far` must allow half-open connections.
 */
export function join(near: Socket, far: Socket, { clock, idle, moved }: JoinEnv): Promise<JoinEnd> {
  return new Promise((done) => {
    let movedAt = clock.now();
    let end: JoinEnd = "closed";
    let open = 2;
    const look = (): void => {
      const rest = movedAt + idle - clock.now();
      if (rest > 0) timer = clock.after(rest, look, true);
      else stop("idle");
    };
    let timer: Timer = clock.after(idle, look, true);
    const stop = (why: JoinEnd): void => {
      if (end === "closed") end = why;
      // Not a clean end, which could be taken for the end of what was sent.
      near.resetAndDestroy();
      far.resetAndDestroy();
    };
    const carry = (from: Socket, to: Socket, direction: Direction): void => {
      from.on("data", (bytes: Uint8Array) => {
        movedAt = clock.now();
        moved(direction, bytes.byteLength);
      });
      from.pipe(to);
      from.on("error", () => stop("broken"));
      from.once("close", () => {
        // One that went without saying so leaves nothing to wait for.
        if (!from.readableEnded || !from.writableFinished) stop("broken");
        if (--open > 0) return;
        timer.cancel();
        done(end);
      });
    };
    carry(near, far, "out");
    carry(far, near, "in");
  });
}
