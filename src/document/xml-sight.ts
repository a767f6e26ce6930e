import { unread, type Unread } from "./reading.ts";
import { isNamed, type XmlPath } from "./xml-path.ts";
import { scanXml, type XmlAttribute, type XmlName } from "./xml-scan.ts";

/** Longer values equal nothing that a configuration names. */
const LONGEST = 4096;
const MISSING = unread("missing", "no such element");
const AMBIGUOUS = unread("ambiguous", "several elements on the way");

/** Where to look. */
export interface XmlPlace {
  readonly path: XmlPath;
  /** See {@link sightXml}. */
  readonly anywhere: boolean;
}

/** What stands at a path. `value` is null where it has no plain text, or several stand there. */
export interface XmlSeen {
  readonly kind: "seen";
  /** How many elements or attributes the path leads to. */
  readonly count: number;
  readonly value: string | null;
}

/**
 * Looks at several places in one pass, one sight for each; cheaper than reading the values, of which large elements have
 * large ones. Several elements where the path means one, before its last step, are ambiguous: readers take the first, the
 * last, or each; but where `anywhere` says so, each of them is followed. What is wrong with the document is wrong with every
 * sight.
 */
export function sightXml(text: string, places: readonly XmlPlace[]): (XmlSeen | Unread)[] {
  const looks = places.map((place) => new Look(place));
  const failure = scanXml(text, {
    open: (name, attributes) => looks.forEach((look) => look.open(name, attributes)),
    text: (text) => looks.forEach((look) => look.text(text)),
    close: () => looks.forEach((look) => look.close()),
  });
  return looks.map((look) => failure ?? look.sight());
}

/** Follows one path through a document. */
class Look {
  readonly #path: XmlPath;
  readonly #anywhere: boolean;
  /** Of each step, how many elements of its name stand in the one before it. */
  readonly #counts: number[];
  #depth = 0;
  /** How many of the open elements, from the root on, are those of the path. */
  #reached = 0;
  #found = 0;
  #value: string | null = null;
  #collecting = false;
  #ambiguous = false;

  constructor({ path, anywhere }: XmlPlace) {
    this.#path = path;
    this.#anywhere = anywhere;
    this.#counts = path.steps.map(() => 0);
  }

  open(name: XmlName, attributes: readonly XmlAttribute[]): void {
    if (this.#collecting) this.#value = null;
    this.#collecting = false;
    const { steps, attribute } = this.#path;
    const step = steps[this.#reached];
    if (this.#reached !== this.#depth++ || step === undefined || !isNamed(step, name)) return;
    const count = ((this.#counts[this.#reached] as number) += 1);
    if (step.index !== null && step.index !== count) return;
    const isLast = this.#reached === steps.length - 1;
    if (step.index === null && count > 1 && (!isLast || attribute !== null)) this.#ambiguous = true;
    this.#reached++;
    if (!isLast) this.#counts[this.#reached] = 0;
    else if (attribute === null) this.#collecting = this.#take("");
    else for (const one of attributes) if (isNamed(attribute, one)) this.#take(one.value);
  }

  text(text: string): void {
    if (!this.#collecting || this.#value === null) return;
    this.#value = this.#value.length + text.length > LONGEST ? null : this.#value + text;
  }

  close(): void {
    const isOnTheWay = this.#reached === this.#depth--;
    if (!isOnTheWay) return;
    this.#reached--;
    this.#collecting = false;
  }

  sight(): XmlSeen | Unread {
    if (this.#ambiguous && !this.#anywhere) return AMBIGUOUS;
    return this.#found === 0 ? MISSING : { kind: "seen", count: this.#found, value: this.#found === 1 ? this.#value : null };
  }

  /** Whether its text is still to be collected. */
  #take(value: string): boolean {
    this.#found++;
    this.#value = this.#found === 1 && value.length <= LONGEST ? value : null;
    return this.#found === 1;
  }
}
