import { createSeal, type Seal, type SealKey } from "../../base/seal.ts";
import { repack, reseal } from "./blob.ts";

/*
 * The event loop packs and unpacks without a seal; the store's threads put the seal on and take it off, because that
 * costs several times as much as the rest.
 */

/** Puts blobs under seal and takes them out. All give null where a blob is damaged, or its key unknown. */
export interface Vault {
  closeRequest(fields: Uint8Array | null, content: Uint8Array, bound: string): { readonly fields: Uint8Array | null; readonly content: Uint8Array } | null;
  openRequest(fields: Uint8Array | null, content: Uint8Array, bound: string): { readonly fields: Uint8Array | null; readonly content: Uint8Array } | null;
  closeAnswer(packed: Uint8Array, bound: string): Uint8Array | null;
  openAnswer(packed: Uint8Array, bound: string): Uint8Array | null;
  /** As small as it gets, under the newest key. */
  archiveAnswer(packed: Uint8Array, bound: string): Uint8Array | null;
}

/** Nothing is encrypted: blobs pass as they are, and whoever unpacks them finds damage. */
const GLASS: Vault = {
  closeRequest: (fields, content) => ({ fields, content }),
  openRequest: (fields, content) => ({ fields, content }),
  closeAnswer: (packed) => packed,
  openAnswer: (packed) => packed,
  archiveAnswer: (packed, bound) => repack(packed, "answer", null, bound),
};

/** A vault with these keys; none: nothing is encrypted. */
export function createVault(keys: readonly SealKey[]): Vault {
  if (keys.length === 0) return GLASS;
  const seal = createSeal(keys);
  return {
    archiveAnswer: (packed, bound) => repack(packed, "answer", seal, bound),
    closeRequest: (fields, content, bound) => resealRequest(fields, content, null, seal, bound),
    openRequest: (fields, content, bound) => resealRequest(fields, content, seal, null, bound),
    closeAnswer: (packed, bound) => reseal(packed, "answer", null, seal, bound),
    openAnswer: (packed, bound) => reseal(packed, "answer", seal, null, bound),
  };
}

/** Fields that were dropped stay dropped. */
function resealRequest(fields: Uint8Array | null, content: Uint8Array, from: Seal | null, to: Seal | null, bound: string): { readonly fields: Uint8Array | null; readonly content: Uint8Array } | null {
  const body = reseal(content, "content", from, to, bound);
  const head = fields === null ? null : reseal(fields, "fields", from, to, bound);
  return body === null || (fields !== null && head === null) ? null : { fields: head, content: body };
}
