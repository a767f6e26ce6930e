import type { Clock } from "../base/clock.ts";
import type { Response } from "./send.ts";

/** True where everything written has already gone to the system, as it does in nearly every case. */
export function isFlushed(response: Response): boolean {
  return "assignSocket" in response && response.socket !== null && response.socket.writableLength === 0;
}

/** Says of a closed answer whether all of it left. node calls a reset stream of HTTP/2 finished, too. */
export function leftWhole(response: Response): boolean {
  return response.writableFinished && ("assignSocket" in response || (response.writableEnded && response.stream.rstCode === 0));
}

/**
 * Waits until an answer that was ended has gone to the system. False when the client went before, or took nothing for
 * `pause` milliseconds; the time an answer waits for its turn behind earlier ones does not count.
 */
export function flushed(response: Response, clock: Clock, pause: number): Promise<boolean> {
  const ended = "assignSocket" in response ? "finish" : "close";
  return new Promise((resolve) => {
    const late = (): void => {
      if ("assignSocket" in response && response.socket === null && !response.destroyed) timer = clock.after(pause, late);
      else over(false);
    };
    const onEnd = (): void => over(leftWhole(response));
    const over = (all: boolean): void => {
      timer.cancel();
      response.off(ended, onEnd);
      response.off("close", onEnd);
      resolve(all);
    };
    let timer = clock.after(pause, late);
    response.on(ended, onEnd);
    response.on("close", onEnd);
  });
}
