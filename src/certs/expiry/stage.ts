/** How near the end of something is: named after what is left of a thing that lives long. */
export const STAGES = ["fine", "remind", "30d", "14d", "7d", "2d", "expired", "not-yet"] as const;

/** See {@link STAGES}. */
export type Stage = (typeof STAGES)[number];

/** From when to when something holds. Times in ms since 1970, spans in ms. */
export interface Term {
  /** Null: nobody knows, or it began long ago. */
  readonly notBefore: number | null;
  readonly notAfter: number;
  /** So long before its end a program renews it; null: nobody said that one does. */
  readonly renewedAhead: number | null;
  /** So long before its end somebody wants to hear of it, and not before; null: at the usual steps. */
  readonly remind: number | null;
}

const DAY = 86_400_000;
/** The nearest one first. */
const STEPS = [["2d", 2 * DAY], ["7d", 7 * DAY], ["14d", 14 * DAY], ["30d", 30 * DAY]] as const;
/** The steps are made for what lives at least so long; for others they shrink in proportion. */
const WHOLE_LIFE = 90 * DAY;
/** What lives shorter is renewed by a program, whoever runs it: with a third of its life left, as authorities recommend. */
const BY_PROGRAM = 100 * DAY;
/** A program that renews is late once a quarter of its lead has gone by. */
const LATE = 0.75;

const RANKS: Readonly<Record<Stage, number>> = { fine: 0, remind: 1, "30d": 1, "14d": 2, "7d": 3, "2d": 4, expired: 5, "not-yet": 5 };

/** From 0, all is well, to 5, it does not hold; from 4 on somebody is woken. */
export function rankOf(stage: Stage): number {
  return RANKS[stage];
}

/** Is it time to wake somebody? */
export function isAlarm(stage: Stage): boolean {
  return rankOf(stage) >= RANKS["2d"];
}

/** The stage at `now`. What a program renews counts only once that should have happened long ago. */
export function stageOf(term: Term, now: number): Stage {
  if (term.notBefore !== null && now < term.notBefore) return "not-yet";
  if (now > term.notAfter) return "expired";
  const left = term.notAfter - now;
  if (left > mostLeft(term)) return "fine";
  const share = shareOf(term);
  const step = STEPS.find(([, most]) => left <= most * share);
  return step?.[0] ?? (term.remind === null ? "fine" : "remind");
}

/** The first instant after `now` at which the stage may be another; null: it stays. */
export function nextChange(term: Term, now: number): number | null {
  const share = shareOf(term);
  const turns = [(term.notBefore ?? now) - 1, term.notAfter, term.notAfter - mostLeft(term), ...STEPS.map(([, most]) => term.notAfter - most * share)];
  // A millisecond later, lest a fraction of one hides the change.
  const coming = turns.map((at) => Math.floor(at) + 1).filter((at) => at > now);
  return coming.length === 0 ? null : Math.min(...coming);
}

/** With more than this left nobody needs to know. */
function mostLeft({ notBefore, notAfter, renewedAhead, remind }: Term): number {
  const life = notBefore === null ? Infinity : notAfter - notBefore;
  const ahead = renewedAhead ?? (life <= BY_PROGRAM ? life / 3 : Infinity);
  return Math.min(ahead * LATE, remind ?? Infinity);
}

function shareOf({ notBefore, notAfter }: Term): number {
  return notBefore === null ? 1 : Math.min(1, Math.max(0, notAfter - notBefore) / WHOLE_LIFE);
}
