import type { Clock } from "../../base/clock.ts";
import type { KeyPair } from "../key-pair.ts";
import { readLeaf, type Leaf } from "../leaf.ts";
import { prove, type PairFault, type Proof } from "../prove.ts";
import type { CertificateStore } from "../store/store.ts";

/** The pair in use, and what becomes of others that come along. */
export interface Shown {
  /** What handshakes are answered with; null: nothing, or one that has run out. */
  pair(): KeyPair | null;
  /** The certificate in use, also one that has run out; null: none. */
  leaf(): Leaf | null;
  /** The same where it still proves itself but for its time: null too where an intermediate has run out. */
  sound(): Leaf | null;
  /** Takes over what another process or a person put into the store, and what was refused only because of this machine's clock. True: another one is in use now. */
  look(names: readonly string[]): boolean;
  /** Proves a new pair and takes it into use: written where the disk takes it, else kept here and written again by {@link save}. */
  offer(pair: KeyPair, names: readonly string[]): Proof;
  /** Writes what could not be written. */
  save(): void;
  /** Why the pair in use does not stand in the store; null: it does. */
  unwritten(): string | null;
}

interface Current {
  readonly pair: KeyPair;
  readonly leaf: Leaf;
}

/** What a clock that is wrong makes of a pair that is right. */
const FAULTS_OF_TIME: ReadonlySet<PairFault> = new Set<PairFault>(["not-yet-valid", "expired", "chain-expired"]);

/** Shows nothing yet: {@link Shown.look} reads the store. */
export function createShown(name: string, store: Pick<CertificateStore, "read" | "write">, clock: Clock): Shown {
  let current: Current | null = null;
  /** What came and was refused for its time alone. */
  let held: KeyPair | null = null;
  let unwritten: string | null = null;
  let proven: { readonly pair: KeyPair; readonly now: number; readonly proof: Proof } | null = null;

  function take(pair: KeyPair, leaf: Leaf): void {
    current = { pair, leaf };
    held = null;
    save();
  }

  function save(): void {
    if (current === null) return;
    const done = store.write(name, current.pair);
    unwritten = done.ok ? null : done.reason;
  }

  /** A round asks several times in one moment, and a proof costs a millisecond. */
  function sound(): Leaf | null {
    if (current === null) return null;
    const now = clock.wall();
    if (proven?.pair !== current.pair || proven.now !== now) proven = { pair: current.pair, now, proof: prove(current.pair, { names: [], now }) };
    const { proof } = proven;
    return proof.ok || proof.fault === "expired" || proof.fault === "not-yet-valid" ? current.leaf : null;
  }

  function adopt(): boolean {
    const pair = store.read(name);
    if (pair === null || (pair.cert === current?.pair.cert && pair.key === current.pair.key)) return false;
    const leaf = current === null ? firstLeaf(pair, clock.wall()) : newerLeaf(pair, current.leaf, sound() !== null, clock.wall());
    if (leaf === null) return false;
    current = { pair, leaf };
    unwritten = null;
    return true;
  }

  function reconsider(names: readonly string[]): boolean {
    if (held === null) return false;
    const proof = prove(held, { names, now: clock.wall() });
    if (!proof.ok && !FAULTS_OF_TIME.has(proof.fault)) held = null;
    // The one in use may have come later than the one that was held.
    if (!proof.ok || (current !== null && proof.leaf.notBefore < current.leaf.notBefore) || held === null) return false;
    take(held, proof.leaf);
    return true;
  }

  return {
    pair: () => (current === null || clock.wall() > current.leaf.notAfter ? null : current.pair),
    leaf: () => current?.leaf ?? null,
    sound,
    look(names) {
      const adopted = adopt();
      return reconsider(names) || adopted;
    },
    offer(pair, names) {
      const proof = prove(pair, { names, now: clock.wall() });
      if (proof.ok) take(pair, proof.leaf);
      else if (FAULTS_OF_TIME.has(proof.fault)) held = pair;
      return proof;
    },
    save,
    unwritten: () => unwritten,
  };
}

/**
 * At a start: what stands in the store had proven itself when it was written. By a clock that is behind it looks not yet
 * valid, and clients have clocks of their own; one that has run out is remembered, not shown.
 */
function firstLeaf(pair: KeyPair, now: number): Leaf | null {
  const proof = prove(pair, { names: [], now });
  if (proof.ok) return proof.leaf;
  return proof.fault === "expired" || proof.fault === "not-yet-valid" ? readLeaf(pair.cert) : null;
}

/** Where the newest file was broken, the store gives the one before: it must not push out the one in use. */
function newerLeaf(pair: KeyPair, current: Leaf, isSound: boolean, now: number): Leaf | null {
  const proof = prove(pair, { names: [], now });
  if (!proof.ok) return null;
  return !isSound || proof.leaf.notBefore > current.notBefore || proof.leaf.notAfter > current.notAfter ? proof.leaf : null;
}
