import { clientOf } from "./client-of.ts";
import type { Clock } from "./clock.ts";

/** How many wrong tokens a peer may show, and how long it then waits. */
export const MOST_TRIES = 10;
const WINDOW = 60_000;
const MOST_PEERS = 10_000;

/** Remembers wrong tokens and passwords by peer, see {@link clientOf}. */
export interface FailedTries {
  /** Milliseconds until this peer may try again; 0 where it may now. */
  waitFor(address: string): number;
  /** Notes a wrong one. */
  note(address: string): void;
}

/**
 * Makes an empty table of at most 10,000 peers. Ten wrong tokens within a minute of the first shut a peer out for the
 * rest of that minute. A full table forgets the peer that came first; the bound on checks at a time still holds then.
 */
export function createFailedTries(clock: Clock): FailedTries {
  const peers = new Map<string, { count: number; until: number }>();
  const current = (key: string): { count: number; until: number } | null => {
    const entry = peers.get(key);
    if (entry !== undefined && entry.until > clock.now()) return entry;
    peers.delete(key);
    return null;
  };
  return {
    waitFor(address) {
      const entry = current(clientOf(address));
      return entry === null || entry.count < MOST_TRIES ? 0 : entry.until - clock.now();
    },
    note(address) {
      const key = clientOf(address);
      const entry = current(key);
      if (entry !== null) {
        entry.count += 1;
        return;
      }
      if (peers.size >= MOST_PEERS) peers.delete(peers.keys().next().value as string);
      peers.set(key, { count: 1, until: clock.now() + WINDOW });
    },
  };
}
