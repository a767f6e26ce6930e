const DAY = 86_400_000;

/** `000` to `999`: three digits by look-up, because padding costs more than the rest of a line. */
export const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, index) => String(index).padStart(3, "0"));

/**
 * Year, month and day of a day counted from 1970-01-01, in the proleptic Gregorian calendar. The year is taken to begin
 * in March, so that the leap day comes last and months follow one linear rule.
 */
function civilDate(days: number): string {
  const fromMarch = days + 719_468;
  const era = Math.floor(fromMarch / 146_097);
  const dayOfEra = fromMarch - era * 146_097;
  const yearOfEra = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

/** `2026-11-03T08:15:00.` for a whole second, in milliseconds since 1970. */
function secondPrefix(second: number): string {
  const inDay = (second % DAY) / 1000;
  return `${civilDate(Math.floor(second / DAY))}T${two(Math.floor(inDay / 3600))}:${two(Math.floor(inDay / 60) % 60)}:${two(inDay % 60)}.`;
}

/**
 * Makes a formatter of wall time (milliseconds since 1970, years 1970 to 9999) as RFC 3339 text with milliseconds, in
 * UTC. It keeps the last second's prefix: thousands of lines share it.
 */
export function isoTime(): (wall: number) => string {
  let second = -1;
  let prefix = "";
  return (wall) => {
    const whole = Math.floor(wall);
    const ms = whole % 1000;
    if (whole - ms !== second) {
      second = whole - ms;
      prefix = secondPrefix(second);
    }
    return `${prefix}${THREE_DIGITS[ms]}Z`;
  };
}
