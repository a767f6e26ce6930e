import { acceptedPattern } from "../../base/linear-pattern.ts";
import { isNamed, parseXmlPath, type XmlPath, type XmlStep } from "../../document/xml-path.ts";
import { scanXml, type XmlAttribute, type XmlName } from "../../document/xml-scan.ts";
import { breach, type Breach } from "./breach.ts";
import type { RequiredXml } from "./options.ts";

/** A place in documents that rules speak of, or on the way to one. */
interface Place {
  readonly step: XmlStep;
  readonly shown: string;
  readonly children: Place[];
  readonly attributes: { readonly step: XmlStep; readonly rule: Rule }[];
  rule: Rule | null;
}

interface Rule {
  readonly index: number;
  readonly shown: string;
  readonly required: boolean;
  readonly most: number;
  readonly fits: ((text: string) => boolean) | null;
  readonly any: boolean;
}

/** What an XML document must be like. */
export interface XmlStructure {
  /** At the top: the root's place is among its children. */
  readonly top: Place;
  readonly root: XmlStep | null;
  readonly rules: readonly Rule[];
  readonly refusesOthers: boolean;
}

/** Bounds on an XML document. */
export interface XmlBounds {
  readonly depth: number;
  readonly members: number;
}

const TOP: XmlStep = { uri: "", local: "", index: null };

/** Compiles a structure whose paths were read when the configuration was. */
export function compileXml({ root, namespaces, elements, others }: RequiredXml): XmlStructure {
  const top = placeOf(TOP, "");
  const paths = elements.map(({ at }) => parseXmlPath(at, namespaces) as XmlPath);
  const rules = elements.map(({ required, most = Infinity, matches, any }, index): Rule => ({ index, shown: shownPath(paths[index] as XmlPath), required, most, fits: matches === undefined ? null : acceptedPattern(matches), any }));
  for (const [index, path] of paths.entries()) addRule(top, path, rules[index] as Rule);
  const rootStep = root === undefined ? null : (parseXmlPath(`/${root}`, namespaces)?.steps[0] ?? null);
  if (rootStep !== null && !top.children.some(({ step }) => isSame(step, rootStep))) top.children.push(placeOf(rootStep, `/${rootStep.local}`));
  return { top, root: rootStep, rules, refusesOthers: others === "refuse" };
}

/** As the firewall calls fields: without prefixes. */
function shownPath({ steps, attribute }: XmlPath): string {
  return `${steps.map(({ local }) => `/${local}`).join("")}${attribute === null ? "" : `/@${attribute.local}`}`;
}

function placeOf(step: XmlStep, shown: string): Place {
  return { step, shown, children: [], attributes: [], rule: null };
}

function isSame(a: XmlStep, b: XmlStep): boolean {
  return a.uri === b.uri && a.local === b.local;
}

function addRule(top: Place, path: XmlPath, rule: Rule): void {
  let place = top;
  for (const step of path.steps) {
    let next = place.children.find((child) => isSame(child.step, step));
    if (next === undefined) place.children.push((next = placeOf(step, `${place.shown}/${step.local}`)));
    place = next;
  }
  if (path.attribute === null) place.rule = rule;
  else place.attributes.push({ step: path.attribute, rule });
}

/** One open element. */
interface Level {
  /** Places that it is at; several where one names a namespace and another does not. */
  readonly places: readonly Place[];
  /** What stands below it is not looked at. */
  readonly free: boolean;
  /** How many of each place below it. */
  readonly counts: Map<Place, number>;
  text: string;
}

/** Goes once through a document, in linear time. Null: it is as it must be. */
export function checkXml(text: string, structure: XmlStructure | null, bounds: XmlBounds): Breach | null {
  const walk = new XmlWalk(structure, bounds);
  const unread = scanXml(text, walk);
  if (walk.breach !== null) return walk.breach;
  if (unread !== null) return breach("xml", "body", unread.detail);
  return walk.end();
}

class XmlWalk {
  readonly #structure: XmlStructure | null;
  readonly #bounds: XmlBounds;
  readonly #levels: Level[] = [];
  readonly #met: Uint8Array;
  #depth = 0;
  #members = 0;
  /** The first thing that is wrong; nothing is looked at after it. */
  breach: Breach | null = null;

  constructor(structure: XmlStructure | null, bounds: XmlBounds) {
    this.#structure = structure;
    this.#bounds = bounds;
    this.#met = new Uint8Array(structure?.rules.length ?? 0);
    if (structure !== null) this.#levels.push({ places: [structure.top], free: false, counts: new Map(), text: "" });
  }

  readonly open = (name: XmlName, attributes: readonly XmlAttribute[]): void => {
    if (this.breach !== null) return;
    if (++this.#depth > this.#bounds.depth) return this.#break("depth", "body", `depth ${this.#bounds.depth}`);
    if ((this.#members += 1 + attributes.length) > this.#bounds.members) return this.#break("members", "body", `members ${this.#bounds.members}`);
    if (this.#structure !== null) this.#enter(this.#structure, name, attributes);
  };

  readonly text = (text: string): void => {
    if (this.breach !== null) return;
    const level = this.#levels.at(-1);
    if (level?.places.some(({ rule }) => rule !== null && rule.fits !== null) === true) level.text += text;
  };

  readonly close = (): void => {
    if (this.breach !== null) return;
    this.#depth--;
    const level = this.#structure === null ? undefined : this.#levels.pop();
    if (level !== undefined) for (const place of level.places) this.#leave(place, level);
  };

  /** What should have stood somewhere and stood nowhere. */
  end(): Breach | null {
    const missing = this.#structure?.rules.find(({ required, index }) => required && this.#met[index] === 0);
    return missing === undefined ? null : breach("xml", missing.shown, "required");
  }

  #break(reason: Breach["reason"], where: string, rule: string): void {
    this.breach ??= breach(reason, where, rule);
  }

  #enter({ root, refusesOthers }: XmlStructure, name: XmlName, attributes: readonly XmlAttribute[]): void {
    const above = this.#levels.at(-1) as Level;
    if (this.#depth === 1 && root !== null && !isNamed(root, name)) return this.#break("xml", "/", "root");
    const places = above.places.flatMap(({ children }) => children.filter(({ step }) => isNamed(step, name)));
    if (places.length === 0 && refusesOthers && !above.free) return this.#break("xml", above.places[0]?.shown || "/", "others");
    for (const place of places) this.#count(place, above);
    this.#levels.push({ places, free: above.free || places.some(({ rule }) => rule?.any === true), counts: new Map(), text: "" });
    for (const place of places) this.#attributes(place, attributes);
  }

  #count(place: Place, above: Level): void {
    const count = (above.counts.get(place) ?? 0) + 1;
    above.counts.set(place, count);
    if (place.rule === null) return;
    this.#met[place.rule.index] = 1;
    if (count > place.rule.most) this.#break("xml", place.rule.shown, "most");
  }

  #attributes(place: Place, attributes: readonly XmlAttribute[]): void {
    for (const { step, rule } of place.attributes) {
      const found = attributes.filter((one) => isNamed(step, one));
      if (found.length > 0) this.#met[rule.index] = 1;
      else if (rule.required) this.#break("xml", rule.shown, "required");
      if (found.length > rule.most) this.#break("xml", rule.shown, "most");
      if (rule.fits !== null && found.some(({ value }) => rule.fits?.(value.trim()) === false)) this.#break("xml", rule.shown, "matches");
    }
  }

  #leave({ rule, children }: Place, { counts, text }: Level): void {
    if (rule !== null && rule.fits !== null && !rule.fits(text.trim())) this.#break("xml", rule.shown, "matches");
    for (const child of children) if (child.rule?.required === true && !counts.has(child)) this.#break("xml", child.rule.shown, "required");
  }
}
