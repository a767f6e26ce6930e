import type { X509Certificate } from "node:crypto";
import type { Clock } from "../../base/clock.ts";
import type { Leaf } from "../leaf.ts";
import { chainEnd, type ChainEnd } from "./chain-end.ts";
import type { Watched } from "./watched.ts";

/** The certificates that platforms have shown at handshakes. */
export interface Sightings {
  /** An endpoint (HOST:PORT) has shown this chain, its own certificate first, and it was found good. */
  seen(endpoint: string, chain: readonly X509Certificate[]): void;
  /** Forgets endpoints that are not in use any more. */
  keep(endpoints: ReadonlySet<string>): void;
  /** What is to be watched; `users` says who calls an endpoint. */
  things(users: (endpoint: string) => readonly string[]): Watched[];
  /** What an endpoint showed that ends first; null: nothing was seen. */
  leaf(endpoint: string): Leaf | null;
}

interface Sight extends ChainEnd {
  /** Monotonic. */
  at: number;
}

/** Servers behind one name may show several: one that was not seen for so long, while others were, has been replaced. */
const GONE_MS = 3_600_000;
const MOST_EACH = 8;
const MOST_ENDPOINTS = 10_000;

/** Makes a table without sightings; `changed` is called when there is another thing to watch. */
export function createSightings(clock: Clock, changed: () => void): Sightings {
  const table = new Map<string, Map<string, Sight>>();
  const first = (endpoint: string): Sight | null => [...(table.get(endpoint)?.values() ?? [])].reduce<Sight | null>((least, one) => (least === null || one.notAfter < least.notAfter ? one : least), null);

  return {
    seen(endpoint, chain) {
      // An older path through a chain may have ended without harm: this one was found good.
      const end = chainEnd(chain.filter((one, index) => index === 0 || one.validToDate.getTime() > clock.wall()));
      if (end === null || (!table.has(endpoint) && table.size >= MOST_ENDPOINTS)) return;
      const before = first(endpoint);
      const own = table.get(endpoint) ?? new Map<string, Sight>();
      table.set(endpoint, own);
      own.delete(end.leaf.fingerprint);
      own.set(end.leaf.fingerprint, { ...end, at: clock.now() });
      for (const [fingerprint, { at }] of own) if (clock.now() - at > GONE_MS || own.size > MOST_EACH) own.delete(fingerprint);
      if (first(endpoint)?.leaf.fingerprint !== before?.leaf.fingerprint) changed();
    },
    keep(endpoints) {
      for (const endpoint of table.keys()) if (!endpoints.has(endpoint)) table.delete(endpoint);
    },
    things: (users) => [...table.keys()].flatMap((endpoint) => {
      const sight = first(endpoint);
      return sight === null ? [] : [thingOf(endpoint, sight, users(endpoint))];
    }),
    leaf: (endpoint) => first(endpoint)?.leaf ?? null,
  };
}

function thingOf(endpoint: string, { leaf, notAfter, sooner }: Sight, users: readonly string[]): Watched {
  const detail = sooner === null ? "" : `of its chain '${sooner}' ends first`;
  return { kind: "platform", name: endpoint, where: users.join("; "), notBefore: leaf.notBefore, notAfter, detail, renewedAhead: null, remind: null };
}
