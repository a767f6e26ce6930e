import type { Clock } from "../../base/clock.ts";
import { decide, type Decision } from "./decide.ts";
import type { FailureBook, Room } from "./failure-book.ts";
import { isEmergency } from "./keeper-state.ts";
import type { KeptMemory } from "./kept-memory.ts";
import { nextTry, type NextTry, type Past, type Settings } from "./next-try.ts";
import type { Shown } from "./shown.ts";
import { lifeOf } from "./spans.ts";
import { wishOf } from "./wish.ts";

/** What follows from all that is known at the moment of the call. */
export interface Outlook {
  decide(): Decision;
  next(): NextTry;
  room(): Room;
}

/** What the outlook is made of. */
export interface OutlookEnv {
  readonly clock: Clock;
  readonly shown: Shown;
  readonly memory: KeptMemory;
  readonly book: FailureBook;
  readonly settings: () => Settings;
  /** Since when these settings hold; ms since 1970. */
  readonly since: () => number;
  /** Has a person asked for a new one? */
  readonly asked: () => boolean;
}

/** Looks at what is known; changes nothing but what is drawn for a certificate that is new. */
export function createOutlook({ clock, shown, memory, book, settings, since, asked }: OutlookEnv): Outlook {
  function past(): Past {
    const leaf = shown.leaf();
    return { ordered: leaf === null ? null : memory.notesOf(leaf).ordered, rehearsed: memory.value().rehearsed };
  }

  function next(): NextTry {
    const leaf = shown.sound();
    return nextTry(settings(), book, past(), leaf === null || isEmergency(leaf, clock.wall(), settings().options.renew));
  }

  return {
    next,
    room() {
      const leaf = shown.leaf();
      const left = leaf === null ? 0 : leaf.notAfter - clock.wall();
      return { left: left > 0 ? left : null, life: leaf === null ? memory.value().life : lifeOf(leaf) };
    },
    decide() {
      const { options } = settings();
      const wall = clock.wall();
      const [leaf, pair] = [shown.sound(), shown.pair()];
      const { wait } = next();
      const notes = leaf === null ? null : memory.notesOf(leaf);
      const wish = asked() ? "asked" : pair === null ? null : wishOf(pair, notes?.ordered ?? null, options, wall);
      return decide({
        leaf,
        window: notes?.window ?? null,
        jitter: notes?.jitter ?? 0,
        orderedAt: notes?.ordered?.at ?? null,
        orderedByTime: notes?.ordered?.byTime ?? false,
        wantedSince: since(),
        retryAt: wait > 0 ? wall + wait : 0,
        wall,
        wish,
        options: options.renew,
      });
    },
  };
}
