/*
 * Dates as HTTP writes them (RFC 9110 section 5.6.7), on the proleptic Gregorian calendar in UTC. A cache that reads a
 * date too kindly serves stale answers, so everything but the case of letters is strict; the weekday is not compared
 * with the date, because senders get it wrong and it says nothing.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Days from 0001-01-01 to 1970-01-01. */
const DAYS_TO_1970 = 719_162;

const WEEKDAYS = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"] as const;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
/** Days of a common year before each month, and the whole year at the end. */
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365] as const;
const MONTH_OF: ReadonlyMap<string, number> = new Map(MONTHS.map((name, index) => [name.toLowerCase(), index]));

const monthName = `(${MONTHS.join("|")})`;
const time = "(\\d\\d):(\\d\\d):(\\d\\d)";
const weekday = `(?:${WEEKDAYS.join("|")})`;
const IMF_FIXDATE = new RegExp(`^${weekday}, (\\d\\d) ${monthName} (\\d{4}) ${time} GMT$`, "i");
const RFC_850 = new RegExp(`^(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (\\d\\d)-${monthName}-(\\d\\d) ${time} GMT$`, "i");
const ASCTIME = new RegExp(`^${weekday} ${monthName} (\\d\\d| \\d) ${time} (\\d{4})$`, "i");

interface CivilDate {
  readonly year: number;
  /** 0 is January. */
  readonly month: number;
  readonly day: number;
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

/** Days from 1970-01-01 to the first of January. */
function daysBeforeYear(year: number): number {
  const past = year - 1;
  return 365 * past + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400) - DAYS_TO_1970;
}

function daysBeforeMonth(year: number, month: number): number {
  return (DAYS_BEFORE[month] ?? 0) + (month > 1 && isLeap(year) ? 1 : 0);
}

function civilDate(days: number): CivilDate {
  let year = 1970 + Math.floor(days / 365.2425);
  // The mean year misses the turn of the year by a day or two.
  if (daysBeforeYear(year) > days) year -= 1;
  else if (daysBeforeYear(year + 1) <= days) year += 1;
  const dayOfYear = days - daysBeforeYear(year);
  let month = 11;
  while (month > 0 && daysBeforeMonth(year, month) > dayOfYear) month -= 1;
  return { year, month, day: dayOfYear - daysBeforeMonth(year, month) + 1 };
}

/** Milliseconds into the day, or null; second 60 exists as the last of a day only (a leap second). */
function timeOfDay(hour: string, minute: string, second: string): number | null {
  const ms = Number(hour) * HOUR + Number(minute) * MINUTE + Number(second) * 1000;
  const valid = Number(hour) < 24 && Number(minute) < 60 && (Number(second) < 60 || ms === DAY);
  return valid ? ms : null;
}

/** The latest year with these last two digits that puts the date no more than 50 years after `now`. */
function yearNear(now: number, twoDigits: number, month: number, day: number, ms: number): number {
  const today = Math.floor(now / DAY);
  const date = civilDate(today);
  const latest = date.year + 50;
  const year = latest - (latest - twoDigits) % 100;
  const inYear = (month * 32 + day) * DAY + ms;
  const nowInYear = (date.month * 32 + date.day) * DAY + (now - today * DAY);
  return year === latest && inYear > nowInYear ? year - 100 : year;
}

function instant(year: number, month: number, day: number, ms: number): number | null {
  const before = daysBeforeMonth(year, month);
  const length = daysBeforeMonth(year, month + 1) - before;
  return day < 1 || day > length ? null : (daysBeforeYear(year) + before + day - 1) * DAY + ms;
}

/**
 * Reads a date in any of the three forms of RFC 9110 section 5.6.7: milliseconds since 1970, or null where the text is
 * none of them. `now` (the same unit, from 1970 on) decides the century of a year of two digits.
 */
export function parseHttpDate(text: string, now: number): number | null {
  const imf = IMF_FIXDATE.exec(text);
  const old = imf ?? RFC_850.exec(text);
  const match = old ?? ASCTIME.exec(text);
  if (match === null) return null;
  const [, first = "", second = "", third = "", fourth = "", fifth = "", sixth = ""] = match;
  const [dayText, monthText] = old === null ? [second, first] : [first, second];
  const ms = old === null ? timeOfDay(third, fourth, fifth) : timeOfDay(fourth, fifth, sixth);
  const month = MONTH_OF.get(monthText.toLowerCase());
  if (ms === null || month === undefined) return null;
  const day = Number(dayText);
  const yearText = Number(old === null ? sixth : third);
  const year = old === imf ? yearText : yearNear(now, yearText, month, day, ms);
  return instant(year, month, day, ms);
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

const EARLIEST = daysBeforeYear(0) * DAY;
const LATEST = daysBeforeYear(10_000) * DAY - 1;

/** Writes milliseconds since 1970 as an IMF-fixdate, whole seconds, rounded down. What lies outside the years 0 to 9999 becomes their end. */
export function formatHttpDate(ms: number): string {
  const bounded = Math.min(Math.max(ms, EARLIEST), LATEST);
  const days = Math.floor(bounded / DAY);
  const { year, month, day } = civilDate(days);
  const inDay = Math.floor((bounded - days * DAY) / 1000);
  const clock = `${two(Math.floor(inDay / 3600))}:${two(Math.floor(inDay / 60) % 60)}:${two(inDay % 60)}`;
  return `${WEEKDAYS[((days % 7) + 7) % 7]}, ${two(day)} ${MONTHS[month]} ${String(year).padStart(4, "0")} ${clock} GMT`;
}
