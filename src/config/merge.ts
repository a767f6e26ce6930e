/** A mapping as it was written. */
export type Written = Readonly<Record<string, unknown>>;

/** Is this a mapping (no list, no null)? */
export function isMapping(value: unknown): value is Written {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Lays one value over another as both are written: mappings are merged key by key, anything else replaces what was there. */
export function mergeWritten(base: unknown, over: unknown): unknown {
  if (over === undefined) return base;
  if (!isMapping(base) || !isMapping(over)) return over;
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(over)) merged[key] = mergeWritten(base[key], value);
  return merged;
}
