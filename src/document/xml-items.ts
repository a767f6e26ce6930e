import { unread, type Unread } from "./reading.ts";
import { isNamed, type XmlPath } from "./xml-path.ts";
import { scanXml, type XmlAttribute, type XmlName } from "./xml-scan.ts";

/**
 * The elements at a path, each written as a document of its own: the default namespace is stated wherever it changes, and
 * attributes in a namespace get a prefix of their own. Values are the same as in the whole document. Linear; why not where the
 * document cannot be read, or nothing stands where the elements would be: a document of another kind is no empty list.
 */
export function xmlItems(text: string, path: XmlPath): string[] | Unread {
  const search = new ItemSearch(path);
  const failure = scanXml(text, { open: (name, attributes) => search.open(name, attributes), text: (value) => search.text(value), close: () => search.close() });
  return failure ?? (search.hasPlace ? search.items : unread("missing", "nothing stands there that could hold such elements"));
}

/** Follows a path, and writes down what stands at its end. */
class ItemSearch {
  readonly items: string[] = [];
  readonly #path: XmlPath;
  readonly #counts: number[];
  /** The element around those at the path was there. */
  hasPlace = false;
  #depth = 0;
  #reached = 0;
  /** Pieces of the element that is being written. */
  #pieces: string[] = [];
  /** Namespaces and end tags of the elements that are open in it. */
  readonly #open: { readonly uri: string; readonly end: string }[] = [];

  constructor(path: XmlPath) {
    this.#path = path;
    this.#counts = path.steps.map(() => 0);
  }

  open(name: XmlName, attributes: readonly XmlAttribute[]): void {
    if (this.#open.length > 0) {
      this.#depth++;
      return this.#start(name, attributes);
    }
    const step = this.#path.steps[this.#reached];
    if (this.#reached !== this.#depth++ || step === undefined || !isNamed(step, name)) return;
    const count = ((this.#counts[this.#reached] as number) += 1);
    if (step.index !== null && step.index !== count) return;
    this.#reached++;
    if (this.#reached >= this.#path.steps.length - 1) this.hasPlace = true;
    if (this.#reached < this.#path.steps.length) this.#counts[this.#reached] = 0;
    else this.#start(name, attributes);
  }

  text(value: string): void {
    if (this.#open.length > 0) this.#pieces.push(escaped(value));
  }

  close(): void {
    const isOnTheWay = this.#reached === this.#depth--;
    const one = this.#open.pop();
    if (one !== undefined) this.#pieces.push(one.end);
    if (one !== undefined && this.#open.length === 0) {
      this.items.push(this.#pieces.join(""));
      this.#pieces = [];
    }
    if (isOnTheWay) this.#reached--;
  }

  #start({ uri, local }: XmlName, attributes: readonly XmlAttribute[]): void {
    const around = this.#open.at(-1)?.uri ?? "";
    const own = uri === around ? "" : ` xmlns="${escaped(uri)}"`;
    const written = attributes.map((one, index) => (one.uri === "" || one.uri === XML_URI ? ` ${one.uri === "" ? "" : "xml:"}${one.local}="${escaped(one.value)}"` : ` xmlns:a${index}="${escaped(one.uri)}" a${index}:${one.local}="${escaped(one.value)}"`));
    this.#pieces.push(`<${local}${own}${written.join("")}>`);
    this.#open.push({ uri, end: `</${local}>` });
  }
}

/** Its prefix is bound from the start, and to nothing else. */
const XML_URI = "http://www.w3.org/XML/1998/namespace";

/** White space but a plain space would be another one after the next reading. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"\t\r\n]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}
