import type { KeyPair } from "../key-pair.ts";
import type { Leaf } from "../leaf.ts";
import type { OrderWhy, WaitWhy } from "./decide.ts";
import type { KeeperState } from "./keeper-state.ts";
import type { OrderBegun, OrderFailure, OrderRecord, Outcome } from "./place-order.ts";
import type { Window } from "./window.ts";

/** What is told of one certificate. */
export interface KeeperEvents {
  /** Another pair is in use, or none any more because it has run out. Not told of what the store had at the start. */
  readonly changed: (pair: KeyPair | null, leaf: Leaf | null) => void;
  /** An order begins. */
  readonly ordering: (order: OrderBegun) => void;
  /** An order was made, or something kept it from being made. */
  readonly ordered: (record: OrderRecord) => void;
  /** It stands otherwise than before. */
  readonly moved: (state: KeeperState) => void;
}

/** How one certificate stands. Times in ms since 1970. */
export interface KeeperStatus {
  readonly name: string;
  readonly state: KeeperState;
  /** What the configuration asks for. */
  readonly names: readonly string[];
  /** What is shown; null: nothing. */
  readonly leaf: Leaf | null;
  /** Directory of the authority that issued it; null: unknown. */
  readonly issuer: string | null;
  /** When its authority wants it to be renewed; null: it does not say. */
  readonly window: Window | null;
  /** A page of the authority about that; null: none. */
  readonly explanation: string | null;
  readonly doing: "waiting" | "ordering" | "locked" | "stopped";
  /** When something is ordered next as far as is known, and why not now, or why. */
  readonly next: { readonly at: number; readonly why: WaitWhy | OrderWhy };
  /** How many tries have failed in a row. */
  readonly failures: number;
  /** The last failure of this process, until an order succeeds. */
  readonly lastFailure: OrderFailure | null;
  /** Why the pair in use does not stand in the store and would be lost by a restart; null: it does. */
  readonly unwritten: string | null;
}

/** What a person who asked for renewal is told: what became of the order; `not-now` does not occur. */
export type RenewAnswer = Exclude<Outcome, { readonly kind: "not-now" }>;
