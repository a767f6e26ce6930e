import { decodeText, statedCharset } from "./charset.ts";
import { foundText, unread, type Found, type Reading, type Unread } from "./reading.ts";
import { statedEncoding } from "./xml-declaration.ts";
import { XmlForm } from "./xml-form.ts";
import { isNamed, type XmlPath } from "./xml-path.ts";
import { scanXml, type XmlAttribute, type XmlName } from "./xml-scan.ts";

const MAX_DECLARATION_BYTES = 512;
const AMBIGUOUS = unread("ambiguous", "several such elements");
const MISSING = unread("missing", "no such element");

/** The text of an XML document by its mark, the content type's charset and its declaration, which have to agree. */
export function xmlText(bytes: Uint8Array, contentType: string | undefined): string | Unread {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, MAX_DECLARATION_BYTES)).toString("latin1");
  // What is left of UTF-16 without its zeros is enough to read a declaration.
  const declaration = start.replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "").replaceAll("\0", "");
  return decodeText(bytes, statedCharset(contentType), statedEncoding(declaration));
}

/**
 * Reads the values at several paths in one pass, one for each; see {@link XmlForm} for the value of an element. What is
 * wrong with the document is wrong with every value, wherever in it that stands.
 */
export function readXml(text: string, paths: readonly XmlPath[]): Reading[] {
  const searches = paths.map((path) => new Search(path));
  const failure = scanXml(text, {
    open: (name, attributes) => searches.forEach((search) => search.open(name, attributes)),
    text: (text) => searches.forEach((search) => search.text(text)),
    close: () => searches.forEach((search) => search.close()),
  });
  return searches.map((search) => failure ?? search.reading());
}

/** Follows one path through a document. */
class Search {
  readonly #path: XmlPath;
  readonly #counts: number[];
  #depth = 0;
  /** How many of the open elements, from the root on, are those of the path. */
  #reached = 0;
  #form: XmlForm | null = null;
  #found: Found | null = null;
  #again = false;

  constructor(path: XmlPath) {
    this.#path = path;
    this.#counts = path.steps.map(() => 0);
  }

  open(name: XmlName, attributes: readonly XmlAttribute[]): void {
    this.#form?.open(name, attributes);
    const step = this.#path.steps[this.#reached];
    if (this.#reached !== this.#depth++ || step === undefined || !isNamed(step, name)) return;
    const count = ((this.#counts[this.#reached] as number) += 1);
    if (step.index !== null && step.index !== count) return;
    this.#reached++;
    if (this.#reached < this.#path.steps.length) this.#counts[this.#reached] = 0;
    else if (this.#path.attribute === null) this.#form = new XmlForm(name, attributes);
    else this.#takeAttribute(attributes);
  }

  text(text: string): void {
    this.#form?.text(text);
  }

  close(): void {
    const isOnTheWay = this.#reached === this.#depth--;
    if (!isOnTheWay) return this.#form?.close();
    this.#reached--;
    if (this.#form !== null) this.#take(this.#form.value());
    this.#form = null;
  }

  reading(): Reading {
    return this.#again ? AMBIGUOUS : (this.#found ?? MISSING);
  }

  #takeAttribute(attributes: readonly XmlAttribute[]): void {
    const wanted = this.#path.attribute;
    for (const attribute of attributes) if (wanted !== null && isNamed(wanted, attribute)) this.#take(foundText(attribute.value));
  }

  #take(found: Found): void {
    this.#again ||= this.#found !== null;
    this.#found = found;
  }
}
