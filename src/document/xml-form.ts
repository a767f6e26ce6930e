import { foundText, type Found } from "./reading.ts";
import { isBlank } from "./xml-characters.ts";
import type { XmlAttribute, XmlName } from "./xml-scan.ts";

/**
 * Collects one element. Where it holds text alone, its value is that text. Where it holds elements, a text would run their
 * values together, so that `<a>1</a><b>23</b>` read like `<a>12</a><b>3</b>`; its value is then a written form of the whole:
 * names by their namespaces (`{uri}local`) instead of prefixes, attributes sorted, white space between elements left out.
 */
export class XmlForm {
  readonly #start: string;
  #form: string | null = null;
  #text: string[] = [];
  #afterTag: "open" | "close" = "open";

  constructor(name: XmlName, attributes: readonly XmlAttribute[]) {
    this.#start = startTag(name, attributes);
  }

  /** Something within it. */
  open(name: XmlName, attributes: readonly XmlAttribute[]): void {
    this.#form = (this.#form ?? this.#start) + this.#between(true) + startTag(name, attributes);
    this.#afterTag = "open";
  }

  /** See {@link open}. */
  text(text: string): void {
    this.#text.push(text);
  }

  /** See {@link open}. */
  close(): void {
    this.#form += `${this.#between(this.#afterTag === "close")}</>`;
    this.#afterTag = "close";
  }

  /** The value, at the element's own end. */
  value(): Found {
    // A slice of the document would keep all of it in memory as long as the value.
    if (this.#form === null) return foundText(Buffer.from(this.#text.join("")).toString());
    this.close();
    return { kind: "found", type: "element", text: this.#form };
  }

  #between(besideElements: boolean): string {
    const text = this.#text.join("");
    this.#text = [];
    return besideElements && isBlank(text) ? "" : escaped(text);
  }
}

function startTag(name: XmlName, attributes: readonly XmlAttribute[]): string {
  const written = attributes.map((attribute) => ` {${attribute.uri}}${attribute.local}="${escaped(attribute.value)}"`);
  return `<{${name.uri}}${name.local}${written.toSorted().join("")}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
