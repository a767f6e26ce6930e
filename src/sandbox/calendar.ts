type Parts = Readonly<Record<string, string>>;

const UTC = formatter("UTC");
const CHINA = formatter("+08:00");

/** Milliseconds since the epoch as the value of a Date header (RFC 9110, section 5.6.7). */
export function httpDate(wall: number): string {
  const p = partsOf(UTC, wall);
  return `${p.weekday}, ${p.day} ${monthName(wall)} ${p.year} ${p.hour}:${p.minute}:${p.second} GMT`;
}

/** Milliseconds since the epoch as local time of the platform, `2026-11-21T08:00:00+08:00`. */
export function localTime(wall: number): string {
  const p = partsOf(CHINA, wall);
  return `${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}+08:00`;
}

const MONTH_NAMES = new Intl.DateTimeFormat("en-US", { timeZone: "UTC", month: "short" });

function monthName(wall: number): string {
  return MONTH_NAMES.format(wall);
}

function partsOf(format: Intl.DateTimeFormat, wall: number): Parts {
  const parts: Record<string, string> = {};
  for (const part of format.formatToParts(wall)) parts[part.type] = part.value;
  return parts;
}

// Intl formats a number it is given and reads no clock, so the ban on Date keeps its meaning here.
function formatter(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat("en-US", {
    timeZone, hourCycle: "h23", weekday: "short", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  });
}
