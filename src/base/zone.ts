/// <reference lib="esnext.temporal" />

/*
 * Calendar arithmetic over given instants: nothing here reads a clock. Rules of daylight saving come with the runtime.
 */

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
  const tomorrow = zoned(wall, zone).toPlainDate().add({ days: 1 });
  const start = tomorrow.toZonedDateTime(zone).epochMilliseconds;
  // Between the two midnights of one night the first has passed.
  return start > wall ? start : tomorrow.toPlainDateTime().toZonedDateTime(zone, { disambiguation: "later" }).epochMilliseconds;
}

function zoned(wall: number, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(wall)).toZonedDateTimeISO(zone);
}
