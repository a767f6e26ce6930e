import { every, type Clock } from "../../base/clock.ts";
import type { CertificateStore } from "../store/store.ts";

/** A lock that is being held. */
export interface HeldLock {
  release(): void;
}

const LONGEST_MS = 120_000;
const SHORTEST_MS = 5000;

/** For how many ms a lock is taken at once: whoever dies with it stands in the way no longer than that. */
export function lockSpan(life: number | null): number {
  return life === null ? LONGEST_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, life / 12));
}

/**
 * Takes the lock of a certificate and holds it until `release`, renewing it three times a span. Null: another has it. `lost`
 * is called once where it went to another; on a disk that is full nobody else can take it either, and we go on.
 */
export function holdLock(name: string, store: Pick<CertificateStore, "lock" | "writable">, clock: Clock, span: number, lost: () => void): HeldLock | null {
  const lock = store.lock(name, span);
  if (lock === null) return null;
  const beat = every(clock, span / 3, () => {
    if (lock.renew() || !store.writable().ok) return;
    beat.cancel();
    lost();
  });
  return {
    release() {
      beat.cancel();
      lock.release();
    },
  };
}
