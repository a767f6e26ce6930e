/** Most that are kept; whoever has more asked for more at once than ever will be again. */
const MOST = 16;

/** Nonces that an authority gave out (RFC 8555 section 6.5), each good for one call. The newest goes first: after a refusal it is that of the answer. */
export interface Nonces {
  /** The newest; null: there is none. */
  take(): string | null;
  /** Keeps the one of an answer; what is none is left out. */
  add(nonce: string | null): void;
}

/** Starts empty. */
export function createNonces(): Nonces {
  let kept: string[] = [];
  return {
    take: () => kept.pop() ?? null,
    add(nonce) {
      if (nonce === null || !/^[A-Za-z0-9_-]{1,1000}$/.test(nonce)) return;
      kept = [...kept, nonce].slice(-MOST);
    },
  };
}
