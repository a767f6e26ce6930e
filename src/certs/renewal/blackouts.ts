import { dayTimeIn, nextTurn, type DayTime } from "../../base/zone.ts";
import type { RenewOptions } from "../options.ts";

/** As it stands in the configuration. */
type BlackoutOptions = RenewOptions["blackouts"][number];

/** A part of a day or of a month; `to` may lie before `from`, which is the part around midnight or around the month's end. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** A blackout that was read. */
interface Blackout {
  readonly zone: string;
  /** Days of the month, both ends included. */
  readonly days: Span | null;
  /** Minutes of the day, the end not included. */
  readonly hours: Span | null;
}

const DAY_MS = 86_400_000;
/** No further than this is looked for an end: whoever waits looks again much sooner. */
const FARTHEST_MS = 40 * DAY_MS;

/**
 * The first instant from `wall` on (ms since 1970) at which no blackout holds: `wall` itself where none does now, at most
 * `limit`. A blackout holds while all its parts do by calendar and clock of its zone; a day that a month does not have never
 * comes, and hours that end where they begin are none.
 */
export function blackoutsEnd(blackouts: readonly BlackoutOptions[], wall: number, limit: number): number {
  const read = blackouts.map(readBlackout);
  const farthest = Math.min(limit, wall + FARTHEST_MS);
  let at = wall;
  while (at < farthest) {
    const holding = read.filter((blackout) => holds(blackout, dayTimeIn(at, blackout.zone)));
    if (holding.length === 0) return at;
    at = Math.max(...holding.map(({ zone, hours }) => nextTurn(at, zone, hours === null ? [] : [hours.to])));
  }
  return Math.max(wall, farthest);
}

function readBlackout({ days, hours, zone }: BlackoutOptions): Blackout {
  return { zone, days: days === undefined ? null : spanOf(days, Number), hours: hours === undefined ? null : spanOf(hours, minuteOf) };
}

function spanOf(text: string, read: (part: string) => number): Span {
  const [from = "", to = from] = text.split("..");
  return { from: read(from), to: read(to) };
}

function minuteOf(time: string): number {
  const [hour, minute] = time.split(":");
  return Number(hour) * 60 + Number(minute);
}

function holds({ days, hours }: Blackout, { day, minute }: DayTime): boolean {
  const onDay = days === null || (days.from <= days.to ? day >= days.from && day <= days.to : day >= days.from || day <= days.to);
  return onDay && (hours === null || inHours(hours, minute));
}

function inHours({ from, to }: Span, minute: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}
