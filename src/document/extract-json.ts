import { compactJson } from "./json-compact.ts";
import { readPointer } from "./json-pointer.ts";
import { unread, type Reading } from "./reading.ts";

/** The value at a pointer of a JSON text in UTF-8, as {@link readPointer} finds it; objects and lists without white space. */
export function readJson(utf8: Uint8Array, pointer: string): Reading {
  const found = readPointer(utf8, pointer);
  switch (found.kind) {
    case "found":
      return found.type === "object" || found.type === "array" ? { kind: "found", type: found.type, text: compactJson(found.text) } : found;
    case "missing":
      return unread("missing", "no such member");
    case "duplicate":
      return unread("ambiguous", "a member on the way stands there twice");
    case "malformed":
      return unread("malformed", "not JSON");
    case "too-deep":
      return unread("too-deep", "JSON that is nested too deep");
  }
}
