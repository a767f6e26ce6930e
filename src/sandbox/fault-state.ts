import type { Clock } from "../base/clock.ts";
import type { Chance, ChanceName, FaultName, FaultSet } from "./faults.ts";

/** Faults that are a state of the whole platform for a time. */
export type SpellName = "blackout" | "refuseConnections" | "refuseDuplicates";

/** The set in force, and what has been used up of it. */
export interface FaultState {
  set(): FaultSet;
  /** Puts another set in force: spells begin now, strikes are counted anew. */
  replace(faults: FaultSet): void;
  /** Whether a spell lasts at this moment. */
  lasts(name: SpellName): boolean;
  /** Whether a fault strikes a request whose draw for it is `draw`; counts the strike. */
  strikes(name: ChanceName, operation: string, draw: number): boolean;
  /** Counts a strike that was settled by what the request asked for, not by a draw. */
  struck(name: FaultName): void;
  /** Strikes so far, since the start, by fault. */
  counts(): Readonly<Partial<Record<FaultName, number>>>;
}

const AFTER_PROCESSING: readonly ChanceName[] = ["errorAfter", "resetAfterProcessing"];

/** Makes the state with all faults off. */
export function createFaultState(clock: Clock): FaultState {
  let current: FaultSet = {};
  let since = clock.now();
  let used = new Map<ChanceName, number>();
  const counts: Partial<Record<FaultName, number>> = {};

  function replace(faults: FaultSet): void {
    current = faults;
    since = clock.now();
    used = new Map();
  }

  function lasts(name: SpellName): boolean {
    const spell = current[name];
    return spell !== undefined && clock.now() - since < (spell.forMs ?? Infinity);
  }

  function strikes(name: ChanceName, operation: string, draw: number): boolean {
    const chance = current[name];
    const strikesSoFar = used.get(name) ?? 0;
    if (!chance || draw >= (chance.probability ?? 1)) return false;
    if (strikesSoFar >= (chance.times ?? Infinity) || !concerns(name, chance, operation)) return false;
    used.set(name, strikesSoFar + 1);
    struck(name);
    return true;
  }

  function struck(name: FaultName): void {
    counts[name] = (counts[name] ?? 0) + 1;
  }

  return { replace, lasts, strikes, struck, set: () => current, counts: () => ({ ...counts }) };
}

// Only an issue can be done and then lost; a query that fails is the next fault's business.
function concerns(name: ChanceName, chance: Chance, operation: string): boolean {
  if (chance.on) return chance.on.includes(operation);
  return operation === "issue" || !AFTER_PROCESSING.includes(name);
}
