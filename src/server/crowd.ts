import { clientOf } from "../base/client-of.ts";
import type { Clock } from "../base/clock.ts";
import { plainAddress } from "../base/network-set.ts";
import type { Bounds } from "./allowance.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { ListenerOptions } from "./options.ts";
import type { HandshakeFailure } from "./tls/handshake-failure.ts";

/** Why a connection was refused, or ended before its time. */
export type RefusedConnection = "full" | "per-client" | "banned" | "crowded" | "handshake" | "slow-head" | "flood";

/** What is known of clients outside the listener. */
export interface Guard {
  /** Stands for many clients, so that the bound on connections of one does not hold: a trusted proxy. */
  isProxy(address: string): boolean;
  isBanned(address: string): boolean;
  /** `why` tells more of a handshake. */
  refused(listener: string, reason: RefusedConnection, address: string, why?: HandshakeFailure): void;
}

/** Shares of `maxConnections`: above the first it is crowded, until below the second; idle ones go down to the third. */
const CROWDED = 0.8;
const CALM = 0.7;
const ROOMY = 0.75;
/** Bounds in time are divided by this in a crowd, and are not shorter than a second for that. */
const TIGHTER = 4;
const LEAST_MS = 1000;
/** Between two looks for idle connections, in ms: a look costs as much as there are connections. */
const LOOK_MS = 200;

/** The connections of one listener, by where they come from and since when nothing happens on them. */
export class Crowd {
  /** What exchanges keep to; tighter in a crowd. */
  readonly bounds: Bounds;
  readonly #options: ListenerOptions;
  readonly #clock: Clock;
  readonly #guard: Guard | null;
  readonly #tighten: (part: number) => void;
  readonly #byClient = new Map<string, number>();
  readonly #known = new Set<ClientConnection>();
  #all = 0;
  #isCrowded = false;
  #lookedAt = -Infinity;

  /** `tighten` is told by what the other bounds are to be divided. */
  constructor(options: ListenerOptions, clock: Clock, guard: Guard | null, tighten: (part: number) => void) {
    this.#options = options;
    this.#clock = clock;
    this.#guard = guard;
    this.#tighten = tighten;
    this.bounds = { pause: options.timeouts.body, minRate: options.minRate };
  }

  /** A connection has come. Why it is not taken; null: it is, and `left` must be called once it is over. */
  arrived(address: string): RefusedConnection | null {
    this.#look();
    if (this.#isCrowded && this.#guard?.isBanned(plainAddress(address)) === true) return "banned";
    const client = clientOf(address);
    const open = this.#byClient.get(client) ?? 0;
    if (open >= this.#options.maxConnectionsPerClient && this.#guard?.isProxy(plainAddress(address)) !== true) return "per-client";
    this.#byClient.set(client, open + 1);
    this.#all += 1;
    return null;
  }

  /** It is over. */
  left(address: string): void {
    const client = clientOf(address);
    const open = this.#byClient.get(client) ?? 0;
    if (open > 1) this.#byClient.set(client, open - 1);
    else this.#byClient.delete(client);
    this.#all -= 1;
    if (this.#isCrowded && this.#all < this.#options.maxConnections * CALM) this.#turn(false);
  }

  /** It speaks HTTP by now, and may be closed where room is wanted and nothing happens on it. */
  speaks(connection: ClientConnection): void {
    this.#known.add(connection);
  }

  /** The same is over. */
  fellSilent(connection: ClientConnection): void {
    this.#known.delete(connection);
  }

  #look(): void {
    if (this.#all < this.#options.maxConnections * CROWDED) return;
    if (!this.#isCrowded) this.#turn(true);
    const now = this.#clock.now();
    if (now - this.#lookedAt < LOOK_MS) return;
    this.#lookedAt = now;
    const idle = [...this.#known].filter(({ due, idleSince }) => due === 0 && now - idleSince >= LEAST_MS);
    const most = Math.ceil(this.#all - this.#options.maxConnections * ROOMY);
    for (const connection of idle.toSorted((one, other) => one.idleSince - other.idleSince).slice(0, most)) {
      this.#known.delete(connection);
      this.#guard?.refused(this.#options.name, "crowded", connection.caller.address);
      connection.end();
    }
  }

  #turn(isCrowded: boolean): void {
    this.#isCrowded = isCrowded;
    this.bounds.pause = isCrowded ? tighter(this.#options.timeouts.body, TIGHTER) : this.#options.timeouts.body;
    this.#tighten(isCrowded ? TIGHTER : 1);
  }
}

/** A bound in time, divided, but not below a second for that. */
export function tighter(ms: number, part: number): number {
  return part === 1 ? ms : Math.max(Math.min(ms, LEAST_MS), ms / part);
}
