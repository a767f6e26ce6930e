import { unread, type Unread } from "./reading.ts";
import { areXmlCharacters, isBlank, normalLineEnds, resolveReferences } from "./xml-characters.ts";
import { declarationEnd } from "./xml-declaration.ts";
import { isLocalName, nameEnd, splitName } from "./xml-name.ts";
import { XmlNamespaces } from "./xml-namespaces.ts";

const MAX_DEPTH = 128;
const MAX_ATTRIBUTES = 256;
const NONE: readonly XmlAttribute[] = [];

/** The name of an element or attribute; `uri` is empty where it is in no namespace. */
export interface XmlName {
  readonly uri: string;
  readonly local: string;
}

/** An attribute that is no declaration of a namespace, with its value resolved. */
export interface XmlAttribute extends XmlName {
  readonly value: string;
}

/** Hears what a scan comes across, in order. */
export interface XmlListener {
  /** `at`: where its tag begins in the text. */
  readonly open: (name: XmlName, attributes: readonly XmlAttribute[], at: number) => void;
  /** Text with its references resolved; CDATA too. */
  readonly text: (text: string) => void;
  /** `end`: where it has ended. */
  readonly close: (end: number) => void;
}

/** Ends a scan from anywhere in it; never leaves this file. */
class Stop extends Error {
  readonly failure: Unread;

  constructor(kind: Unread["kind"], detail: string) {
    super(detail);
    this.failure = unread(kind, detail);
  }
}

const broken = (detail: string): Stop => new Stop("malformed", `XML ${detail}`);

/**
 * Goes once through an XML document (1.0, with namespaces), in linear time and without recursion. Null at its sound end; else
 * why not, and then what was heard means nothing. A DTD is refused, so there are no entities but the predefined ones and
 * nothing is fetched. Bounded: depth 128, 256 attributes an element, names of 1,024 characters.
 */
export function scanXml(text: string, listener: XmlListener): Unread | null {
  try {
    new XmlScan(text, listener).run();
    return null;
  } catch (stop) {
    if (stop instanceof Stop) return stop.failure;
    throw stop;
  }
}

class XmlScan {
  readonly #text: string;
  readonly #listener: XmlListener;
  readonly #namespaces = new XmlNamespaces();
  readonly #open: string[] = [];
  #at = 0;
  #rooted = false;

  constructor(text: string, listener: XmlListener) {
    this.#text = text;
    this.#listener = listener;
  }

  run(): void {
    if (!areXmlCharacters(this.#text)) throw broken("with characters that it must not hold");
    this.#at = declarationEnd(this.#text);
    while (this.#at < this.#text.length) {
      const next = this.#text.indexOf("<", this.#at);
      this.#characters(this.#text.slice(this.#at, next < 0 ? this.#text.length : next));
      if (next < 0) break;
      this.#at = next + 1;
      this.#markup();
    }
    if (this.#open.length > 0 || !this.#rooted) throw broken("that is cut off");
  }

  #characters(raw: string): void {
    if (raw === "") return;
    if (this.#open.length === 0) {
      if (!isBlank(raw)) throw broken("with text outside its root");
    } else if (raw.includes("]]>")) throw broken("with ']]>' in its text");
    else this.#listener.text(resolved(normalLineEnds(raw)));
  }

  #markup(): void {
    switch (this.#text[this.#at]) {
      case "/":
        return this.#endTag();
      case "?":
        return this.#instruction();
      case "!":
        return this.#declaration();
      default:
        return this.#startTag();
    }
  }

  /** What stands up to `end`, which is passed over. */
  #upTo(end: string, from: number): string {
    const found = this.#text.indexOf(end, from);
    if (found < 0) throw broken("that is cut off");
    this.#at = found + end.length;
    return this.#text.slice(from, found);
  }

  #instruction(): void {
    const start = this.#at + 1;
    const end = this.#nameFrom(start);
    const target = this.#text.slice(start, end);
    if (target.toLowerCase() === "xml" || target.includes(":")) throw broken("with a declaration that is out of place or broken");
    if (!isBlank(this.#text[end] ?? " ") && !this.#text.startsWith("?>", end)) throw broken("with a broken instruction");
    this.#upTo("?>", end);
  }

  #declaration(): void {
    if (this.#text.startsWith("!--", this.#at)) {
      const comment = this.#upTo("-->", this.#at + 3);
      if (comment.includes("--") || comment.endsWith("-")) throw broken("with '--' in a comment");
    } else if (this.#text.startsWith("![CDATA[", this.#at)) {
      if (this.#open.length === 0) throw broken("with text outside its root");
      this.#listener.text(normalLineEnds(this.#upTo("]]>", this.#at + 8)));
    } else throw this.#text.startsWith("!DOCTYPE", this.#at) ? broken("with a DTD, which is refused") : broken("with broken markup");
  }

  #nameFrom(start: number): number {
    const end = nameEnd(this.#text, start);
    if (end < 0) throw new Stop("too-large", "XML with a name that is too long");
    if (end === start) throw broken("with broken markup");
    return end;
  }

  #space(): boolean {
    const start = this.#at;
    for (let code = this.#text.charCodeAt(start); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) code = this.#text.charCodeAt(++this.#at);
    return this.#at > start;
  }

  #endTag(): void {
    const name = this.#open.pop();
    this.#at++;
    if (name === undefined || !this.#text.startsWith(name, this.#at)) throw broken("whose tags do not match");
    this.#at += name.length;
    this.#space();
    if (this.#text[this.#at++] !== ">") throw broken("whose tags do not match");
    this.#leave(this.#at);
  }

  #leave(end: number): void {
    this.#namespaces.leave();
    this.#listener.close(end);
  }

  #startTag(): void {
    const start = this.#at - 1;
    const end = this.#nameFrom(this.#at);
    const name = this.#text.slice(this.#at, end);
    if (this.#open.length === 0 && this.#rooted) throw broken("with a second root");
    if (this.#open.length >= MAX_DEPTH) throw new Stop("too-deep", `XML that is nested deeper than ${MAX_DEPTH}`);
    this.#rooted = true;
    this.#at = end;
    this.#namespaces.enter();
    const written = this.#attributes();
    this.#listener.open(this.#named(name), written.length === 0 ? NONE : this.#bind(written), start);
    if (this.#text[this.#at] === ">") this.#open.push(name);
    else if (this.#text[++this.#at] === ">") this.#leave(this.#at + 1);
    else throw broken("with a broken tag");
    this.#at++;
  }

  /** Attributes as they are written, name and value by turns; declarations of namespaces take effect instead. Ends at `>` or `/`. */
  #attributes(): string[] {
    const written: string[] = [];
    for (let count = 1; ; count++) {
      const spaced = this.#space();
      const next = this.#text[this.#at];
      if (next === ">" || next === "/") return written;
      if (!spaced) throw broken("with a broken tag");
      if (count > MAX_ATTRIBUTES) throw new Stop("too-large", `XML with more than ${MAX_ATTRIBUTES} attributes in a tag`);
      this.#attribute(written);
    }
  }

  #attribute(written: string[]): void {
    const end = this.#nameFrom(this.#at);
    const name = this.#text.slice(this.#at, end);
    this.#at = end;
    this.#space();
    if (this.#text[this.#at++] !== "=") throw broken("with a broken tag");
    this.#space();
    const quote = this.#text[this.#at];
    if (quote !== '"' && quote !== "'") throw broken("with a broken tag");
    const raw = this.#upTo(quote, this.#at + 1);
    if (raw.includes("<")) throw broken("with '<' in an attribute");
    const value = resolved(normalLineEnds(raw).replaceAll(/[\t\n]/g, " "));
    if (name !== "xmlns" && !name.startsWith("xmlns:")) written.push(name, value);
    else if ((name !== "xmlns" && !isLocalName(name.slice(6))) || !this.#namespaces.declare(name.slice(6), value)) throw broken("with a namespace that is declared wrongly");
  }

  /** The attributes by their namespaces, once all of the tag's declarations are known. Without a prefix: in none. */
  #bind(written: readonly string[]): XmlAttribute[] {
    const bound: XmlAttribute[] = [];
    const seen = new Set<string>();
    for (let i = 0; i < written.length; i += 2) {
      const name = written[i] as string;
      const { uri, local } = name.includes(":") ? this.#named(name) : { uri: "", local: name };
      seen.add(`{${uri}}${local}`);
      bound.push({ uri, local, value: written[i + 1] as string });
    }
    if (seen.size < bound.length) throw broken("with the same attribute twice in a tag");
    return bound;
  }

  #named(name: string): XmlName {
    const split = splitName(name);
    const uri = split === null ? undefined : this.#namespaces.lookUp(split.prefix);
    if (split === null || uri === undefined) throw broken("with a name whose prefix is not bound");
    return { uri, local: split.local };
  }
}

function resolved(raw: string): string {
  const text = resolveReferences(raw);
  if (text === null) throw broken("with a reference to an entity that is not predefined");
  return text;
}
