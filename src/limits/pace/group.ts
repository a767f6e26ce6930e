import type { Clock } from "../../base/clock.ts";
import type { Rate } from "../../base/units.ts";
import { compileExtractor, type ExtractorSource } from "../../document/extractor.ts";
import { Counter, type CounterRules } from "./counter.ts";
import { compileLearn, type HeardAnswer, type LearnRule } from "./learn.ts";
import { saysWindows, type GroupOptions, type ScopeOptions, type ScopeWord } from "./options.ts";
import { SaidLimits } from "./said-limits.ts";
import { compileWindowsRule } from "./said-windows.ts";
import type { TurnLog } from "./turn-log.ts";

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
  /** By scope, what the platform said that it allows. */
  readonly #said: SaidLimits;
  readonly #turns: TurnLog | null;

  constructor(site: string, options: GroupOptions, clock: Clock, turns: TurnLog | null = null) {
    this.#turns = turns;
    this.site = site;
    this.name = options.group;
    this.#clock = clock;
    this.#options = options;
    this.#said = new SaidLimits((key) => this.#counters.get(key)?.configure(this.#rulesOf(key)));
    this.configure(options);
  }

  configure(options: GroupOptions): void {
    this.#options = options;
    this.#rules = options.learn.filter((rule) => !saysWindows(rule)).map(compileLearn);
    this.#said.configure(options.learn.filter(saysWindows).map(compileWindowsRule));
    this.#keyOf = compileScope(options.scope);
    for (const [key, counter] of this.#counters) counter.configure(this.#rulesOf(key));
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
    this.#said.forgetLate(this.#clock.now());
    return this.#counters.get(key) ?? this.#make(key);
  }

  /** True where answers of this route say how much is allowed. */
  learnsFrom(route: string): boolean {
    return this.#options.learn.some((rule) => rule.route === route);
  }

  /** True where an answer of this route may say in its body how much is allowed. */
  looksInto(route: string): boolean {
    return this.#said.looksInto(route);
  }

  /** What an answer of a route says about how much is allowed in the scope of these facts: the windows that hold from now on, null where that is no news. */
  hearWindows(route: string, facts: PaceFacts, answer: HeardAnswer, inBody: boolean): readonly Rate[] | null {
    const key = this.#keyOf(facts);
    return this.#said.hear(route, key, answer, inBody, this.#clock.now()) ? this.#rulesOf(key).windows : null;
  }

  /** How it stands. */
  status(): { readonly scopes: number; readonly waiting: number; /** Scopes to which the platform has said to wait. */ readonly quiet: number; /** Scopes of which it has said how much it allows. */ readonly said: number } {
    const now = this.#clock.now();
    let waiting = 0;
    let quiet = 0;
    for (const counter of this.#counters.values()) {
      waiting += counter.waiting;
      if (counter.quietUntil > now) quiet++;
    }
    this.#said.forgetLate(now);
    return { scopes: this.#counters.size, waiting, quiet, said: this.#said.size };
  }

  stop(): void {
    for (const counter of this.#counters.values()) counter.stop();
  }

  #make(wanted: string): Counter {
    this.#forget();
    const key = this.#counters.size < MOST_COUNTERS ? wanted : THE_REST;
    const known = this.#counters.get(key);
    if (known !== undefined) return known;
    // Those that count together for want of room are not the same ones after a restart.
    const notes = key === THE_REST ? null : (this.#turns?.of(this.site, this.name, key) ?? null);
    const counter = new Counter(this.#rulesOf(key), this.#clock, notes);
    this.#counters.set(key, counter);
    return counter;
  }

  #rulesOf(key: string): CounterRules {
    return { windows: this.#said.windowsOf(key, this.#options.windows), margin: this.#options.margin };
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
