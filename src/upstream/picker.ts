import type { Random } from "../base/random.ts";
import { currentWeight, isStanding, type Member } from "./endpoint.ts";

/** Chooses among the endpoints of a region. */
export interface Picker {
  /** How often every endpoint was out and one was chosen all the same. */
  readonly panics: number;
  /** One of the endpoints; `exclude` only where it is the only one of its tier. */
  choose(now: number, exclude: Member | undefined): Member;
}

type Tier = (member: Member, now: number) => boolean;

/** Whom a pick may choose from, strictest first; the next tier counts only where one is empty. */
const TIERS: readonly Tier[] = [
  isStanding,
  // Put out by its calls, but its probes are well, while its siblings' are not: then it is the best there is.
  (member) => member.healthy,
  () => true,
];

/**
 * Makes a picker. It draws two by weight and takes the one with fewer calls under way for its weight: by weight when
 * idle, away from a slow one under load. `slowStart` in milliseconds. Choosing allocates nothing.
 */
export function createPicker(all: readonly Member[], slowStart: number, random: Random): Picker {
  const weights = new Float64Array(all.length);
  let panics = 0;

  /** Fills `weights` for a tier and gives their sum. */
  function weigh(fits: Tier, now: number, exclude: Member | undefined): number {
    let total = 0;
    for (let i = 0; i < all.length; i++) {
      const member = all[i] as Member;
      const weight = member !== exclude && fits(member, now) ? currentWeight(member, now, slowStart) : 0;
      weights[i] = weight;
      total += weight;
    }
    return total;
  }

  function draw(total: number): number {
    let left = random.next() * total;
    let last = 0;
    for (let i = 0; i < weights.length; i++) {
      const weight = weights[i] as number;
      if (weight > 0) last = i;
      left -= weight;
      if (left < 0) return i;
    }
    // Rounding may leave a rest.
    return last;
  }

  function lessLoaded(total: number): Member {
    const a = draw(total);
    const b = draw(total);
    const first = all[a] as Member;
    const second = all[b] as Member;
    return first.inFlight * (weights[b] as number) <= second.inFlight * (weights[a] as number) ? first : second;
  }

  return {
    get panics() {
      return panics;
    },
    choose(now, exclude) {
      for (let tier = 0; tier < TIERS.length; tier++) {
        const fits = TIERS[tier] as Tier;
        if (tier === TIERS.length - 1) panics += 1;
        const total = weigh(fits, now, exclude);
        if (total > 0) return lessLoaded(total);
        if (exclude !== undefined && fits(exclude, now)) return exclude;
      }
      throw new Error("cannot pick an endpoint: the region has none");
    },
  };
}
