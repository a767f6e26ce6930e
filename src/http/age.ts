/** RFC 9111 section 1.2.2: what is larger counts as this. */
const LARGEST = 2 ** 31;
/** A second value or parameters after the number do not make the answer younger: the number still counts. */
const AGE = /^[ \t]*([0-9]+)[ \t]*(?:[,;]|$)/;

/**
 * The Age field of an answer in seconds (RFC 9111 section 5.1), at most 2^31; 0 where there is none or it is no whole
 * number from 0 up. Of several values, on one line or more, the first counts.
 */
export function parseAge(values: readonly string[]): number {
  const match = AGE.exec(values[0] ?? "");
  return match === null ? 0 : Math.min(Number(match[1]), LARGEST);
}
