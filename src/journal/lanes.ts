import type { Entry } from "./entry.ts";
import type { Flight } from "./flight.ts";

/*
 * Submissions of one lane are under way one at a time, in the order of their claims. Whoever has a lane has it until its
 * outcome is known; what is behind it waits here, unsent, for as long as somebody waits for it.
 */

/** A submission that has a lane: the others wait for it. */
export interface LaneHead {
  readonly id: string;
  /** Empty where it is not for whoever waits to know. */
  readonly key: readonly string[];
  readonly taxpayer: string | null;
  readonly principal: string | null;
  /** Only a person can tell what became of it. */
  readonly held: boolean;
}

/** What lanes need from outside. */
export interface LanesEnv {
  /** Its turn has come. Whoever is called frees the lane, at once or when its flight is over. */
  readonly turn: (flight: Flight) => void;
  /** What it waits for is held. */
  readonly behind: (flight: Flight, head: LaneHead) => void;
  /** Takes up what an earlier life left open in a lane. Rejects with a StoreFault. */
  readonly recall: (lane: string) => Promise<void>;
}

/** What becomes of a claim that wants a lane. `mine`: it is taken, and has to be freed. */
export type LanePlace = { readonly kind: "mine" | "wait" | "full" } | { readonly kind: "behind"; readonly head: LaneHead };

interface Lane {
  /** More than one only where an earlier life, or another configuration, left several. */
  readonly heads: Map<string, LaneHead>;
  /** In the order of their claims. */
  readonly waiters: Flight[];
}

type Named = Pick<Entry, "id" | "key" | "lane" | "taxpayer" | "principal">;

/** More are refused. */
const MOST_WAITING = 1000;

/** See the top of this file. Only lanes that somebody has are kept. */
export class Lanes {
  readonly #env: LanesEnv;
  readonly #lanes = new Map<string, Lane>();
  /** Lanes that were recalled before all were; null: all are known. */
  #recalled: Map<string, Promise<void>> | null = new Map();
  /** Those that were over by then: what was read of them before is no news. */
  readonly #over = new Set<string>();

  constructor(env: LanesEnv) {
    this.#env = env;
  }

  /** Makes sure that what an earlier life left in a lane is known. Rejects with a StoreFault. */
  async prepare(lane: string | null): Promise<void> {
    const recalled = this.#recalled;
    if (lane === null || recalled === null) return;
    const asked = recalled.get(lane) ?? this.#env.recall(lane);
    recalled.set(lane, asked);
    await asked.catch((fault: unknown) => {
      recalled.delete(lane);
      throw fault;
    });
  }

  /** Everything that earlier lives left open is in its lane. */
  lined(): void {
    this.#recalled = null;
    this.#over.clear();
  }

  /** Whether nobody has a lane. */
  isFree(lane: string | null): boolean {
    return lane === null || !this.#lanes.has(lane);
  }

  /** Takes a lane for a claim, or says what it has to wait for. Without a lane nothing has to be freed. */
  take(entry: Named): LanePlace {
    const { id, lane } = entry;
    if (lane === null) return { kind: "mine" };
    const known = this.#lanes.get(lane);
    if (known === undefined) {
      this.#lanes.set(lane, { heads: new Map([[id, headOf(entry, false)]]), waiters: [] });
      return { kind: "mine" };
    }
    const head = heldIn(known);
    if (head !== null) return { kind: "behind", head: seenBy(head, entry) };
    return { kind: known.waiters.length < MOST_WAITING ? "wait" : "full" };
  }

  /** Waits for its turn, which may come at once. */
  wait(flight: Flight): void {
    const { lane, sequence } = flight.facts;
    const known = lane === null ? undefined : this.#lanes.get(lane);
    if (lane === null || known === undefined) {
      this.take(flight.facts);
      return this.#env.turn(flight);
    }
    const head = heldIn(known);
    if (head !== null) return this.#env.behind(flight, seenBy(head, flight.facts));
    let place = known.waiters.length;
    while (place > 0 && (known.waiters[place - 1] as Flight).facts.sequence > sequence) place--;
    known.waiters.splice(place, 0, flight);
  }

  /** Nobody waits for it any more: it gives its place up. */
  leave(flight: Flight): void {
    const waiters = this.#lanes.get(flight.facts.lane ?? "")?.waiters ?? [];
    const index = waiters.indexOf(flight);
    if (index >= 0) waiters.splice(index, 1);
  }

  /** Makes the others wait for an entry: it is under way, in doubt or held. */
  block(entry: Named & Pick<Entry, "state">): void {
    if (!this.#over.has(entry.id)) this.#block(entry);
  }

  #block(entry: Named & Pick<Entry, "state">): void {
    const { id, lane, state } = entry;
    if (lane === null) return;
    const known = this.#lanes.get(lane) ?? { heads: new Map<string, LaneHead>(), waiters: [] };
    this.#lanes.set(lane, known);
    known.heads.set(id, headOf(entry, state.kind === "held"));
  }

  /** A flight is over, durably: the next one's turn comes, but for a person who has to decide first. */
  landed(entry: Named & Pick<Entry, "state">): void {
    const known = entry.lane === null ? undefined : this.#lanes.get(entry.lane);
    if (known === undefined || !known.heads.has(entry.id)) return;
    if (entry.state.kind !== "held") return this.free(entry);
    this.#block(entry);
    const head = heldIn(known);
    for (const flight of known.waiters.splice(0)) if (head !== null) this.#env.behind(flight, seenBy(head, flight.facts));
  }

  /** Gives a lane back; harmless where it is another's. */
  free({ id, lane }: Pick<Named, "id" | "lane">): void {
    if (lane !== null && this.#recalled !== null) this.#over.add(id);
    const known = lane === null ? undefined : this.#lanes.get(lane);
    if (lane === null || known === undefined || !known.heads.delete(id) || known.heads.size > 0) return;
    const next = known.waiters.shift();
    if (next === undefined) return void this.#lanes.delete(lane);
    known.heads.set(next.facts.id, headOf(next.facts, false));
    this.#env.turn(next);
  }
}

function headOf({ id, key, taxpayer, principal }: Named, held: boolean): LaneHead {
  return { id, key, taxpayer, principal, held };
}

/** A lane may be shared by callers that know nothing of one another: its head's number is told to the one that sent it. */
function seenBy(head: LaneHead, { taxpayer, principal }: Named): LaneHead {
  return head.taxpayer === taxpayer && head.principal === principal ? head : { ...head, key: [], taxpayer: null, principal: null };
}

function heldIn({ heads }: Lane): LaneHead | null {
  for (const head of heads.values()) if (head.held) return head;
  return null;
}
