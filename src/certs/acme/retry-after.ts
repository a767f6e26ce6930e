import { parseHttpDate } from "../../http/http-date.ts";

const LEAST_MS = 1000;
const MOST_MS = 7 * 24 * 3_600_000;

/**
 * Reads Retry-After (RFC 9110 section 10.2.3), seconds or a date, as ms from now: at least a second, whatever the clocks
 * of the two make of a date, and at most a week. Null where nothing was said, or nothing that can be read. `wall` is now.
 */
export function readRetryAfter(text: string | null, wall: number): number | null {
  if (text === null) return null;
  const said = text.trim();
  const ms = /^\d+$/.test(said) ? Number(said) * 1000 : until(said, wall);
  return ms === null ? null : Math.min(MOST_MS, Math.max(LEAST_MS, ms));
}

function until(date: string, wall: number): number | null {
  const at = parseHttpDate(date, wall);
  return at === null ? null : at - wall;
}
