import { randomHex } from "../base/random.ts";

/** A place in a trace, as its headers say it (W3C Trace Context, level 1). */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits: the caller's span. */
  readonly parentId: string;
  readonly sampled: boolean;
}

const SHAPE = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const NO_TRACE = "0".repeat(32);
const NO_SPAN = "0".repeat(16);

/**
 * Reads `traceparent` strictly (section 3.2): lower-case hexadecimal, ids not all zero, version `ff` refused. Version
 * 00 has exactly four parts; a later one may have more, which are not understood and not passed on. Null: start anew.
 */
export function parseTraceparent(value: string): TraceParent | null {
  const match = SHAPE.exec(value);
  if (match === null) return null;
  const [, version, traceId = "", parentId = "", flags = "", more] = match;
  if (version === "ff" || (version === "00" && more !== undefined)) return null;
  if (traceId === NO_TRACE || parentId === NO_SPAN) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & 1) === 1 };
}

/** Gives `length` unpredictable hexadecimal digits, never all zero. */
export type HexSource = (length: number) => string;

/** Draws 4 KiB of chance at a time, because asking the system costs a microsecond whatever the size. */
export function pooledHex(draw: (bytes: number) => string = randomHex): HexSource {
  let pool = "";
  let used = 0;
  const take = (length: number): string => {
    if (used + length > pool.length) {
      pool = draw(4096);
      used = 0;
    }
    used += length;
    return pool.slice(used - length, used);
  };
  return (length) => {
    let digits = take(length);
    while (/^0+$/.test(digits)) digits = take(length);
    return digits;
  };
}

const sharedHex = pooledHex();

/**
 * The `traceparent` under which this exchange goes on: the caller's trace with a span of ours, or a new trace where none
 * came or it cannot be read. A new trace is marked as not sampled: Taxgate exports no spans, and must not decide for others.
 *
 * @param value the caller's header, undefined where there is none (or more than one)
 */
export function traceOf(value: string | undefined, hex: HexSource = sharedHex): string {
  const parent = value === undefined ? null : parseTraceparent(value);
  if (parent === null) return `00-${hex(32)}-${hex(16)}-00`;
  return `00-${parent.traceId}-${hex(16)}-${parent.sampled ? "01" : "00"}`;
}

/** The trace id inside a `traceparent` that {@link traceOf} made. */
export function traceIdOf(traceparent: string): string {
  return traceparent.slice(3, 35);
}
