import type { ItemList, Span } from "./item-list.ts";
import { isNamed, type XmlPath } from "./xml-path.ts";
import { scanXml, type XmlName } from "./xml-scan.ts";
import { declarationsIn, tagEnd } from "./xml-tag.ts";

/**
 * Finds the elements at a path, which ends with an element's name without an index, all within one element. None of them in that
 * element is an empty list. Null where the document is not sound, that element is not there, or there are several of it. Linear.
 */
export function xmlList(text: string, path: XmlPath): ItemList | null {
  if (path.attribute !== null || path.steps.length < 2 || path.steps.at(-1)?.index !== null) return null;
  const search = new ListSearch(path);
  const failure = scanXml(text, { open: (name, _, at) => search.open(name, at), text: () => undefined, close: (end) => search.close(end) });
  const around = search.around();
  return failure !== null || around === null ? null : listOf(text, around, search.spans);
}

/** The element that holds the list, and where the tags of those around it begin, itself the last. */
interface Around extends Span {
  readonly tags: readonly number[];
}

/** Follows a path to the element that holds the list, and notes the items in it. */
class ListSearch {
  readonly spans: Span[] = [];
  readonly #path: XmlPath;
  readonly #counts: number[];
  /** Tags of the open elements that are on the way. */
  readonly #tags: number[] = [];
  #depth = 0;
  #around: Around | null = null;
  #several = false;

  constructor(path: XmlPath) {
    this.#path = path;
    this.#counts = path.steps.map(() => 0);
  }

  around(): Around | null {
    return this.#several ? null : this.#around;
  }

  open(name: XmlName, at: number): void {
    const reached = this.#tags.length;
    const step = this.#path.steps[reached];
    if (reached !== this.#depth++ || step === undefined || !isNamed(step, name)) return;
    const count = ((this.#counts[reached] as number) += 1);
    if (step.index !== null && step.index !== count) return;
    this.#tags.push(at);
    if (this.#tags.length < this.#path.steps.length) this.#counts[this.#tags.length] = 0;
  }

  close(end: number): void {
    if (this.#tags.length !== this.#depth--) return;
    const tags = [...this.#tags];
    const start = this.#tags.pop() as number;
    const over = this.#path.steps.length - this.#tags.length;
    if (over === 1) this.spans.push({ start, end });
    if (over !== 2) return;
    this.#several ||= this.#around !== null;
    this.#around = { start, end, tags };
  }
}

function listOf(text: string, around: Around, spans: readonly Span[]): ItemList {
  const bound = new Map(around.tags.flatMap((tag) => [...declarationsIn(text, tag)]));
  return {
    count: spans.length,
    part: (index) => partOf(text, spans[index] as Span, bound),
    only: (keep) => replaced(text, spans, (index) => (keep.has(index) ? null : "")),
    filled(parts) {
      const written = parts.map((part) => fitted(part, bound)).join("");
      if (spans.length > 0) return replaced(text, spans, (index) => (index === 0 ? written : ""));
      return written === "" ? text : intoEmpty(text, around, written);
    },
  };
}

/** The text with some elements replaced; null leaves one as it is. */
function replaced(text: string, spans: readonly Span[], by: (index: number) => string | null): string {
  const pieces: string[] = [];
  let kept = 0;
  for (const [index, { start, end }] of spans.entries()) {
    const piece = by(index);
    if (piece === null) continue;
    pieces.push(text.slice(kept, start), piece);
    kept = end;
  }
  return pieces.join("") + text.slice(kept);
}

function intoEmpty(text: string, { start, end }: Span, written: string): string {
  const opened = tagEnd(text, start);
  if (opened < end) {
    const closing = text.lastIndexOf("</", end - 1);
    return text.slice(0, closing) + written + text.slice(closing);
  }
  const name = /^<([^\s/>]+)/.exec(text.slice(start, start + 1100))?.[1] ?? "";
  return `${text.slice(0, end - 2)}>${written}</${name}>${text.slice(end)}`;
}

/** An element with the namespaces that are bound around it. */
function partOf(text: string, { start, end }: Span, bound: ReadonlyMap<string, string>): string {
  const own = new Set(declarationsIn(text, start).map(([prefix]) => prefix));
  const missing = [...bound].filter(([prefix]) => !own.has(prefix));
  // Elsewhere another default may be bound.
  if (!own.has("") && !bound.has("")) missing.push(["", '""']);
  const nameEnds = start + (/^<[^\s/>]+/.exec(text.slice(start, Math.min(end, start + 1100)))?.[0].length ?? 1);
  return text.slice(start, nameEnds) + missing.map(([prefix, uri]) => declaration(prefix, uri)).join("") + text.slice(nameEnds, end);
}

/** Leaves out what a part states before its other attributes, and is bound to the same around its new place. */
function fitted(part: string, bound: ReadonlyMap<string, string>): string {
  let at = /^<[^\s/>]+/.exec(part.slice(0, 1100))?.[0].length ?? 1;
  let written = part.slice(0, at);
  for (const [prefix, uri] of declarationsIn(part, 0)) {
    const stated = declaration(prefix, uri);
    if (!part.startsWith(stated, at)) break;
    if (!sameUri(uri, bound.get(prefix) ?? (prefix === "" ? '""' : undefined))) written += stated;
    at += stated.length;
  }
  return written + part.slice(at);
}

/** URIs are compared as they are written, with their quotes. */
function sameUri(one: string, other: string | undefined): boolean {
  return other !== undefined && one.slice(1, -1) === other.slice(1, -1);
}

function declaration(prefix: string, uri: string): string {
  return ` xmlns${prefix === "" ? "" : `:${prefix}`}=${uri}`;
}
