import type { KeyLookUp } from "../base/secret-keys.ts";
import { compileExtractor, type ExtractorSource } from "../document/extractor.ts";
import { networkSet } from "../base/network-set.ts";
import type { IdentityOptions } from "./options.ts";

/**
 * Whose invoice it is, as written in the request (trimmed); null where no source says it. `peer` is the address on the
 * socket.
 */
export type TaxpayerOf = (peer: string, request: ExtractorSource) => string | null;

type Source = IdentityOptions["taxpayer"][number];

/** Taxpayer numbers of any country are shorter, and none has control characters. */
const PLAUSIBLE = /^[\p{L}\p{N}][\p{L}\p{N} ./_:-]{0,63}$/u;

/**
 * Compiles the sources; the first that gives something wins. A source that says two things (a field, query member or
 * member of the body that stands there twice with different values), or that cannot be read, gives nothing. A token's
 * signature is not checked: what it says is as good as any other field of the request.
 */
export function compileTaxpayer(sources: readonly Source[], keys?: KeyLookUp): TaxpayerOf {
  const readers = sources.map((source) => reader(source, keys));
  return (peer, request) => {
    for (let i = 0; i < readers.length; i++) {
      const found = (readers[i] as TaxpayerOf)(peer, request)?.trim() ?? "";
      if (PLAUSIBLE.test(found)) return found;
    }
    return null;
  };
}

function reader({ from, ...options }: Source, keys: KeyLookUp | undefined): TaxpayerOf {
  const extractor = compileExtractor(options, keys);
  const believed = from === undefined ? null : networkSet(from, "identity.taxpayer.from");
  return (peer, request) => {
    if (believed !== null && !believed.has(peer)) return null;
    const found = extractor.read(request);
    return found.kind === "found" && (found.type === "string" || found.type === "number") ? found.text : null;
  };
}
