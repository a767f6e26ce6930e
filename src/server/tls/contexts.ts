import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import { LRUCache } from "lru-cache";
import type { KeyPair } from "../../certs/key-pair.ts";

/** Contexts of certificates that are made on demand; as many as a listener could need, and few enough to hold. */
const MOST_MINTED = 500;

/** Contexts with one set of demands on clients and one set of ticket keys. */
export interface Contexts {
  /** The context of a pair: made once, taken over from the contexts before where nothing has changed. Throws where the pair is broken. */
  of(pair: KeyPair): SecureContext;
  /** The same for a host's pair that was made on demand; those that were used last are kept. */
  minted(host: string, pair: KeyPair): SecureContext;
  /** What all of them have in common. */
  readonly common: SecureContextOptions;
  /** Successors that keep the contexts of these pairs, and those made on demand. */
  keeping(pairs: readonly KeyPair[]): Contexts;
}

/** Makes contexts. `common` belongs to each: OpenSSL takes authorities and ticket keys from the one that the name chose. */
export function createContexts(common: SecureContextOptions): Contexts {
  const minted = new LRUCache<string, { readonly pair: KeyPair; readonly context: SecureContext }>({ max: MOST_MINTED });
  // What is broken in it shows now, not at the first handshake.
  createSecureContext(common);
  const make = ({ cert, key }: KeyPair): SecureContext => createSecureContext({ ...common, cert, key });
  const over = (known: Map<string, SecureContext>): Contexts => ({
    common,
    of(pair) {
      const id = idOf(pair);
      let context = known.get(id);
      if (context === undefined) known.set(id, (context = make(pair)));
      return context;
    },
    minted(host, pair) {
      const kept = minted.get(host);
      if (kept !== undefined && kept.pair === pair) return kept.context;
      const context = make(pair);
      minted.set(host, { pair, context });
      return context;
    },
    keeping(pairs) {
      const ids = new Set(pairs.map(idOf));
      return over(new Map([...known].filter(([id]) => ids.has(id))));
    },
  });
  return over(new Map());
}

function idOf({ cert, key }: KeyPair): string {
  return `${cert}\n${key}`;
}
