import type { Clock } from "../base/clock.ts";
import type { Bounds } from "./allowance.ts";
import type { Response } from "./send.ts";
import { Taking } from "./taking.ts";

interface Handle {
  readonly writeQueueSize?: number;
  readonly _parent?: Handle;
}

/** True where everything written has already gone to the system, as it does in nearly every case. */
export function isFlushed(response: Response): boolean {
  return "assignSocket" in response && response.socket !== null && response.socket.writableLength === 0;
}

/**
 * The same, for an answer that was written to a connection with nothing else under way: of TLS node says only a turn later
 * that a write is done, but what the system left of it stands at the handle beneath at once.
 */
export function isHandedOver(response: Response): boolean {
  if (!("assignSocket" in response) || response.socket === null) return false;
  if (response.socket.writableLength === 0) return true;
  // oxlint-disable-next-line no-underscore-dangle -- node tells nowhere else how far a write has come
  return (response.socket as { readonly _handle?: Handle | null })._handle?._parent?.writeQueueSize === 0;
}

/** Says of a closed answer whether all of it left. node calls a reset stream of HTTP/2 finished, too. */
export function leftWhole(response: Response): boolean {
  return response.writableFinished && ("assignSocket" in response || (response.writableEnded && response.stream.rstCode === 0));
}

/**
 * Waits until an answer that was ended has gone to the system. False when the client went before, or was slower than the
 * bounds allow; the time an answer waits for its turn behind earlier ones does not count.
 */
export function flushed(response: Response, clock: Clock, bounds: Bounds): Promise<boolean> {
  const ended = "assignSocket" in response ? "finish" : "close";
  return new Promise((resolve) => {
    const late = (): void => {
      if (!("assignSocket" in response) || response.socket !== null || response.destroyed) return over(false);
      taking = new Taking(response, clock, bounds);
      taking.begin(late);
    };
    const onEnd = (): void => over(leftWhole(response));
    const over = (all: boolean): void => {
      taking.end(false);
      response.off(ended, onEnd);
      response.off("close", onEnd);
      resolve(all);
    };
    let taking = new Taking(response, clock, bounds);
    taking.begin(late);
    response.on(ended, onEnd);
    response.on("close", onEnd);
  });
}
