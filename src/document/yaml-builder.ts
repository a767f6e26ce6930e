import { EVENT_ID, getScalarValue, SCALAR_STYLE } from "js-yaml";
import type { Event, ScalarEvent } from "js-yaml";
import { isUnquotedCode, resolvePlain } from "./yaml-scalar.ts";
import type { Path, Spot, YamlFault, YamlMapping, YamlNode, YamlScalar, YamlSequence } from "./yaml-node.ts";

/** A document that was read: its root (null after a syntax error or in an empty file) and everything that is not accepted. */
export interface YamlDocument {
  readonly root: YamlNode | null;
  readonly faults: readonly YamlFault[];
}

interface Key {
  readonly text: string;
  readonly at: Spot;
  readonly sound: boolean;
}

/** Turns the parser's flat list of events into nodes. Recursion is as deep as the document, which the parser bounds. */
export class YamlBuilder {
  readonly #source: string;
  readonly #events: readonly Event[];
  readonly #spotOf: (offset: number) => Spot;
  readonly #faults: YamlFault[] = [];
  #next = 0;

  constructor(source: string, events: readonly Event[], spotOf: (offset: number) => Spot) {
    this.#source = source;
    this.#events = events;
    this.#spotOf = spotOf;
  }

  /** Builds the first document; a second one is a fault. */
  document(): YamlDocument {
    let root: YamlNode | null = null;
    while (this.#next < this.#events.length) {
      this.#next++; // opens a document
      const empty = this.#closed();
      const known = this.#faults.length;
      const found = empty ? null : this.#node([], { line: 1, column: 1 });
      this.#next++; // closes it
      if (root !== null && found !== null) {
        this.#faults.length = known;
        this.#refuse(found.at, [], "a second document", "one document in a file");
        break;
      }
      root ??= found;
    }
    return { root, faults: this.#faults };
  }

  #refuse(at: Spot, path: Path, got: string, want: string): void {
    this.#faults.push({ at, path, got, want });
  }

  #closed(): boolean {
    return this.#next >= this.#events.length || this.#events[this.#next]?.type === EVENT_ID.POP;
  }

  #node(path: Path, parent: Spot): YamlNode {
    const event = this.#events[this.#next++];
    switch (event?.type) {
      case EVENT_ID.SCALAR:
        return this.#scalar(event, path, parent);
      case EVENT_ID.SEQUENCE:
        return this.#sequence(this.#spotOf(event.start), path);
      case EVENT_ID.MAPPING:
        return this.#mapping(this.#spotOf(event.start), path);
      case EVENT_ID.ALIAS: {
        const at = this.#spotOf(event.anchorStart - 1);
        this.#refuse(at, path, "an alias", "the value itself");
        return { kind: "scalar", at, value: null, source: "" };
      }
      default:
        throw new Error("read yaml: the parser's events are out of order");
    }
  }

  #scalar(event: ScalarEvent, path: Path, parent: Spot): YamlScalar {
    const at = this.#scalarSpot(event, parent);
    const source = getScalarValue(this.#source, event);
    const tag = event.tagStart < 0 ? "" : this.#source.slice(event.tagStart, event.tagEnd);
    if (tag !== "" && tag !== "!!str") this.#refuse(at, path, `the tag ${tag}`, "a value without a tag");
    const text = tag !== "" || event.style !== SCALAR_STYLE.PLAIN;
    if (!text && !isUnquotedCode(source)) return { kind: "scalar", at, value: resolvePlain(source), source };
    if (!text) this.#refuse(at, path, `${source}, a number with a leading zero`, `"${source}": quote it`);
    return { kind: "scalar", at, value: source, source };
  }

  /** The opening quote, or the first character; an absent value stands where its key does. */
  #scalarSpot(event: ScalarEvent, parent: Spot): Spot {
    if (event.valueStart < 0) return parent;
    const quoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
    return this.#spotOf(quoted ? event.valueStart - 1 : event.valueStart);
  }

  #sequence(at: Spot, path: Path): YamlSequence {
    const items: YamlNode[] = [];
    while (!this.#closed()) items.push(this.#node([...path, items.length], at));
    this.#next++;
    return { kind: "sequence", at, items };
  }

  #mapping(at: Spot, path: Path): YamlMapping {
    const entries: Map<string, { key: string; keyAt: Spot; value: YamlNode }> = new Map();
    while (!this.#closed()) {
      const key = this.#key(path, at);
      const within = [...path, key.text];
      const value = this.#node(within, key.at);
      const first = entries.get(key.text);
      if (first !== undefined) this.#refuse(key.at, within, "the same key again", `each key once (the first stands in line ${first.keyAt.line})`);
      else if (key.sound) entries.set(key.text, { key: key.text, keyAt: key.at, value });
    }
    this.#next++;
    return { kind: "mapping", at, entries };
  }

  /** Keys are what is written: `404` and `null` are names here. */
  #key(path: Path, parent: Spot): Key {
    const event = this.#events[this.#next];
    if (event?.type !== EVENT_ID.SCALAR) return this.#complexKey(path, parent);
    this.#next++;
    const at = this.#scalarSpot(event, parent);
    const text = getScalarValue(this.#source, event);
    const plain = event.style === SCALAR_STYLE.PLAIN;
    const known = this.#faults.length;
    if (plain && text === "<<") this.#refuse(at, [...path, text], "a merge key", "the keys themselves");
    else if (text === "" || text === "__proto__") this.#refuse(at, [...path, text], `the key ${JSON.stringify(text)}`, "a name");
    else if (plain && isUnquotedCode(text)) this.#refuse(at, [...path, text], `${text}, a key with a leading zero`, `"${text}": quote it`);
    return { text, at, sound: this.#faults.length === known };
  }

  #complexKey(path: Path, parent: Spot): Key {
    const known = this.#faults.length;
    const found = this.#node(path, parent);
    this.#faults.length = known; // one message about the key, none about its parts
    this.#refuse(found.at, [...path, "?"], "a key that is not a plain name", "a name");
    return { text: "?", at: found.at, sound: false };
  }
}
