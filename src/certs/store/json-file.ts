import { readBounded } from "../../base/files.ts";

/** A JSON object that a file holds, nothing, or something broken. */
export type JsonReading = { readonly kind: "object"; readonly value: Readonly<Record<string, unknown>> } | { readonly kind: "none" } | { readonly kind: "broken"; readonly why: string };

const MOST_BYTES = 1024 * 1024;

/** Reads a JSON object. */
export function readJsonFile(path: string): JsonReading {
  const reading = readBounded(path, MOST_BYTES);
  if (!reading.ok) return reading.reason === "no such file" ? { kind: "none" } : { kind: "broken", why: reading.reason };
  try {
    const value: unknown = JSON.parse(Buffer.from(reading.bytes).toString("utf8"));
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { kind: "object", value: value as Record<string, unknown> };
  } catch {
    // Said below: what the parser says may quote a secret.
  }
  return { kind: "broken", why: "it is not a JSON object: cut off, or changed by hand" };
}
