import type { Clock } from "../base/clock.ts";
import type { Response } from "./send.ts";

/** True where everything written has already gone to the system, as it does in nearly every case. */
export function isFlushed(response: Response): boolean {
  return "assignSocket" in response && response.socket !== null && response.socket.writableLength === 0;
}

/**
 * Waits until an answer that was ended has gone to the system. False when the client went before, or took nothing for
 * `pause` milliseconds; the time an answer waits for its turn behind earlier ones does not count.
 */
export function flushed(response: Response, clock: Clock, pause: number): Promise<boolean> {
  return new Promise((resolve) => {
    const late = (): void => {
      if ("assignSocket" in response && response.socket === null && !response.destroyed) timer = clock.after(pause, late);
      else over(false);
    };
    const over = (all: boolean): void => {
      timer.cancel();
      response.off("finish", onFinish);
      response.off("close", onClose);
      resolve(all);
    };
    const onFinish = (): void => over(true);
    const onClose = (): void => over(response.writableFinished);
    let timer = clock.after(pause, late);
    response.on("finish", onFinish);
    response.on("close", onClose);
  });
}
