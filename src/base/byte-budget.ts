/** A bound on bytes held at once by all exchanges together. */
export interface ByteBudget {
  /** Takes room for `bytes` more; false, and nothing taken, where there is none. */
  take(bytes: number): boolean;
  /** Gives room back. */
  give(bytes: number): void;
  /** Bytes held now. */
  held(): number;
}

/** Makes a budget of `size` bytes. */
export function byteBudget(size: number): ByteBudget {
  let held = 0;
  return {
    take(bytes) {
      if (held + bytes > size) return false;
      held += bytes;
      return true;
    },
    give(bytes) {
      held -= bytes;
    },
    held: () => held,
  };
}
