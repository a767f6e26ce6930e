/** A JSON object. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Reads bytes as JSON; undefined when they are none. */
export function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8"));
  } catch {
    return undefined;
  }
}

/** Whether a value is a JSON object, not a list. */
export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is a text of 1 to `most` characters. */
export function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length > 0 && value.length <= most;
}

/** An amount that was written as a number or as a decimal text; NaN for anything else. */
export function amountOf(value: unknown): number {
  if (typeof value === "number") return value;
  return typeof value === "string" && /^-?[0-9]{1,15}(?:\.[0-9]{1,8})?$/.test(value) ? Number(value) : Number.NaN;
}
