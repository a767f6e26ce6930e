import { nextMidnight, zoneName } from "../base/zone.ts";

/** What {@link parseTimeLimit} takes. */
export const TIME_LIMIT_WANTED = "midnight and a time zone, such as midnight Europe/Warsaw";

/** Why something was not sent past a limit. */
export const PAST_THE_LAW = "it came on an earlier day, and 'notPast' lets nothing of that day be sent; sent again, it belongs to the new day";

/** A time of the wall past which nothing is sent. */
export interface TimeLimit {
  /** The zone whose day ends then, by its IANA name. */
  readonly zone: string;
  /** The first such time after `wall`; both wall ms. What is queued on the stroke of midnight belongs to the new day. */
  next(wall: number): number;
}

/** A limit such as `midnight Europe/Warsaw`; null when it is not one. */
export function parseTimeLimit(text: string): TimeLimit | null {
  const [word, name, ...rest] = text.split(" ");
  const zone = word === "midnight" && rest.length === 0 ? zoneName(name ?? "") : null;
  return zone === null ? null : { zone, next: (wall) => nextMidnight(wall, zone) };
}
