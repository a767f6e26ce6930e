import type { EntryAddress } from "../entry.ts";
import { marksOver } from "./invalidation-message.ts";

/** The mark whose move voids everything. */
export const EPOCH = "e";

/** This instance's copy of the marks that reach over paths (see marks.ts). */
export interface WideMarks {
  /** The epoch as Redis has it, as far as is known; undefined before the first {@link WideMarks.replace}. */
  readonly epoch: string | undefined;
  /** Takes over all marks that Redis has. */
  replace(all: Iterable<readonly [mark: string, token: string]>): void;
  /** Redis has moved a mark; "" is none. */
  move(mark: string, token: string): void;
  /** A move is about to be sent: it counts from now on, or a look-up that is sent meanwhile would find what it voids. Gives what takes that back. */
  send(mark: string, token: string): () => void;
  /** Marks that an entry counts under, in pairs. */
  of(address: EntryAddress): string[];
}

/** Makes an empty copy. */
export function createWideMarks(): WideMarks {
  let marks = new Map<string, string>();
  // Apart from the others: what is heard of another instance meanwhile must not undo it.
  const sending = new Map<string, string>();
  const standing = (mark: string): string => sending.get(mark) ?? marks.get(mark) ?? "";
  return {
    get epoch() {
      return marks.get(EPOCH);
    },
    replace: (all) => void (marks = new Map(all)),
    move(mark, token) {
      if (mark === EPOCH) marks.clear();
      if (mark !== "") marks.set(mark, token);
    },
    send(mark, token) {
      if (mark !== "") sending.set(mark, token);
      return () => void (sending.get(mark) === token && sending.delete(mark));
    },
    of: (address) => [EPOCH, "s:a", ...marksOver(address).flatMap((name) => [`h:${name}`, `s:${name}`])].map(standing),
  };
}
