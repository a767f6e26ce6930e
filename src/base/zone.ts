/// <reference lib="esnext.temporal" />

/*
 * Calendar arithmetic over given instants: nothing here reads a clock. Rules of daylight saving come with the runtime.
 */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MINUTES = 24 * 60;

/** The name of a time zone as the IANA data base spells it; null where it knows none of that name. Offsets are no names. */
export function zoneName(text: string): string | null {
  if (!/^[A-Za-z]/.test(text)) return null;
  try {
    return zoned(0, text).timeZoneId;
  } catch {
    return null;
  }
}

/**
 * The first start of a day in a zone after `wall`; both in ms since 1970. Where the clocks skip midnight, the day starts
 * when they go on; where midnight comes twice, at the first one. Throws where {@link zoneName} does not know the zone.
 */
export function nextMidnight(wall: number, zone: string): number {
  return startAfter(wall, zoned(wall, zone).toPlainDate().add({ days: 1 }), zone);
}

/** An instant (ms since 1970) to the nearest minute as clocks in a zone show it, with the zone's name: `2026-11-23T00:00 Asia/Shanghai`. */
export function minuteIn(wall: number, zone: string): string {
  const minute = zoned(Math.round(wall / MINUTE_MS) * MINUTE_MS, zone).toPlainDateTime();
  return `${minute.toString({ smallestUnit: "minute" })} ${zone}`;
}

/** A part of a calendar. */
export type Period = "hour" | "day" | "month";

/** Ms of the longest period of each kind, as clocks run that are not set forward or back. */
export const LONGEST_PERIOD_MS: Readonly<Record<Period, number>> = { hour: HOUR_MS, day: 24 * HOUR_MS, month: 31 * 24 * HOUR_MS };

/** When the period around `wall` ends in a zone and the next begins: later than `wall`. As for {@link nextMidnight}; an hour that comes twice is two. */
export function periodEnd(wall: number, zone: string, period: Period): number {
  if (period === "day") return nextMidnight(wall, zone);
  const here = zoned(wall, zone);
  if (period === "month") return startAfter(wall, here.toPlainDate().with({ day: 1 }).add({ months: 1 }), zone);
  const { minute, second, millisecond } = here;
  return Math.floor(wall) - (minute * 60 + second) * 1000 - millisecond + HOUR_MS;
}

/** What calendars and clocks in a zone show at an instant. */
export interface DayTime {
  /** Day of the month, from 1. */
  readonly day: number;
  /** Minute of the day as clocks show it, from 0. */
  readonly minute: number;
}

/** What calendars and clocks show at `wall` (ms since 1970) in a zone. Throws where {@link zoneName} does not know it. */
export function dayTimeIn(wall: number, zone: string): DayTime {
  const { day, hour, minute } = zoned(wall, zone);
  return { day, minute: hour * 60 + minute };
}

/**
 * The first instant after `wall` (both ms since 1970) at which clocks in a zone come to one of these minutes of the day,
 * begin a day, or are set forward or back: between `wall` and it, none of `minutes` and no midnight is passed. As for {@link nextMidnight}.
 */
export function nextTurn(wall: number, zone: string, minutes: readonly number[]): number {
  const here = zoned(wall, zone);
  const times = minutes.filter((minute) => minute < DAY_MINUTES).map((minute) => here.toPlainDate().toPlainDateTime({ hour: Math.floor(minute / 60), minute: minute % 60 }));
  // A time that comes twice is one turn the first time and one the second.
  const turns = times.flatMap((time) => [time.toZonedDateTime(zone, { disambiguation: "earlier" }), time.toZonedDateTime(zone, { disambiguation: "later" })]);
  const all = [nextMidnight(wall, zone), here.getTimeZoneTransition("next")?.epochMilliseconds ?? Infinity, ...turns.map((turn) => turn.epochMilliseconds)];
  return Math.min(...all.filter((turn) => turn > wall));
}

function startAfter(wall: number, day: Temporal.PlainDate, zone: string): number {
  const start = day.toZonedDateTime(zone).epochMilliseconds;
  // Between the two midnights of one night the first has passed.
  return start > wall ? start : day.toPlainDateTime().toZonedDateTime(zone, { disambiguation: "later" }).epochMilliseconds;
}

function zoned(wall: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(wall)).toZonedDateTimeISO(zone);
}
