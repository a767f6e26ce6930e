import { isBlank } from "../../document/xml-characters.ts";
import type { DocumentReader, DocumentSink } from "./document-sink.ts";
import { hearDoctype } from "./xml-doctype.ts";
import { stepName } from "./step-name.ts";
import { hearTag, isNameStart, localName, nameEndLeniently, readTag } from "./xml-tag.ts";
import { plainXmlText } from "./xml-text.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const FOREIGN = /[\0-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
/** White space before it is lenient too. */
const DECLARATION = /[ \t\r\n]*<\?xml(?=[ \t\r\n])/y;

/**
 * Goes once through an XML document and hears its texts, CDATA too, and attributes; comments, instructions and the texts of
 * entities as `text`. All direct text of an element is one value. Declarations of namespaces are passed over where they are
 * plain addresses. What is not XML is read on all the same. Linear, without recursion.
 */
export function openXmlFields(text: string, maxDepth: number, sink: DocumentSink): DocumentReader {
  return new XmlFields(text, maxDepth, sink);
}

class XmlFields implements DocumentReader {
  readonly #text: string;
  readonly #sink: DocumentSink;
  readonly #maxDepth: number;
  /** Qualified names and direct texts of the open elements, up to the bound. */
  readonly #names: string[] = [];
  readonly #texts: string[] = [];
  readonly #where = (): string => this.#path();
  readonly #attributeWhere = (): string => `${this.#path()}/@${stepName(localName(this.#attribute))}`;
  #attribute = "";
  #at = 0;
  #depth = 0;
  #rooted = false;
  #goesOn = true;

  constructor(text: string, maxDepth: number, sink: DocumentSink) {
    this.#text = text;
    this.#maxDepth = maxDepth;
    this.#sink = sink;
  }

  read(most: number): boolean {
    const text = this.#text;
    if (this.#at === 0) this.#begin();
    const until = Math.min(text.length, this.#at + most);
    while (this.#at < until && this.#goesOn) {
      const next = text.indexOf("<", this.#at);
      const end = next < 0 ? text.length : next;
      if (end > this.#at) this.#characters(text.slice(this.#at, end));
      this.#at = end;
      if (next >= 0 && this.#goesOn) this.#markup(next);
    }
    if (!this.#goesOn) return true;
    if (this.#at < text.length) return false;
    if (this.#depth > 0 || !this.#rooted) this.#malformed();
    while (this.#depth > 0 && this.#goesOn) this.#leave();
    return true;
  }

  #begin(): void {
    const text = this.#text;
    if (FOREIGN.test(text)) this.#malformed();
    if (text.charCodeAt(0) === 0xfeff) this.#at = 1;
    DECLARATION.lastIndex = this.#at;
    if (DECLARATION.test(text)) this.#upTo("?>", DECLARATION.lastIndex);
  }

  #characters(raw: string): void {
    if (raw.charCodeAt(0) <= 0x20 && isBlank(raw)) {
      // White space between tags says nothing, and between words it does.
      const level = this.#depth - 1;
      const before = this.#texts[level];
      if (level < this.#maxDepth && before !== undefined && before !== "") this.#texts[level] = before + raw;
      return;
    }
    const { text, sound } = plainXmlText(raw);
    if (!sound) this.#malformed();
    this.#append(text);
  }

  #append(text: string): void {
    if (this.#depth === 0 || this.#depth > this.#maxDepth) {
      if (this.#depth === 0) this.#malformed();
      this.#goesOn = this.#sink.value(text, this.#where);
    } else this.#texts[this.#depth - 1] += text;
  }

  #markup(start: number): void {
    const text = this.#text;
    const code = text.charCodeAt(start + 1);
    if (code === 0x2f) this.#endTag(start);
    else if (code === 0x3f) this.#instruction(start);
    else if (code === 0x21) this.#declaration(start);
    else if (isNameStart(code)) this.#startTag(start);
    else {
      this.#malformed();
      this.#append("<");
      this.#at = start + 1;
    }
  }

  #instruction(start: number): void {
    const instruction = this.#upTo("?>", start + 2);
    // Readers of styles ask for them; any other target may be a language that is run.
    this.#goesOn = this.#sink.text(instruction.startsWith("xml") ? instruction : `<?${instruction}?>`, this.#where);
  }

  #declaration(start: number): void {
    const text = this.#text;
    if (text.startsWith("<!--", start)) {
      const comment = this.#upTo("-->", start + 4);
      // Server-side includes are comments too, and are nothing without their beginning.
      this.#goesOn = this.#sink.text(comment.startsWith("#") ? `<!--${comment}-->` : comment, this.#where);
    } else if (text.startsWith("<![CDATA[", start)) this.#append(this.#upTo("]]>", start + 9));
    else if (text.slice(start, start + 9).toUpperCase() === "<!DOCTYPE") {
      this.#sink.fault("dtd");
      this.#at = hearDoctype(text, start + 9, (literal) => (this.#goesOn &&= this.#sink.text(literal, this.#where)));
    } else {
      this.#malformed();
      this.#goesOn = this.#sink.text(`<!${this.#upTo(">", start + 2)}>`, this.#where);
    }
  }

  /** What stands before the next `mark`, and goes behind it. What is cut off reaches to the text's end. */
  #upTo(mark: string, from: number): string {
    const found = this.#text.indexOf(mark, from);
    if (found < 0) this.#malformed();
    this.#at = found < 0 ? this.#text.length : found + mark.length;
    return this.#text.slice(from, found < 0 ? undefined : found);
  }

  #startTag(start: number): void {
    if (this.#depth === 0 && this.#rooted) this.#malformed();
    this.#rooted = true;
    const end = nameEndLeniently(this.#text, start + 1);
    this.#enter(this.#text.slice(start + 1, end));
    const tag = readTag(this.#text, end);
    if (!tag.sound) this.#malformed();
    this.#at = tag.end;
    for (let i = 0; i < tag.attributes.length && this.#goesOn; i += 2) this.#takeAttribute(tag.attributes[i] as string, tag.attributes[i + 1] as string);
    if (this.#goesOn && hearTag(this.#text.slice(start + 1, end), tag.attributes)) this.#goesOn = this.#sink.text(this.#text.slice(start, tag.end), this.#where);
    if (tag.closed && this.#goesOn) this.#leave();
  }

  #takeAttribute(name: string, raw: string): void {
    const isDeclaration = name === "xmlns" || name.startsWith("xmlns:");
    const { text, sound } = plainXmlText(raw);
    if (!sound || raw.includes("<")) this.#malformed();
    if (isDeclaration && isPlainAddress(text)) return;
    this.#attribute = name;
    this.#goesOn = this.#sink.value(text, this.#attributeWhere);
  }

  #enter(name: string): void {
    if (this.#depth === this.#maxDepth) this.#sink.fault("too-deep");
    if (this.#depth < this.#maxDepth) {
      this.#names[this.#depth] = name;
      this.#texts[this.#depth] = "";
    }
    this.#depth++;
  }

  /** Hears the text of the element that ends. */
  #leave(): void {
    const text = this.#depth <= this.#maxDepth ? (this.#texts[this.#depth - 1] as string) : "";
    if (text !== "") this.#goesOn = this.#sink.value(text, this.#where);
    this.#depth--;
  }

  #endTag(start: number): void {
    const open = this.#names[this.#depth - 1];
    if (open !== undefined && this.#depth <= this.#maxDepth && this.#text.startsWith(open, start + 2) && this.#text.charCodeAt(start + 2 + open.length) === 0x3e) {
      this.#at = start + 3 + open.length;
      return this.#leave();
    }
    const end = nameEndLeniently(this.#text, start + 2);
    const name = this.#text.slice(start + 2, end);
    const rest = this.#upTo(">", end);
    const isKnown = this.#depth <= this.#maxDepth;
    if (this.#depth === 0 || (isKnown && this.#names[this.#depth - 1] !== name) || !isBlank(rest)) this.#malformed();
    if (!isBlank(rest)) this.#goesOn = this.#sink.text(rest, this.#where);
    if (this.#depth > 0 && this.#goesOn) this.#leave();
  }

  #malformed(): void {
    this.#sink.fault("malformed-xml");
  }

  #path(): string {
    let path = "";
    for (let level = 0; level < Math.min(this.#depth, this.#maxDepth); level++) path += `/${stepName(localName(this.#names[level] as string))}`;
    return path;
  }
}

/** A name of a namespace as it should be; what else stands there is looked at. */
function isPlainAddress(value: string): boolean {
  return /^[\w:./#?=&%~+,;@-]*$/.test(value);
}
