import type { SchemaCheck } from "../document/json-schema.ts";
import { withHead } from "../http/with-head.ts";
import { compileAdmission, mergeAllow, type AdmissionFacts, type AdmissionReason } from "./allow/admission.ts";
import type { SiteWafOptions, WafOptions } from "./options.ts";
import type { Breach, BreachReason } from "./require/breach.ts";
import { mergeRequire, type RequireOptions } from "./require/options.ts";
import { compileRequirements, type RequireSource } from "./require/requirements.ts";
import type { RuleMode } from "./rules/options.ts";
import type { TaxNumberFormat } from "./tax-number/tax-number.ts";

/*
 * Positive security: who is let in, and what a request must be like. What stands on no list or breaks a requirement is told, and
 * stopped where the firewall enforces; the share of requests that rules are enforced in does not count here.
 */

/** A request that stands on no list, or is not as it must be. */
export interface Unadmitted {
  readonly id: string;
  readonly site: string;
  readonly route: string;
  readonly reason: AdmissionReason | BreachReason;
  /** Of what is not as it must be; null of allowlists. */
  readonly breach: Breach | null;
  /** False: it is only told of. */
  readonly stops: boolean;
}

/** Hears of every such request. */
export interface AdmissionEvents {
  unadmitted(what: Unadmitted): void;
}

/** A route, and what its site's profile says about taxpayer numbers. */
export interface PositiveRoute {
  readonly site: string;
  readonly route: string;
  readonly taxNumbers: readonly TaxNumberFormat[];
}

/** The allowlists of one route. */
export interface RouteAdmission {
  /** Methods that are listed, for `Allow`. */
  readonly methods: string;
  /** The list on which a request does not stand and for which it is stopped; null: none. */
  admit(facts: AdmissionFacts, id: string): AdmissionReason | null;
}

/** What requests of one route must be like. */
export interface RouteRequirements {
  /** What a request is stopped for; null: nothing. */
  check(source: RequireSource, id: string): Breach | null;
}

/** What a site and a route say, the route's last. */
type Own = readonly (SiteWafOptions | undefined)[];

/** Compiles the allowlists of a route; null where there are none, or the firewall is off. */
export function openAdmission({ site, route, taxNumbers }: PositiveRoute, mode: RuleMode, all: WafOptions, own: Own, events: AdmissionEvents): RouteAdmission | null {
  const options = mergeAllow(all.allow, own.map((one) => one?.allow));
  const admission = mode === "off" ? null : compileAdmission(options, taxNumbers);
  if (admission === null) return null;
  const stops = mode === "enforce";
  return {
    methods: [...withHead(options.methods)].join(", "),
    admit(facts, id) {
      const reason = admission(facts);
      if (reason === null) return null;
      events.unadmitted({ id, site, route, reason, breach: null, stops });
      return stops ? reason : null;
    },
  };
}

/** Compiles what requests of a route must be like; null where nothing is asked, or the firewall is off. */
export function openRequirements({ site, route }: PositiveRoute, mode: RuleMode, own: Own, schemaOf: (file: string) => SchemaCheck, events: AdmissionEvents): RouteRequirements | null {
  const options: RequireOptions = mergeRequire(own.map((one) => one?.require));
  const requirements = mode === "off" ? null : compileRequirements(options, schemaOf);
  if (requirements === null) return null;
  const stops = mode === "enforce";
  return {
    check(source, id) {
      const breach = requirements(source);
      if (breach === null) return null;
      events.unadmitted({ id, site, route, reason: breach.reason, breach, stops });
      return stops ? breach : null;
    },
  };
}
