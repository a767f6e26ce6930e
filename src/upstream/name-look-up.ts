import { Resolver } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";
import type { Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";

/** An address of a name, and for how many seconds it holds. */
export interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** Asks for a name's addresses of one family. Rejects where there are none, with node's code for why. */
export type AskNames = (host: string, family: 4 | 6) => Promise<readonly AddressRecord[]>;

/** Looks names up at name servers of their own, in place of the system. */
export interface NameLookUp extends Stoppable {
  /** For sockets; gives both families, as node's own does. */
  readonly lookup: LookupFunction;
}

/** Once one family is here, the other one is waited for so long (RFC 8305 section 3): some servers never answer for IPv6. */
const RESOLUTION_DELAY_MS = 50;
/** Bounds on how long an answer is kept, whatever it says, in ms. */
const LEAST_KEPT_MS = 1000;
const LONGEST_KEPT_MS = 3_600_000;
/** An answer serves for so long beyond its time where the name servers are away. */
const STALE_MS = 600_000;
const MOST_NAMES = 256;
const SERVER_TIMEOUT_MS = 1500;
const TRIES = 2;
/** What says that there is no such address, and not that nobody knows. */
const NONE = new Set(["ENOTFOUND", "ENODATA"]);

interface Known {
  readonly addresses: readonly string[];
  readonly until: number;
}

/** Leads every name to one address. */
export function fixedLookup(address: string): LookupFunction {
  return (_host, { all }, done) => give([address], all, done);
}

/** Makes one for name servers (`10.0.0.53`, `10.0.0.53:5353`, `[2001:db8::53]:53`); `ask` replaces them in tests. */
export function createNameLookUp(servers: readonly string[], clock: Clock, ask: AskNames = asking(servers)): NameLookUp {
  const known = new Map<string, Known>();
  const running = new Map<string, Promise<readonly string[]>>();

  const keep = (host: string, records: readonly AddressRecord[]): readonly string[] => {
    const ttl = Math.min(LONGEST_KEPT_MS, Math.max(LEAST_KEPT_MS, 1000 * Math.min(...records.map((record) => record.ttl))));
    if (known.size >= MOST_NAMES) known.delete(known.keys().next().value as string);
    const addresses = records.map(({ address }) => address);
    known.set(host, { addresses, until: clock.now() + ttl });
    return addresses;
  };
  const find = async (host: string): Promise<readonly string[]> => {
    const before = known.get(host);
    if (before !== undefined && clock.now() < before.until) return before.addresses;
    try {
      return keep(host, await bothFamilies(host, ask, clock));
    } catch (fault) {
      const isKnown = before !== undefined && clock.now() < before.until + STALE_MS && !isNone(fault);
      if (isKnown) return before.addresses;
      throw fault;
    }
  };
  const once = (host: string): Promise<readonly string[]> => {
    const under = running.get(host) ?? find(host).finally(() => running.delete(host));
    running.set(host, under);
    return under;
  };
  return {
    lookup(host, { all, family }, done) {
      const wanted = family === "IPv4" ? 4 : family === "IPv6" ? 6 : (family ?? 0);
      void answer(() => once(host), host, { all, wanted }, done);
    },
    stop: () => known.clear(),
  };
}

/** Tells a socket what was found; nothing is thrown after that, for nobody would catch it. */
async function answer(find: () => Promise<readonly string[]>, host: string, { all, wanted }: { readonly all: boolean | undefined; readonly wanted: number }, done: Parameters<LookupFunction>[2]): Promise<void> {
  const found = await find().catch((fault: unknown) => failure(host, isNone(fault) ? "ENOTFOUND" : "EAI_AGAIN"));
  const addresses = found instanceof Error ? [] : found.filter((address) => wanted === 0 || isIP(address) === wanted);
  if (addresses.length > 0) give(addresses, all, done);
  else done(found instanceof Error ? found : failure(host, "ENOTFOUND"), []);
}

/** IPv4 first: where both are, node tries them in turn anyway. Rejects where neither is there; with what nobody knows rather than with what is not there. */
function bothFamilies(host: string, ask: AskNames, clock: Clock): Promise<readonly AddressRecord[]> {
  return new Promise((resolve, reject) => {
    const found: [readonly AddressRecord[], readonly AddressRecord[]] = [[], []];
    const faults: unknown[] = [];
    let open = 2;
    const settle = (): void => {
      const all = found.flat();
      if (all.length > 0) resolve(all);
      else if (open === 0) reject(faults.find((fault) => !isNone(fault)) ?? faults[0] ?? failure(host, "ENODATA"));
    };
    for (const [index, family] of ([4, 6] as const).entries()) {
      ask(host, family).then(
        (records) => (found[index] = records),
        (fault: unknown) => void faults.push(fault),
      ).finally(() => {
        if (--open === 0) settle();
        else if (found.flat().length > 0) clock.after(RESOLUTION_DELAY_MS, settle, true);
      });
    }
  });
}

/** Node asks for all of them, or for the first one. */
function give(addresses: readonly string[], all: boolean | undefined, done: Parameters<LookupFunction>[2]): void {
  const first = addresses[0] as string;
  if (all === true) done(null, addresses.map((address) => ({ address, family: isIP(address) })));
  else done(null, first, isIP(first));
}

function isNone(fault: unknown): boolean {
  return NONE.has(String((fault as { code?: unknown } | undefined)?.code));
}

function failure(host: string, code: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`looking up '${host}': ${code}`), { code });
}

function asking(servers: readonly string[]): AskNames {
  const resolver = new Resolver({ timeout: SERVER_TIMEOUT_MS, tries: TRIES });
  resolver.setServers(servers);
  return (host, family) => (family === 4 ? resolver.resolve4(host, { ttl: true }) : resolver.resolve6(host, { ttl: true }));
}
