import { instantText, parseInstant } from "../../../base/instant.ts";

/*
 * Times as KSeF writes them. `wall` is in ms since 1970 throughout.
 */

const POLISH_DAY = new Intl.DateTimeFormat("sv-SE", { timeZone: "Europe/Warsaw", year: "numeric", month: "2-digit", day: "2-digit" });

/** `2026-11-22T08:00:00.015+00:00`. */
export function isoTime(wall: number): string {
  const ms = String(Math.floor(wall) % 1000).padStart(3, "0");
  return instantText(wall).replace("Z", `.${ms}+00:00`);
}

/** The day in Poland, `2026-11-22`: the one that decides whether an invoice is late. */
export function polishDay(wall: number): string {
  return POLISH_DAY.format(wall);
}

/** Ms since 1970 of a time that a caller wrote; NaN where it is none. Without an offset it is taken as UTC. */
export function timeOf(text: string): number {
  return parseInstant(text) ?? parseInstant(`${text}Z`) ?? Number.NaN;
}
