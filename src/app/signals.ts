import type { Stoppable } from "../base/lifetime.ts";

/** SIGTERM and SIGINT drain, a second one stops at once, SIGHUP reloads. */
export function onSignals(drain: () => void, stopNow: () => void, reload: () => void): Stoppable {
  let asked = 0;
  const end = (): void => (++asked === 1 ? drain() : stopNow());
  process.on("SIGTERM", end).on("SIGINT", end).on("SIGHUP", reload);
  return {
    stop: () => void process.off("SIGTERM", end).off("SIGINT", end).off("SIGHUP", reload),
  };
}
