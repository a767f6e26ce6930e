/*
 * AEAT's clock. Nothing here reads one: instants are given, in ms since 1970.
 */

// Intl formats a number it is given and reads no clock.
const MADRID = new Intl.DateTimeFormat("en-US", {
  timeZone: "Europe/Madrid", hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "longOffset",
});

/** As an xs:dateTime, `2026-11-22T08:00:00+01:00`. */
export function madridTime(wall: number): string {
  const parts = new Map(MADRID.formatToParts(wall).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  return `${part("year")}-${part("month")}-${part("day")}T${part("hour")}:${part("minute")}:${part("second")}${part("timeZoneName").replace("GMT", "")}`;
}

/** Fourteen digits, year first. */
export function madridDigits(wall: number): string {
  return madridTime(wall).slice(0, 19).replaceAll(/[-T:]/g, "");
}

/** Whether a date written `dd-mm-yyyy` is later than today. */
export function isLaterThanToday(date: string, wall: number): boolean {
  return sortable(date) > madridTime(wall).slice(0, 10);
}

/** `dd-mm-yyyy` as `yyyy-mm-dd`, which sorts. */
export function sortable(date: string): string {
  return `${date.slice(6, 10)}-${date.slice(3, 5)}-${date.slice(0, 2)}`;
}
