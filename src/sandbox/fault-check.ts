import type { FaultSet } from "./faults.ts";
import type { Setting } from "./kind.ts";

/** The outcome of reading a fault set: the set, or every mistake in it, one message each. */
export type CheckedFaults =
  | { readonly ok: true; readonly faults: FaultSet }
  | { readonly ok: false; readonly errors: readonly string[] };

/** Looks at a value and appends one message for each mistake. */
type Check = (value: unknown, path: string, errors: string[]) => void;
type Fields = Readonly<Record<string, { readonly check: Check; readonly required?: true }>>;

const DAY_MS = 24 * 3600 * 1000;
const YEAR_MS = 366 * DAY_MS;
// Timers of the runtime hold 31 bits of milliseconds, a little under 25 days.
const LONGEST_WAIT_MS = 24 * DAY_MS;

const probability = { check: number(0, 1, "a number from 0 to 1") };
const flag = { check: is((v) => typeof v === "boolean", "true or false") };
const ms = { check: number(0, LONGEST_WAIT_MS, `milliseconds from 0 to ${LONGEST_WAIT_MS}`) };
const count = (least: number) => ({ check: whole(least, 1_000_000) });
const tail = ordered("minMs", "capMs", record({
  probability: required(probability), alpha: required({ check: number(0.05, 20, "a number from 0.05 to 20") }),
  minMs: required(ms), capMs: required(ms),
}));

/** What a fault set may name: operations and settings of one kind. */
export interface FaultTerms {
  readonly operations: readonly string[];
  /** With their defaults, which tell their types. */
  readonly settings?: Readonly<Record<string, Setting>> | undefined;
  /** Names of limits. */
  readonly limits?: readonly string[];
}

const windows = { check: listOf(record({ count: required(count(1)), ms: required({ check: number(1, LONGEST_WAIT_MS, `milliseconds from 1 to ${LONGEST_WAIT_MS}`) }) })) };


function checkOf({ operations, settings = {}, limits = [] }: FaultTerms): Check {
  const on = { check: is((v) => areOperations(v, operations), `a list of ${operations.join(", ")}`) };
  const chance: Fields = { probability, on, times: count(1) };
  return record({
    blackout: { check: record({ forMs: ms }) },
    refuseConnections: { check: record({ forMs: ms }) },
    capacity: { check: record({ concurrent: required(count(1)), queue: required(count(0)) }) },
    latency: { check: ordered("minMs", "maxMs", record({ minMs: required(ms), maxMs: required(ms), tail: { check: tail }, on })) },
    halfOpen: { check: record(chance) },
    garbage: { check: record({ ...chance, issued: flag }) },
    html: { check: record({ ...chance, issued: flag, status: required(oneOf([403, 502, 503])) }) },
    unauthorized: { check: record(chance) },
    errorBefore: { check: record(chance) },
    errorAfter: { check: record({ ...chance, as: required(oneOf(["reset", "504", "either"])) }) },
    resetAfterProcessing: { check: record(chance) },
    resetMidAnswer: { check: record({ ...chance, as: oneOf(["reset", "close"]) }) },
    slowBody: { check: record({ bytesPerSecond: required({ check: whole(1, 1_000_000_000) }) }) },
    clockSkew: { check: record({ ms: required({ check: number(-YEAR_MS, YEAR_MS, "milliseconds within a year") }) }) },
    lateVisibility: { check: record({ ms: required(ms) }) },
    refuseDuplicates: { check: record({ forMs: ms }) },
    limits: { check: record({ enforce: required(flag), windows: { check: record(Object.fromEntries(limits.map((name) => [name, windows]))) } }) },
    settings: { check: record(Object.fromEntries(Object.entries(settings).map(([name, fallback]) => [name, settingField(fallback)]))) },
  });
}

/** Checks a parsed JSON value against the shape of `FaultSet`; fields, operations and settings that are not known are mistakes. */
export function checkFaults(value: unknown, terms: FaultTerms): CheckedFaults {
  const errors: string[] = [];
  checkOf(terms)(value, "", errors);
  if (errors.length > 0) return { ok: false, errors };
  // The checks above are the proof of this shape. The copy keeps a caller from changing it later.
  return { ok: true, faults: structuredClone(value) as FaultSet };
}

function required(field: { readonly check: Check }): { readonly check: Check; readonly required: true } {
  return { check: field.check, required: true };
}

function record(fields: Fields): Check {
  return (value, path, errors) => {
    if (!isRecord(value)) return complain(errors, path, value, "an object");
    for (const key of Object.keys(value)) {
      const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
      if (field) field.check(value[key], join(path, key), errors);
      else errors.push(`reading faults: ${join(path, key)}: unknown field, want one of ${Object.keys(fields).join(", ")}`);
    }
    for (const [key, field] of Object.entries(fields)) {
      if (field.required && !Object.hasOwn(value, key)) errors.push(`reading faults: ${join(path, key)}: missing`);
    }
  };
}

function listOf(check: Check): Check {
  return (value, path, errors) => {
    if (!Array.isArray(value)) return complain(errors, path, value, "a list");
    for (const [index, one] of value.entries()) check(one, join(path, String(index)), errors);
  };
}

/** Adds to a record's check that one number is not above another. */
function ordered(low: string, high: string, check: Check): Check {
  return (value, path, errors) => {
    const before = errors.length;
    check(value, path, errors);
    if (errors.length > before || !isRecord(value)) return;
    const least = Number(value[low]);
    if (least > Number(value[high])) complain(errors, join(path, high), value[high], `at least ${low}, which is "${least}"`);
  };
}

function number(least: number, most: number, want: string): Check {
  return is((v) => typeof v === "number" && v >= least && v <= most, want);
}

function whole(least: number, most: number): Check {
  return is((v) => Number.isInteger(v) && Number(v) >= least && Number(v) <= most, `a whole number from ${least} to ${most}`);
}

function oneOf(values: readonly unknown[]): { readonly check: Check } {
  return { check: is((v) => values.includes(v), `one of ${values.map((v) => JSON.stringify(v)).join(", ")}`) };
}

function is(good: (value: unknown) => boolean, want: string): Check {
  return (value, path, errors) => {
    if (!good(value)) complain(errors, path, value, want);
  };
}

function complain(errors: string[], path: string, value: unknown, want: string): void {
  const got = typeof value === "string" || value === undefined ? String(value) : JSON.stringify(value);
  errors.push(`reading faults: ${path || "document"}: got "${got.slice(0, 80)}", want ${want}`);
}

function settingField(fallback: Setting): { readonly check: Check } {
  // JSON has no Infinity, but a set may come from the process that holds the sandbox.
  return { check: is((v) => typeof v === typeof fallback && (typeof v !== "number" || Number.isFinite(v)), `a ${typeof fallback}`) };
}

function areOperations(value: unknown, known: readonly unknown[]): boolean {
  return Array.isArray(value) && value.length > 0 && value.every((one) => known.includes(one));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function join(path: string, key: string): string {
  return path === "" ? key : `${path}.${key}`;
}
