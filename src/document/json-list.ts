import type { ItemList, Span } from "./item-list.ts";
import { jsonStringEnd, jsonValueEnd, skipJsonSpace } from "./json-walk.ts";
import { pointerSteps, readPointer } from "./json-pointer.ts";

/**
 * Finds the list at a pointer of a JSON text. Where JSON's null stands, or the list alone is missing in its object, that is an
 * empty list, and is written when it is filled. Null where the text is no JSON, can be read in two ways on the way there, or holds
 * something else. Linear.
 */
export function jsonList(text: string, pointer: string): ItemList | null {
  const steps = pointerSteps(pointer);
  const read = readPointer(Buffer.from(text), pointer);
  if (steps === null || (read.kind !== "found" && read.kind !== "missing")) return null;
  const place = placeOf(text, steps);
  if (place === null) return null;
  if (place.kind === "absent") return absentList(text, place.at, place.name);
  if (text.startsWith("null", place.at)) return emptyList(text, { start: place.at, end: place.at + 4 });
  return text[place.at] === "[" ? presentList(text, place.at) : null;
}

type Place = { readonly kind: "value"; readonly at: number } | { readonly kind: "absent"; /** Of the object. */ readonly at: number; readonly name: string };

/** The text is known to be JSON. */
function placeOf(text: string, steps: readonly string[]): Place | null {
  let at = skipJsonSpace(text, 0);
  for (const [index, step] of steps.entries()) {
    const next = text[at] === "{" ? memberAt(text, at, step) : text[at] === "[" ? itemAt(text, at, step) : -1;
    if (next < 0) return index === steps.length - 1 && text[at] === "{" ? { kind: "absent", at, name: step } : null;
    at = next;
  }
  return { kind: "value", at };
}

/** Where the value of a member begins; -1 without it. */
function memberAt(text: string, object: number, name: string): number {
  for (let at = skipJsonSpace(text, object + 1); text[at] === '"'; ) {
    const end = jsonStringEnd(text, at) + 1;
    const value = skipJsonSpace(text, skipJsonSpace(text, end) + 1);
    if (JSON.parse(text.slice(at, end)) === name) return value;
    at = skipJsonSpace(text, jsonValueEnd(text, value));
    if (text[at] === ",") at = skipJsonSpace(text, at + 1);
  }
  return -1;
}

function itemAt(text: string, list: number, step: string): number {
  const span = /^(0|[1-9][0-9]{0,9})$/.test(step) ? spansOf(text, list).spans[Number(step)] : undefined;
  return span?.start ?? -1;
}

/** The items of a list, and where its bracket closes. */
function spansOf(text: string, list: number): { readonly spans: readonly Span[]; readonly close: number } {
  const spans: Span[] = [];
  let at = skipJsonSpace(text, list + 1);
  while (text[at] !== "]") {
    const end = jsonValueEnd(text, at);
    spans.push({ start: at, end });
    at = skipJsonSpace(text, end);
    if (text[at] === ",") at = skipJsonSpace(text, at + 1);
  }
  return { spans, close: at };
}

function presentList(text: string, open: number): ItemList {
  const { spans, close } = spansOf(text, open);
  const part = (index: number): string => text.slice(spans[index]?.start, spans[index]?.end);
  const [before, after] = [text.slice(0, open + 1), text.slice(close)];
  return {
    count: spans.length,
    part,
    only: (keep) => before + spans.flatMap((_, index) => (keep.has(index) ? [part(index)] : [])).join(",") + after,
    filled: (parts) => before + parts.join(",") + after,
  };
}

/** JSON's null in place of a list. */
function emptyList(text: string, { start, end }: Span): ItemList {
  return { count: 0, part: () => "", only: () => text, filled: (parts) => (parts.length === 0 ? text : `${text.slice(0, start)}[${parts.join(",")}]${text.slice(end)}`) };
}

function absentList(text: string, object: number, name: string): ItemList {
  const first = skipJsonSpace(text, object + 1);
  const comma = text[first] === "}" ? "" : ",";
  const filled = (parts: readonly string[]): string => `${text.slice(0, object + 1)}${JSON.stringify(name)}:[${parts.join(",")}]${comma}${text.slice(object + 1)}`;
  return { count: 0, part: () => "", only: () => text, filled: (parts) => (parts.length === 0 ? text : filled(parts)) };
}
