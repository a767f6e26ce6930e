import type { Deferred } from "./deferred.ts";
import type { Entry, EntryFacts, EntryState } from "./entry.ts";
import type { LaneHead, Lanes } from "./lanes.ts";
import type { SubmissionPolicy } from "./policy.ts";

/** Where something new begins: its state, and whether it has its lane. */
export interface Place {
  readonly state: EntryState;
  readonly hasLane: boolean;
}

/** What its caller gets where it cannot begin. */
export type NoPlace = { readonly kind: "behind"; readonly head: LaneHead } | { readonly kind: "overloaded" };

/** What finding a place needs. */
export interface PlaceEnv {
  readonly deferred: Pick<Deferred, "isQueued" | "hasRoom" | "stateFor">;
  readonly lanes: Lanes;
  readonly distrusts: () => boolean;
}

type Named = Pick<EntryFacts, "id" | "key" | "lane" | "taxpayer" | "principal">;

const SENDING = { kind: "sending" } as const;
const WAITING = { kind: "unsent", why: "it waits for its turn in its lane; nothing of it was sent" } as const;
const OVERLOADED: NoPlace = { kind: "overloaded" };

/** State of what is asked about before it is sent: the journal was put back. */
export const RESTORED = { kind: "in-doubt", cause: "restored", why: "the journal was put back, and cannot know what became of it" } as const;

/** Finds a place behind what is left open in its lane, takes the lane where it is free, and writes the claim. Rejects with a StoreFault. */
export async function claimPlace<T extends { readonly kind: string } | Entry | null>(env: PlaceEnv, policy: SubmissionPolicy, facts: Named, write: (state: EntryState) => Promise<T>): Promise<T | { readonly noPlace: NoPlace }> {
  await env.lanes.prepare(facts.lane);
  const place = placeOf(env, policy, facts);
  if ("kind" in place) return { noPlace: place };
  let mine = false;
  try {
    const written = await write(place.state);
    mine = written !== null && (!("kind" in written) || written.kind === "inserted");
    return written;
  } finally {
    // Another's claim needs no lane, and none that was not written.
    if (place.hasLane && !mine) env.lanes.free(facts);
  }
}

function placeOf({ deferred, lanes, distrusts }: PlaceEnv, policy: SubmissionPolicy, facts: Named): Place | NoPlace {
  if (!distrusts() && policy.options.onOutage === "defer" && deferred.isQueued(facts.lane)) {
    return deferred.hasRoom(policy) ? { state: deferred.stateFor(policy), hasLane: false } : OVERLOADED;
  }
  const place = lanes.take(facts);
  if (place.kind === "behind") return place;
  if (place.kind === "full") return OVERLOADED;
  return { state: place.kind === "wait" ? WAITING : distrusts() ? RESTORED : SENDING, hasLane: place.kind === "mine" };
}
