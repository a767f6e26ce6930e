import type { Clock } from "../../base/clock.ts";
import { compileExtractor, type ExtractorSource } from "../../document/extractor.ts";
import { Counter } from "./counter.ts";
import { compileLearn, type LearnRule } from "./learn.ts";
import type { GroupOptions, ScopeOptions, ScopeWord } from "./options.ts";

/** What a request is counted by. */
export interface PaceFacts {
  /** Class of its route: submissions go before polls, polls before reads. */
  readonly routeClass: string;
  readonly region: string;
  readonly taxpayer: string | null;
  readonly principal: string | null;
  /** Of the client; null where Taxgate asks by itself: that counts under an address of its own. */
  readonly address: string | null;
  /** Its head. */
  readonly source: Omit<ExtractorSource, "body" | "contentType">;
}

/** Beyond so many scopes that are all in use, the rest is counted together: no scope may forget, and the table has an end. */
const MOST_COUNTERS = 20_000;
/** Name of the counter for the rest; no scope is called so, because each begins with a mark. */
const THE_REST = "the rest";
/** So many are looked at whenever a new one comes; more where there is no room. */
const LOOKED_AT = 2;
const LOOKED_AT_WHEN_FULL = 50;

/** The counters of one group of a site, one for each scope. It outlives configurations; `configure` changes its rules. */
export class Group {
  readonly site: string;
  readonly name: string;
  readonly #clock: Clock;
  /** In the order in which they are looked at again. */
  readonly #counters = new Map<string, Counter>();
  #options: GroupOptions;
  #rules: readonly LearnRule[] = [];
  #keyOf: (facts: PaceFacts) => string = () => "";

  constructor(site: string, options: GroupOptions, clock: Clock) {
    this.site = site;
    this.name = options.group;
    this.#clock = clock;
    this.#options = options;
    this.configure(options);
  }

  configure(options: GroupOptions): void {
    this.#options = options;
    this.#rules = options.learn.map(compileLearn);
    this.#keyOf = compileScope(options.scope);
    for (const counter of this.#counters.values()) counter.configure(options);
  }

  get maxWait(): number {
    return this.#options.maxWait;
  }

  get rules(): readonly LearnRule[] {
    return this.#rules;
  }

  /** The counter of a request. It is not to be kept for longer than a turn of it is. */
  counterOf(facts: PaceFacts): Counter {
    const key = this.#keyOf(facts);
    return this.#counters.get(key) ?? this.#make(key);
  }

  /** How it stands. */
  status(): { readonly scopes: number; readonly waiting: number; /** Scopes to which the platform has said to wait. */ readonly quiet: number } {
    const now = this.#clock.now();
    let waiting = 0;
    let quiet = 0;
    for (const counter of this.#counters.values()) {
      waiting += counter.waiting;
      if (counter.quietUntil > now) quiet++;
    }
    return { scopes: this.#counters.size, waiting, quiet };
  }

  stop(): void {
    for (const counter of this.#counters.values()) counter.stop();
  }

  #make(wanted: string): Counter {
    this.#forget();
    const key = this.#counters.size < MOST_COUNTERS ? wanted : THE_REST;
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    const counter = new Counter(this.#options, this.#clock);
    this.#counters.set(key, counter);
    return counter;
  }

  /** Each new one is paid for by looking at old ones, one after the other, so that the table shrinks as it is used. */
  #forget(): void {
    let left = this.#counters.size < MOST_COUNTERS ? LOOKED_AT : LOOKED_AT_WHEN_FULL;
    for (const [key, counter] of this.#counters) {
      if (left-- === 0) return;
      this.#counters.delete(key);
      if (!counter.isIdle()) this.#counters.set(key, counter);
    }
  }
}

function compileScope(scope: readonly ScopeOptions[]): (facts: PaceFacts) => string {
  const readers = scope.filter((one) => one !== "site").map(compilePart);
  const [only] = readers;
  if (only === undefined) return () => "=";
  if (readers.length > 1) return (facts) => JSON.stringify(readers.map((read) => read(facts)));
  return (facts) => {
    const value = only(facts);
    return value === null ? "?" : `=${value}`;
  };
}

const WORDS: Readonly<Record<ScopeWord, (facts: PaceFacts) => string | null>> = {
  site: () => null,
  region: ({ region }) => region,
  taxpayer: ({ taxpayer }) => taxpayer,
  principal: ({ principal }) => principal,
  address: ({ address }) => address,
};

/** Where a value is missing, all that lack it count together: that is never more than the platform allows. */
function compilePart(part: ScopeOptions): (facts: PaceFacts) => string | null {
  if (typeof part === "string") return WORDS[part];
  const extractor = compileExtractor(part);
  return ({ source }) => {
    const read = extractor.read({ ...source, body: null, contentType: undefined });
    return read.kind === "found" ? read.text : null;
  };
}
