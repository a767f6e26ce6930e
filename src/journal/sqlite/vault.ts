import { createSeal, type SealKey } from "../../base/seal.ts";
import { packAnswer, packRequest, repack, unpackAnswer, unpackRequest } from "./blob.ts";

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
    closeRequest(fields, content, bound) {
      const request = unpackRequest(fields, content, null, bound);
      return request && packRequest(request, seal, bound);
    },
    openRequest(fields, content, bound) {
      const request = unpackRequest(fields, content, seal, bound);
      if (request === null) return null;
      const packed = packRequest(request, null, bound);
      return fields === null ? { ...packed, fields: null } : packed;
    },
    closeAnswer(packed, bound) {
      const answer = unpackAnswer(packed, null, bound);
      return answer && packAnswer(answer, seal, bound);
    },
    openAnswer(packed, bound) {
      const answer = unpackAnswer(packed, seal, bound);
      return answer && packAnswer(answer, null, bound);
    },
  };
}
