import type { DocumentReader, DocumentSink } from "./document-sink.ts";
import { jsonWordEnd, plainJsonString } from "./json-tokens.ts";
import { stepName } from "./step-name.ts";

const [QUOTE, COMMA, COLON, BACKSLASH, APOSTROPHE] = [0x22, 0x2c, 0x3a, 0x5c, 0x27];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];
/** Strings are looked at letter by letter up to here. */
const SHORT = 48;
const ODD = /["\\\u0000-\u001f]/g;
const BARE_ENDS = /[,:"[\]{}\n\r]/g;

/** Names that are kept, a power of two. */
const KNOWN = 64;
const PLAIN_NAME = /^[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*$/;
/** What every object of JavaScript has: no plain names where they are set from outside. */
const INHERITED = new Set(["constructor", "prototype"]);

/** What may come next. NAME and ITEM stand right after an opening bracket, where the closing one may follow too. */
const [VALUE, NAME, ITEM, COLON_NEXT, COMMA_NEXT, NAME_AFTER_COMMA, VALUE_AFTER_COMMA, DONE] = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * Goes once through a JSON text and hears its strings and member names, also those of members that stand there twice; of plain
 * names that come again, the first. Numbers and words of JSON are passed over. What is not JSON is read on all the same: strings in either quote, bare words, comments,
 * what is cut off, what follows the end. Linear, without recursion.
 */
export function openJsonFields(text: string, maxDepth: number, sink: DocumentSink): DocumentReader {
  return new JsonFields(text, maxDepth, sink);
}

class JsonFields implements DocumentReader {
  readonly #text: string;
  readonly #sink: DocumentSink;
  readonly #maxDepth: number;
  /** By level: the member that is open, or the index in a list. */
  readonly #steps: (string | number)[] = [];
  readonly #known: string[] = [];
  readonly #where = (): string => this.#pointer();
  #at = 0;
  #depth = 0;
  #next = VALUE;
  #goesOn = true;
  /** Whether the string that was read last has escapes. */
  #escaped = false;
  #isSound = true;

  constructor(text: string, maxDepth: number, sink: DocumentSink) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#sink = sink;
  }

  read(most: number): boolean {
    const { length } = this.#text;
    if (this.#at === 0 && this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    const until = Math.min(length, this.#at + most);
    while (this.#at < until && this.#goesOn) this.#token(this.#text.charCodeAt(this.#at));
    if (this.#at < length && this.#goesOn) return false;
    if (this.#goesOn && this.#next !== DONE) this.#malformed();
    return true;
  }

  #token(code: number): void {
    switch (code) {
      case 0x20:
      case 0x0a:
      case 0x0d:
      case 0x09:
        this.#at++;
        return;
      case QUOTE:
        return this.#string();
      case COLON:
        if (this.#next === COLON_NEXT) this.#next = VALUE;
        else this.#malformed();
        this.#at++;
        return;
      case COMMA:
        this.#comma();
        return;
      case OPEN_OBJECT:
      case OPEN_LIST:
        return this.#open(code === OPEN_LIST);
      case CLOSE_OBJECT:
      case CLOSE_LIST:
        return this.#close(code === CLOSE_LIST);
      default:
        return this.#bare(code);
    }
  }

  #comma(): void {
    const step = this.#steps[this.#depth - 1];
    if (this.#next !== COMMA_NEXT) this.#malformed();
    if (typeof step === "number") this.#steps[this.#depth - 1] = step + 1;
    this.#next = typeof step === "string" ? NAME_AFTER_COMMA : VALUE_AFTER_COMMA;
    this.#at++;
  }

  #open(isList: boolean): void {
    this.#beginValue();
    if (this.#depth === this.#maxDepth) this.#sink.fault("too-deep");
    // Beyond the bound only the count goes on.
    if (this.#depth < this.#maxDepth) this.#steps[this.#depth] = isList ? 0 : "";
    this.#depth++;
    this.#next = isList ? ITEM : NAME;
    this.#at++;
  }

  #close(isList: boolean): void {
    this.#at++;
    if (this.#depth === 0) return this.#malformed();
    this.#depth--;
    const isKnown = this.#depth < this.#maxDepth;
    const matches = !isKnown || (typeof this.#steps[this.#depth] === "number") === isList;
    if (!matches || (this.#next !== COMMA_NEXT && this.#next !== (isList ? ITEM : NAME))) this.#malformed();
    this.#endValue();
  }

  #beginValue(): void {
    if (this.#next !== VALUE && this.#next !== ITEM && this.#next !== VALUE_AFTER_COMMA) this.#malformed();
  }

  #endValue(): void {
    this.#next = this.#depth === 0 ? DONE : COMMA_NEXT;
  }

  #string(): void {
    const start = this.#at + 1;
    const end = this.#stringEnd(start);
    this.#at = end + 1;
    const known = this.#next === NAME || this.#next === NAME_AFTER_COMMA ? this.#knownName(start, end) : null;
    if (known !== null && this.#colonFollows()) return this.#step(known);
    const raw = this.#text.slice(start, end);
    if (!this.#escaped) return this.#take(raw);
    const plain = plainJsonString(raw, this.#isSound);
    if (!plain.sound) this.#malformed();
    this.#take(plain.text);
  }

  /** A plain name that was heard before: lists repeat their names, and hearing them again tells nothing. */
  #knownName(start: number, end: number): string | null {
    const slot = slotOf(this.#text, start, end);
    return this.#isKnown(slot, start, end) ?? this.#isKnown(slot ^ 1, start, end);
  }

  #isKnown(slot: number, start: number, end: number): string | null {
    const known = this.#known[slot];
    return known !== undefined && known.length === end - start && this.#text.startsWith(known, start) ? known : null;
  }

  /** The closing quote, or the text's end. */
  #stringEnd(start: number): number {
    const text = this.#text;
    this.#escaped = false;
    const near = Math.min(start + SHORT, text.length);
    for (let at = start; at < near; at++) {
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code === BACKSLASH || code < 0x20) return this.#oddEnd(at);
    }
    return this.#oddEnd(near);
  }

  #oddEnd(from: number): number {
    const text = this.#text;
    for (ODD.lastIndex = from; ODD.test(text); ) {
      const at = ODD.lastIndex - 1;
      const code = text.charCodeAt(at);
      if (code === QUOTE) return at;
      if (code !== BACKSLASH) this.#malformed();
      else {
        this.#escaped = true;
        ODD.lastIndex = at + 2;
      }
    }
    this.#malformed();
    return text.length;
  }

  /** A string or bare word: a name where a colon follows, and else a value. */
  #take(string: string): void {
    if (this.#colonFollows()) return this.#name(string);
    this.#beginValue();
    this.#goesOn = this.#sink.value(string, this.#where);
    this.#endValue();
  }

  #colonFollows(): boolean {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) code = this.#text.charCodeAt(++this.#at);
    return code === COLON;
  }

  #name(name: string): void {
    this.#step(name);
    this.#goesOn = this.#sink.name(name, this.#where);
    if (PLAIN_NAME.test(name) && !INHERITED.has(name)) this.#keep(name);
  }

  #keep(name: string): void {
    const slot = slotOf(name, 0, name.length);
    this.#known[this.#known[slot] === undefined ? slot : slot ^ 1] = name;
  }

  #step(name: string): void {
    if (this.#next !== NAME && this.#next !== NAME_AFTER_COMMA) this.#malformed();
    const level = this.#depth - 1;
    if (level >= 0 && level < this.#maxDepth && typeof this.#steps[level] === "string") this.#steps[level] = name;
    this.#next = COLON_NEXT;
  }

  /** What begins with neither bracket nor quote: a number, a word of JSON, or no JSON. */
  #bare(code: number): void {
    const end = jsonWordEnd(this.#text, this.#at);
    if (end < 0) return this.#foreign(code);
    this.#at = end;
    this.#beginValue();
    this.#endValue();
  }

  #foreign(code: number): void {
    this.#malformed();
    const { length } = this.#text;
    const start = this.#at;
    if (code === APOSTROPHE) {
      this.#at = this.#apostropheEnd(start + 1) + 1;
      this.#take(plainJsonString(this.#text.slice(start + 1, this.#at - 1), false).text);
    } else if (this.#text.startsWith("/*", start) || this.#text.startsWith("//", start)) {
      const mark = this.#text[start + 1] === "*" ? "*/" : "\n";
      const end = this.#text.indexOf(mark, start + 2);
      this.#at = end < 0 ? length : end + mark.length;
      this.#goesOn = this.#sink.text(this.#text.slice(start + 2, end < 0 ? length : end), this.#where);
    } else {
      BARE_ENDS.lastIndex = start + 1;
      this.#at = BARE_ENDS.test(this.#text) ? BARE_ENDS.lastIndex - 1 : length;
      this.#take(this.#text.slice(start, this.#at).trimEnd());
    }
  }

  #apostropheEnd(start: number): number {
    for (let at = this.#text.indexOf("'", start); at >= 0; at = this.#text.indexOf("'", at + 1)) {
      let escapes = 0;
      while (at - 1 - escapes >= start && this.#text.charCodeAt(at - 1 - escapes) === BACKSLASH) escapes++;
      if (escapes % 2 === 0) return at;
    }
    return this.#text.length;
  }

  #malformed(): void {
    if (!this.#isSound || this.#depth > this.#maxDepth) return;
    this.#isSound = false;
    this.#sink.fault("malformed-json");
  }

  #pointer(): string {
    let pointer = "";
    for (let level = 0; level < Math.min(this.#depth, this.#maxDepth); level++) {
      const step = this.#steps[level] as string | number;
      pointer += typeof step === "number" ? `/${step}` : `/${stepName(step).replaceAll("~", "~0").replaceAll("/", "~1")}`;
    }
    return pointer;
  }
}

/** Where a name is kept. */
function slotOf(text: string, start: number, end: number): number {
  return ((end - start) * 31 + text.charCodeAt(start) * 17 + text.charCodeAt((start + end) >> 1) * 7 + text.charCodeAt(end - 1) * 3) & (KNOWN - 1);
}
