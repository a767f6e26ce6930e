import { lookup as systemLookup } from "node:dns/promises";
import { connect, isIP, type LookupFunction, type Socket } from "node:net";
import type { Clock } from "../../base/clock.ts";
import type { ConnectTarget } from "./connect-target.ts";
import { isOfThisMachine, mayBeDialled } from "./never-dialled.ts";

/** Opens a connection to a host that is not intercepted. Never rejects. */
export type Dial = (target: ConnectTarget) => Promise<Dialled>;

/** The connection, or why there is none. */
export type Dialled = { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly why: DialFailure };

/** `never`: every address of the host is one that is never passed on to. */
export type DialFailure = "unresolved" | "never" | "unreachable" | "timeout";

/** What dialling needs from outside; the defaults are the system's. */
export interface DialEnv {
  readonly clock: Clock;
  /** Ports of this process: a tunnel back into it would pass by every rule. */
  readonly ownPorts: () => ReadonlySet<number>;
  /** Addresses of a name. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  readonly mayBeDialled?: (address: string) => boolean;
}

/** Look-up and connection together. */
const TIMEOUT_MS = 10_000;

/** Makes the way out. A name is looked up once, and what was judged is what is dialled. */
export function createDial({ clock, ownPorts, resolve = ofSystem, mayBeDialled: allowed = mayBeDialled }: DialEnv): Dial {
  const passes = (address: string, port: number): boolean => allowed(address) && !(ownPorts().has(port) && isOfThisMachine(address));
  return ({ host, port }) =>
    new Promise((done) => {
      let socket: Socket | null = null;
      let isOver = false;
      const settle = (dialled: Dialled): void => {
        isOver = true;
        timer.cancel();
        if (!dialled.ok) socket?.destroy();
        done(dialled);
      };
      const timer = clock.after(TIMEOUT_MS, () => settle({ ok: false, why: "timeout" }), true);
      const go = (found: readonly string[]): void => {
        // A name server may answer after everybody has left.
        if (isOver) return;
        const addresses = found.filter((address) => passes(address, port));
        if (addresses.length === 0) return settle({ ok: false, why: "never" });
        socket = connectTo(addresses, port);
        socket.once("connect", () => settle({ ok: true, socket: socket as Socket }));
        socket.on("error", () => settle({ ok: false, why: "unreachable" }));
      };
      if (isIP(host) !== 0) go([host]);
      else resolve(host).then(go, () => settle({ ok: false, why: "unresolved" }));
    });
}

async function ofSystem(host: string): Promise<string[]> {
  return (await systemLookup(host, { all: true })).map(({ address }) => address);
}

/** Both families, whichever answers first; node asks for addresses, and gets those that were judged. */
function connectTo(addresses: readonly string[], port: number): Socket {
  const all = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_host, _options, done) => done(null, all);
  return connect({ host: "judged.invalid", port, lookup, autoSelectFamily: true, allowHalfOpen: true, noDelay: true });
}
