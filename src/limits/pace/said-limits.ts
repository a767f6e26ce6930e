import type { Rate } from "../../base/units.ts";
import type { HeardAnswer } from "./learn.ts";
import type { SaidWindows, WindowsRule } from "./said-windows.ts";

/** More scopes are not remembered: those that were said first hold as configured again. */
const MOST_SCOPES = 20_000;

const NOT_MODIFIED = 304;

interface Said {
  readonly rule: WindowsRule;
  readonly windows: SaidWindows;
  /** Monotonic ms until which it is believed. */
  readonly until: number;
}

/** What a platform said that it allows, by scope, each for its time. A changed rule makes another thing of what was said. */
export class SaidLimits {
  #rules: readonly WindowsRule[] = [];
  /** What was said first stands first. */
  readonly #said = new Map<string, Said>();
  readonly #changed: (key: string) => void;

  /** `changed` is told of scopes for which something else holds, other than by `configure`. */
  constructor(changed: (key: string) => void) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#said.size;
  }

  /** Takes other rules over; what was heard from a route of which none is left is forgotten. */
  configure(rules: readonly WindowsRule[]): void {
    this.#rules = rules;
    for (const [key, said] of this.#said) {
      const rule = rules.find(({ route }) => route === said.rule.route);
      if (rule === undefined) this.#said.delete(key);
      else this.#said.set(key, { ...said, rule });
    }
  }

  /** True where an answer of this route has to be looked into. */
  looksInto(route: string): boolean {
    return this.#rules.some((rule) => rule.route === route && rule.needsBody);
  }

  /** Takes in what an answer of a route says for a scope; true where it is something else than before. */
  hear(route: string, key: string, answer: HeardAnswer, inBody: boolean, now: number): boolean {
    const rule = this.#rules.find((one) => one.route === route && one.needsBody === inBody);
    this.forgetLate(now);
    if (answer.status === NOT_MODIFIED) return this.#confirm(route, key, now);
    const windows = rule?.hear(answer) ?? null;
    if (rule === undefined || windows === null) return false;
    const before = this.#said.get(key);
    this.#said.delete(key);
    this.#said.set(key, { rule, windows, until: now + rule.holds });
    if (this.#said.size > MOST_SCOPES) this.#forget(this.#said.keys().next().value as string);
    if (before !== undefined && isSame(before.windows, windows)) return false;
    this.#changed(key);
    return true;
  }

  /** What was said is still so. */
  #confirm(route: string, key: string, now: number): false {
    const said = this.#said.get(key);
    if (said?.rule.route !== route) return false;
    this.#said.delete(key);
    this.#said.set(key, { ...said, until: now + said.rule.holds });
    return false;
  }

  /** What holds in a scope, where this is what is configured. */
  windowsOf(key: string, configured: readonly Rate[]): readonly Rate[] {
    const said = this.#said.get(key);
    return said === undefined ? configured : said.rule.within(configured, said.windows);
  }

  /** Forgets what is not believed any longer. Costs next to nothing where that is none. */
  forgetLate(now: number): void {
    if (this.#said.size === 0) return;
    for (const [key, { until }] of this.#said) {
      // A rule that was made shorter by a reload waits behind longer ones: it is not forgotten before them.
      if (until > now) return;
      this.#forget(key);
    }
  }

  #forget(key: string): void {
    this.#said.delete(key);
    this.#changed(key);
  }
}

function isSame(left: SaidWindows, right: SaidWindows): boolean {
  return left.length === right.length && left.every(({ count, per }, index) => count === right[index]?.count && per === right[index]?.per);
}
