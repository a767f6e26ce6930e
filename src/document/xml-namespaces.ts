const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

interface Binding {
  readonly uri: string;
  /** Of the element that declares it. */
  readonly depth: number;
}

/** The prefixes that are bound where a scan stands (Namespaces in XML 1.0). Looking one up takes the same time at any depth. */
export class XmlNamespaces {
  readonly #bound = new Map<string, Binding[]>([
    ["", [{ uri: "", depth: 0 }]],
    ["xml", [{ uri: XML, depth: 0 }]],
  ]);
  readonly #declared: string[] = [];
  readonly #marks: number[] = [];

  /** Enters an element; its declarations follow. */
  enter(): void {
    this.#marks.push(this.#declared.length);
  }

  /** Binds a prefix (empty: the default) in the element that was entered. False where that is not allowed, or done already. */
  declare(prefix: string, uri: string): boolean {
    if (prefix === "xmlns" || uri === XMLNS || (prefix === "xml") !== (uri === XML)) return false;
    if (prefix !== "" && uri === "") return false;
    const binding: Binding = { uri, depth: this.#marks.length };
    const bindings = this.#bound.get(prefix);
    if (bindings?.at(-1)?.depth === binding.depth) return false;
    if (bindings === undefined) this.#bound.set(prefix, [binding]);
    else bindings.push(binding);
    this.#declared.push(prefix);
    return true;
  }

  /** Leaves an element, and with it what it declared. */
  leave(): void {
    const mark = this.#marks.pop() ?? 0;
    while (this.#declared.length > mark) this.#bound.get(this.#declared.pop() ?? "")?.pop();
  }

  /** The namespace of a prefix; empty for none, undefined where the prefix is not bound. */
  lookUp(prefix: string): string | undefined {
    return this.#bound.get(prefix)?.at(-1)?.uri;
  }
}
