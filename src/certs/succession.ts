import type { KeyPair } from "./key-pair.ts";
import { prove } from "./prove.ts";

/** Which of two pairs to use. */
export interface Succession {
  readonly pair: KeyPair;
  /** Why the new one is not used; null: it is. */
  readonly kept: string | null;
}

/**
 * The old pair is kept until the new one has proven itself: parsed, key matches, chain complete, valid at `now` (ms since
 * 1970). Where the old one proves no better, or there is none, the new one is used as it is.
 */
export function succession(next: KeyPair, before: KeyPair | null, now: number): Succession {
  const proof = prove(next, { names: [], now });
  if (proof.ok || before === null || !prove(before, { names: [], now }).ok) return { pair: next, kept: null };
  return { pair: before, kept: proof.why };
}
