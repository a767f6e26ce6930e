import { THREE_DIGITS } from "./iso-time.ts";

/** What a JSON string must not hold as it is (RFC 8259 section 7), and surrogates, of which a lone one is no UTF-8. */
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/** `text` as a JSON string with its quotes: right for any string, quick for ordinary ones. */
export function quoted(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/**
 * A duration in milliseconds with three decimals as a JSON number. Goes by whole microseconds, because the shortest
 * decimal form of a double takes ten times as long. Negative and unknown durations become 0.
 */
export function milliseconds(ms: number): string {
  const micros = ms > 0 ? Math.round(ms * 1000) : 0;
  const rest = micros % 1000;
  return `${(micros - rest) / 1000}.${THREE_DIGITS[rest] as string}`;
}
