import { isDeepStrictEqual } from "node:util";
import { canonicalForms } from "./canonical.ts";
import { DETECTORS } from "./detectors/detectors.ts";
import type { FieldSource } from "./fields/field.ts";
import { groupedField } from "./fields/shown-field.ts";
import type { Judgement } from "./judgement.ts";
import type { SiteWafOptions, WafOptions } from "./options.ts";
import { openAdmission, openRequirements, type AdmissionEvents, type PositiveRoute, type RouteAdmission, type RouteRequirements } from "./positive-security.ts";
import { createSchemas } from "./require/schemas.ts";
import { compileRules, type CompiledRules } from "./rules/compile.ts";
import { createEngine, type Engine } from "./rules/engine.ts";
import type { RuleSetOptions, RuleSetsOptions } from "./rules/options.ts";
import { compilePolicy, type RouteSettings } from "./rules/policy.ts";
import { Inspection } from "./rules/inspection.ts";
import { RouteJudge } from "./rules/route-judge.ts";
import { Tally, type Finding } from "./rules/tally.ts";
import { createTurns, type Turns } from "./turns.ts";

/** Is told of every judgement; null: nothing was found. `hasTrial`: a second set looked at it too. */
export interface WafEvents {
  judged(site: string, route: string, judgement: Judgement | null, id: string, hasTrial: boolean): void;
}

/** The firewall of one route. */
export interface RouteFirewall {
  /** Looks at a request; `id` is its own, which decides whether it is among a share. Null: nothing was found. Never throws on any request. */
  judge(source: FieldSource, id: string): Judgement | null;
  /** The same, so that nobody waits for long: a promise for a large request, which is judged in steps between which others are served. */
  judgeInTurns(source: FieldSource, id: string): Judgement | null | Promise<Judgement | null>;
}

/** The firewall of one configuration. */
export interface OpenFirewall {
  /** Of a route; null where it is off. `own` are the words of site and route, the route's last. */
  of(site: string, route: string, own: readonly (SiteWafOptions | undefined)[]): RouteFirewall | null;
  /** The allowlists of a route; null where there are none. `own` as above. */
  admissionOf(at: PositiveRoute, own: readonly (SiteWafOptions | undefined)[]): RouteAdmission | null;
  /** What requests of a route must be like; null where nothing is asked. `own` as above. */
  requirementsOf(at: PositiveRoute, own: readonly (SiteWafOptions | undefined)[]): RouteRequirements | null;
}

/** Outlives configurations: what was compiled is kept as long as its rules stay the same. */
export interface Firewall {
  /** `schemas` are the JSON Schemas that `require` names, by their files. */
  open(options: WafOptions, sets: RuleSetsOptions, schemas?: Readonly<Record<string, unknown>>): OpenFirewall;
}

interface Made {
  readonly set: RuleSetOptions;
  readonly compiled: CompiledRules;
  readonly engine: Engine;
}

/** The fields of findings as logs name them, and as `waf.exclude` takes them: all items of a list are one. */
export function fieldsOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ field }) => groupedField(field)))];
}

const NOBODY_HEARS: AdmissionEvents = { unadmitted: () => undefined };

/** Makes the firewall of a process. `later` calls a function once others were served. */
export function createFirewall(events: WafEvents, admission: AdmissionEvents = NOBODY_HEARS, later: (run: () => void) => void = queueMicrotask): Firewall {
  const turns = createTurns(later);
  const schemasOf = createSchemas();
  let known: readonly Made[] = [];
  return {
    open(options, { acting, trial }, schemas = {}) {
      const before = known;
      const now: Made[] = [];
      known = now;
      // Where no route asks for a set, because the firewall is off, nothing is compiled.
      const made = (set: RuleSetOptions): Made => {
        const same = ({ set: other }: Made): boolean => isDeepStrictEqual(other, set);
        const one = now.find((made) => made.set === set) ?? before.find(same) ?? make(set);
        const own = one.set === set ? one : { ...one, set };
        if (!now.includes(own)) now.push(own);
        return own;
      };
      const schemaOf = schemasOf(schemas);
      return {
        of: (site, route, own) => routeFirewall({ site, route, ...settingsOf(options, own) }, options, { first: () => made(acting), second: trial === null ? null : () => made(trial), turns }, events),
        admissionOf: (at, own) => openAdmission(at, settingsOf(options, own).mode, options, own, admission),
        requirementsOf: (at, own) => openRequirements(at, settingsOf(options, own).mode, own, schemaOf, admission),
      };
    },
  };
}

function make(set: RuleSetOptions): Made {
  const compiled = compileRules(set, DETECTORS);
  return { set, compiled, engine: createEngine(compiled, canonicalForms) };
}

/** The last that says something counts, key by key. */
function settingsOf({ mode, threshold, share }: WafOptions, own: readonly (SiteWafOptions | undefined)[]): Pick<WafOptions, "mode" | "threshold" | "share"> {
  const last = <Key extends "mode" | "threshold" | "share">(key: Key): SiteWafOptions[Key] | undefined => own.findLast((one) => one?.[key] !== undefined)?.[key];
  return { mode: last("mode") ?? mode, threshold: last("threshold") ?? threshold, share: last("share") ?? share };
}

function routeFirewall({ mode, ...at }: Omit<RouteSettings, "mode"> & Pick<WafOptions, "mode">, options: WafOptions, sets: { readonly first: () => Made; readonly second: (() => Made) | null; readonly turns: Turns }, events: WafEvents): RouteFirewall | null {
  if (mode === "off") return null;
  const settings: RouteSettings = { ...at, mode };
  const [first, second, { turns }] = [sets.first(), sets.second?.() ?? null, sets];
  const policy = compilePolicy(first.compiled, options, settings);
  const onTrial = second === null ? null : { engine: second.engine, policy: compilePolicy(second.compiled, options, settings) };
  const make = (): Inspection => new Inspection(options.inspect, new Tally(first.engine, policy), onTrial === null ? null : new Tally(onTrial.engine, { ...onTrial.policy, mode: "detect" }));
  const judge = new RouteJudge(policy, make, turns);
  const told = (judgement: Judgement | null, id: string): Judgement | null => {
    events.judged(at.site, at.route, judgement, id, onTrial !== null);
    return judgement;
  };
  return {
    judge: (source, id) => told(judge.judge(source, id), id),
    judgeInTurns(source, id) {
      const judgement = judge.judgeInTurns(source, id);
      return judgement instanceof Promise ? judgement.then((made) => told(made, id)) : told(judgement, id);
    },
  };
}
