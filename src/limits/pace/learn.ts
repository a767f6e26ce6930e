import { parseInstant } from "../../base/instant.ts";
import { compileCondition } from "../../document/answer-condition.ts";
import { compileExtractor, type Extractor } from "../../document/extractor.ts";
import { headerValue } from "../../http/headers.ts";
import { parseHttpDate } from "../../http/http-date.ts";
import type { Headers } from "../../http/message.ts";
import type { LearnRuleOptions } from "./options.ts";
import { resetOf } from "./rate-limit-fields.ts";

/*
 * What a platform's answers tell about the time to the next request: Retry-After, the RateLimit fields, a value in the body.
 */

/** An answer as a rule looks at it. */
export interface HeardAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Without content codings; null where it is not at hand. */
  readonly body: Uint8Array | null;
}

/** What a rule makes of an answer: a wait in ms; "unsaid" where one is due and nothing readable says how long; null where it says nothing. */
export type Heard = number | "unsaid" | null;

/** A rule that is ready. */
export interface LearnRule {
  readonly needsBody: boolean;
  /** `wall` in ms decides what a date means where the answer does not carry its own. */
  readonly hear: (answer: HeardAnswer, wall: number) => Heard;
}

const UNIT_MS: Readonly<Record<LearnRuleOptions["unit"], number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000 };
/** Seconds above it are an instant, not a duration: nobody asks for thirty years. */
const EPOCH_S = 1_000_000_000;
const EPOCH_MS = EPOCH_S * 1000;

/** Makes a rule ready; its options have passed the schema. */
export function compileLearn({ when, wait, unit }: LearnRuleOptions): LearnRule {
  const condition = when === undefined ? null : compileCondition(when);
  const extractor = wait === undefined ? null : compileExtractor(wait);
  const fits = ({ status, headers, body }: HeardAnswer): boolean => condition?.matches({ status, contentType: headerValue(headers, "content-type"), body }) ?? true;
  return {
    needsBody: (condition?.needsBody ?? false) || (extractor?.needsBody ?? false),
    hear(answer, wall) {
      if (!fits(answer)) return null;
      const reader = (text: string): number | null => readWait(text, UNIT_MS[unit], hereAndNow(answer.headers, wall));
      const ms = extractor === null ? resetOf(answer.headers, reader) : readText(extractor, answer, reader);
      // A refusal that does not say how long is one all the same; anything else that says nothing says nothing.
      return ms ?? (answer.status === 429 ? "unsaid" : null);
    },
  };
}

function readText(extractor: Extractor, { headers, body }: HeardAnswer, reader: (text: string) => number | null): number | null {
  const read = extractor.read({ headers, pathVariables: {}, query: "", body, contentType: headerValue(headers, "content-type") });
  return read.kind === "found" ? reader(read.text.trim()) : null;
}

/** A date of the platform is meant by the platform's clock. */
function hereAndNow(headers: Headers, wall: number): number {
  const date = headerValue(headers, "date");
  return (date === undefined ? null : parseHttpDate(date.trim(), wall)) ?? wall;
}

/** A number in its unit, an instant in seconds or ms since 1970, a date of HTTP or of RFC 3339, as ms from `now` on; null where it is none. */
function readWait(text: string, unit: number, now: number): number | null {
  if (/^\d{1,15}(\.\d{1,9})?$/.test(text)) {
    const number = Number(text);
    if (number >= EPOCH_MS) return Math.max(0, number - now);
    return number >= EPOCH_S ? Math.max(0, number * 1000 - now) : number * unit;
  }
  const at = parseHttpDate(text, now) ?? (/^\d{4}-/.test(text) ? parseInstant(text) : null);
  return at === null ? null : Math.max(0, at - now);
}
