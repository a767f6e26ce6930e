/// <reference lib="esnext.temporal" />

/** What {@link parseInstant} takes. */
export const INSTANT_WANTED = "a time such as 2026-11-21T08:00:00Z or 2026-11-21 (its start in UTC)";

const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** A time of RFC 3339 with its offset, or a day, as ms since 1970; null where it is neither, or is not on any calendar. */
export function parseInstant(text: string): number | null {
  try {
    const written = DAY.test(text) ? `${text}T00:00:00Z` : text;
    return Temporal.Instant.from(written).epochMilliseconds;
  } catch {
    return null;
  }
}

/** An instant as an operator reads it: `2026-11-21T08:00:00Z`. Takes ms since 1970. */
export function instantText(wall: number): string {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(wall)).toString({ smallestUnit: "second" });
}
