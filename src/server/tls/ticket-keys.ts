import { randomBytes } from "node:crypto";
import { every, type Clock } from "../../base/clock.ts";

/** What session tickets of one listener are sealed with. */
export interface TicketKeys {
  /** 48 bytes as node wants them: name, HMAC key, AES key. */
  current(): Buffer;
  /** Takes others: no ticket that was given out so far opens a session any more. */
  replace(keys: Buffer): void;
  stop(): void;
}

const SIZE = 48;
/** Whoever gets hold of them reads what was resumed with them: not for longer than this. */
const ROTATION_MS = 12 * 60 * 60 * 1000;

/** Keys that nobody knows. */
export function freshTicketKeys(): Buffer {
  return randomBytes(SIZE);
}

/** Makes keys that are rotated through the clock; `rotated` is told of that. */
export function ticketKeys(clock: Clock, rotated: () => void): TicketKeys {
  let keys = freshTicketKeys();
  const rotation = every(clock, ROTATION_MS, () => {
    keys = freshTicketKeys();
    rotated();
  });
  return {
    current: () => keys,
    replace(next) {
      keys = next;
    },
    stop: () => rotation.cancel(),
  };
}
