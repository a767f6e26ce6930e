/** A signal as something to wait for. */
export interface Stopping {
  /** Settles once it was given. */
  readonly stopped: Promise<void>;
  /** Lets go of the signal, which may live much longer. */
  release(): void;
}

/** Waits for a signal. */
export function stopping(signal: AbortSignal): Stopping {
  const { promise, resolve } = Promise.withResolvers<void>();
  const onAbort = (): void => resolve();
  signal.addEventListener("abort", onAbort);
  if (signal.aborted) resolve();
  return { stopped: promise, release: () => signal.removeEventListener("abort", onAbort) };
}
