/** A month since the year 0 of the Gregorian calendar, in UTC: archives are named by it. */
export type Month = number;

const DAY = 86_400_000;

/** The month of a wall time in ms. Howard Hinnant's algorithm for civil dates: years begin in March there. */
export function monthOf(wall: number): Month {
  const day = Math.floor(wall / DAY) + 719_468;
  const era = Math.floor(day / 146_097);
  const dayOfEra = day - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  return (era * 400 + yearOfEra) * 12 + fromMarch + 2;
}

/** The year of a month. */
export function yearOf(month: Month): number {
  return Math.floor(month / 12);
}

/** `2026-11`. */
export function monthText(month: Month): string {
  return `${yearOf(month)}-${String((month % 12) + 1).padStart(2, "0")}`;
}

/** The month of such a text; null where it is none. */
export function monthFrom(text: string): Month | null {
  const parts = /^([0-9]{4,})-(0[1-9]|1[0-2])$/.exec(text);
  return parts === null ? null : Number(parts[1]) * 12 + Number(parts[2]) - 1;
}
