import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { seededRandom } from "../../../src/base/random.ts";
import type { CallerFacts } from "../../../src/limits/caller/key.ts";
import { createLimits, type Limits, type OpenLimits } from "../../../src/limits/caller/limits.ts";
import { limitsOptions } from "../../../src/limits/caller/options.ts";
import type { Refusal, Passage } from "../../../src/limits/caller/passage.ts";
import type { SharedLimits } from "../../../src/limits/shared/shared-limits.ts";

/** A request in a scene. */
export interface Going {
  readonly passage: Passage;
  /** "waits", "goes", "refused N" (seconds; "for good" without), or "gone". */
  state: string;
  refusal: Refusal | null;
  /** Monotonic ms at which it went; null: it did not. */
  at: number | null;
}

/** Limits on a clock that stands still. */
export interface Scene {
  readonly clock: ManualClock;
  readonly limits: Limits;
  readonly events: string[];
  open(written: unknown): OpenLimits;
  /** Sends a request through limits; `patience` in ms is its own time. */
  go(open: OpenLimits, names: readonly string[], facts?: Partial<CallerFacts>, patience?: number): Going;
  /** Lets ms pass, and everything run that waits for it. */
  pass(ms: number): Promise<void>;
}

const FACTS: CallerFacts = { site: "s", route: "r", routeClass: "read", region: null, taxpayer: null, principal: null, client: "10.0.0.1", bodyBytes: 0, source: null };

/** Timers as systems have them. */
function hasty(clock: ManualClock, early: number): ManualClock {
  return early === 0 ? clock : { ...clock, after: (ms, run, background) => clock.after(ms > early ? ms - early : ms, run, background) };
}

/** `wall` in ms since 1970. Those who are told to come again are told the earliest time. */
export function scene({ wall, shared = null, early = 0 }: { readonly wall?: number; readonly shared?: SharedLimits | null; /** Ms by which timers come early. */ readonly early?: number } = {}): Scene {
  const clock = hasty(manualClock(wall), early);
  const events: string[] = [];
  const limits = createLimits({
    clock, random: { ...seededRandom(1), next: () => 0 }, shared: () => shared,
    events: {
      went: (limit, ms) => void events.push(`${limit} went ${ms}`),
      refused: (limit, ms) => void events.push(`${limit} refused ${Math.round(ms)}`),
      would: (limit, what, ms) => void events.push(`${limit} would ${what} ${Math.round(ms)}`),
    },
  });
  const settle = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  return {
    clock, limits, events,
    open: (written) => limits.open(limitsOptions.parse(written)),
    go(open, names, facts = {}, patience = Infinity) {
      const route = open.of(names);
      if (route === null) throw new Error("no limits");
      const passage = route.passage({ ...FACTS, ...facts });
      const going: Going = { passage, state: "waits", refusal: null, at: null };
      const end = (refusal: Refusal | null): void => {
        going.refusal = refusal;
        going.at = refusal === null ? clock.now() : null;
        going.state = refusal === null ? "goes" : refusal.kind === "gone" ? "gone" : `refused ${refusal.retryAfter ?? "for good"}`;
      };
      const entered = passage.enter(clock.now() + patience);
      if (entered instanceof Promise) void entered.then(end);
      else end(entered);
      return going;
    },
    async pass(ms) {
      // In small steps, so that whoever waits for another's turn is heard at its time.
      for (let left = ms; left > 0; left -= 5) {
        clock.advance(Math.min(5, left));
        await settle();
      }
      await settle();
    },
  };
}
