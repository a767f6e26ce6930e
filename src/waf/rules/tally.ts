import type { Place } from "../fields/field.ts";
import { shownField } from "../fields/shown-field.ts";
import type { CompiledRule } from "./compile.ts";
import { FOUND, type Engine } from "./engine.ts";
import type { Severity } from "./options.ts";
import { nextPiece, pieceAt } from "./pieces.ts";
import type { Policy, RuleUse } from "./policy.ts";
import { isWithin } from "./sample.ts";

/** What a rule saw in a field. Never the value. */
export interface Finding {
  readonly rule: string;
  readonly class: string;
  readonly severity: Severity;
  readonly score: number;
  /** `request`: not in a field, but in how the request is made. */
  readonly place: Place | "request";
  /** Path of the field as it may be told: names that are none are hidden; see shown-field.ts. */
  readonly field: string;
  /** Whether it counted toward stopping this request. */
  readonly mode: "enforce" | "detect";
}

/** What the rules of one set make of one request. */
export interface Verdict {
  readonly ruleset: string;
  /** Of the worst field: the sum over classes, each by its worst rule. */
  readonly score: number;
  /** The same without rules that are only counted here. */
  readonly enforced: number;
  readonly findings: readonly Finding[];
}

/** More are not kept: whoever sends so many is not in doubt. */
const MOST_FINDINGS = 40;
/** Of a request that took more work than this, nothing more is asked once it is certain what becomes of it. */
const COMPLETE_WORK = 200_000;
const WHOLE = "(request)";
/** A document that is one value, or what stands beside its root, has no path of its own. */
const TOP = "/";

/** Adds up what the rules of one set find in one request after the other. Begin before each; not to be used for two at once. */
export class Tally {
  /** Of the set. */
  readonly name: string;
  readonly #engine: Engine;
  readonly #policy: Policy;
  #id = "";
  /** The request is stopped if it deserves it. */
  #acts = false;
  #score = 0;
  #enforced = 0;
  #findings: Finding[] = [];
  /** What was seen in the pieces of a long value so far. */
  readonly #pieces = new Set<number>();
  /** What was looked at for this request; see {@link Engine}. */
  work = 0;

  constructor(engine: Engine, policy: Policy) {
    this.name = engine.name;
    this.#engine = engine;
    this.#policy = policy;
  }

  begin(id: string): void {
    this.#id = id;
    this.#acts = this.#policy.mode === "enforce" && isWithin(id, this.#policy.share);
    this.#score = 0;
    this.#enforced = 0;
    this.work = 0;
    this.#pieces.clear();
    if (this.#findings.length > 0) this.#findings = [];
  }

  /**
   * Whether what becomes of the request is certain, whatever else is in it. Of small requests, and of those in which little was
   * found, all findings are told, so that an operator learns all at once.
   */
  get isCertain(): boolean {
    if (this.#findings.length === 0 || (this.work < COMPLETE_WORK && this.#findings.length < MOST_FINDINGS)) return false;
    return (this.#acts ? this.#enforced : this.#score) >= this.#policy.threshold;
  }

  /** May anything stand in a value? See {@link Engine}. */
  suspects(value: string): boolean {
    return this.#engine.suspects(value);
  }

  /** Looks at a value; see {@link Engine}. */
  hear(value: string, place: Place, isName: boolean, where: () => string): number {
    const look = this.#look(value, place, isName, where);
    if (look === FOUND) this.#count(this.#engine.seen, place, where());
    return look;
  }

  /** Looks at the piece of a long value that begins at `from`. What is seen in its pieces counts once, when the last was heard. */
  hearPiece(value: string, from: number, place: Place, isName: boolean, where: () => string): void {
    const look = this.#look(pieceAt(value, from), place, isName, where);
    if (look === FOUND) for (const rule of this.#engine.seen) this.#pieces.add(rule);
    if (nextPiece(value, from) < value.length) return;
    if (this.#pieces.size > 0) this.#count([...this.#pieces], place, where());
    this.#pieces.clear();
  }

  #look(value: string, place: Place, isName: boolean, where: () => string): number {
    const before = this.#engine.work;
    const look = this.#engine.look(value, place, isName, where);
    this.work += this.#engine.work - before;
    return look;
  }

  /** Counts what is wrong with the request's form. */
  fault(fault: string): void {
    const rules = this.#engine.ofFault(fault);
    if (rules.length > 0) this.#count(rules, "request", WHOLE);
  }

  /** Null where nothing was found. */
  verdict(): Verdict | null {
    return this.#findings.length === 0 ? null : { ruleset: this.name, score: this.#score, enforced: this.#enforced, findings: this.#findings };
  }

  /** A class of rules counts once in a field, by its worst: two rules that see the same are no two signs. */
  #count(rules: readonly number[], place: Finding["place"], named: string): void {
    const field = named || TOP;
    const all = new Map<string, number>();
    const acting = new Map<string, number>();
    const findings: Finding[] = [];
    const shown = shownField(field);
    for (const index of rules) {
      const use = this.#policy.uses[index] as RuleUse;
      if (use.mode === "off" || use.spared.some((test) => test(field))) continue;
      const { options } = this.#engine.rules[index] as CompiledRule;
      const acts = use.mode === "enforce" && isWithin(this.#id, use.share);
      raise(all, options.class, use.points);
      if (acts) raise(acting, options.class, use.points);
      findings.push({ rule: options.id, class: options.class, severity: use.severity, score: use.points, place, field: shown, mode: acts ? "enforce" : "detect" });
    }
    this.#enforced = Math.max(this.#enforced, sum(acting));
    // The worst field stands first, and is kept whatever came before.
    const worst = sum(all);
    if (worst > this.#score) this.#findings.unshift(...findings);
    else this.#findings.push(...findings);
    this.#score = Math.max(this.#score, worst);
    if (this.#findings.length > MOST_FINDINGS) this.#findings.length = MOST_FINDINGS;
  }
}

function raise(scores: Map<string, number>, kind: string, points: number): void {
  scores.set(kind, Math.max(points, scores.get(kind) ?? 0));
}

function sum(scores: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const points of scores.values()) total += points;
  return total;
}
