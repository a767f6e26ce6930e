import { networkSet } from "../../base/network-set.ts";
import { acceptedPattern } from "../../base/linear-pattern.ts";
import { compileStar } from "../../base/star-pattern.ts";
import { pathMatcher } from "../../http/path-pattern.ts";
import { withHead } from "../../http/with-head.ts";
import { TAX_NUMBERS, type TaxNumberFormat } from "../tax-number/tax-number.ts";
import { PLATFORM_FORMAT, type AllowedTaxpayer, type AllowOptions, type OwnAllowOptions } from "./options.ts";

/** Who asks for what. */
export interface AdmissionFacts {
  /** Its address, behind trusted proxies. */
  readonly client: string;
  /** Null: not known. */
  readonly principal: string | null;
  /** Null: not named. */
  readonly taxpayer: string | null;
  readonly method: string;
  /** Canonical. */
  readonly path: string;
}

/** On which list a request does not stand; `principal-missing` and `unnamed`: it says nothing that could. */
export const ADMISSION_REASONS = ["client", "path", "method", "principal-missing", "principal", "unnamed", "taxpayer"] as const;

/** See {@link ADMISSION_REASONS}. */
export type AdmissionReason = (typeof ADMISSION_REASONS)[number];

/** The first list on which a request does not stand; null: it stands on all. */
export type Admission = (facts: AdmissionFacts) => AdmissionReason | null;

/** The last that says something counts, key by key. */
export function mergeAllow(all: AllowOptions, own: readonly (OwnAllowOptions | undefined)[]): AllowOptions {
  const last = <Key extends keyof AllowOptions>(key: Key): AllowOptions[Key] => (own.findLast((one) => one?.[key] !== undefined)?.[key] as AllowOptions[Key] | undefined) ?? all[key];
  return { clients: last("clients"), principals: last("principals"), taxpayers: last("taxpayers"), unnamed: last("unnamed"), methods: last("methods"), paths: last("paths") };
}

/**
 * Compiles allowlists; null where all are empty. `formats` are those of the site's profile. Who is looked at comes before what
 * he says, so that a stranger learns nothing about principals and taxpayers.
 */
export function compileAdmission(options: AllowOptions, formats: readonly TaxNumberFormat[]): Admission | null {
  const { clients, principals, taxpayers, unnamed, methods, paths } = options;
  const checks: Admission[] = [];
  if (clients.length > 0) {
    const networks = networkSet(clients, "waf.allow.clients");
    checks.push(({ client }) => (networks.has(client) ? null : "client"));
  }
  if (paths.length > 0) {
    const patterns = paths.map(pathMatcher);
    checks.push(({ path }) => (patterns.some((fits) => fits(path)) ? null : "path"));
  }
  if (methods.length > 0) {
    const known = withHead(methods);
    checks.push(({ method }) => (known.has(method) ? null : "method"));
  }
  if (principals.length > 0) {
    const fits = anyOf(principals.map(compileStar));
    checks.push(({ principal }) => (principal === null ? "principal-missing" : fits(principal) ? null : "principal"));
  }
  if (taxpayers.length > 0) {
    const fits = anyOf(taxpayers.flatMap((one) => taxpayerTests(one, formats)));
    checks.push(({ taxpayer }) => (taxpayer === null ? (unnamed === "refuse" ? "unnamed" : null) : fits(taxpayer) ? null : "taxpayer"));
  }
  if (checks.length === 0) return null;
  return (facts) => {
    for (const check of checks) {
      const reason = check(facts);
      if (reason !== null) return reason;
    }
    return null;
  };
}

type TextTest = (text: string) => boolean;

function anyOf(tests: readonly TextTest[]): TextTest {
  return (text) => {
    for (const test of tests) if (test(text)) return true;
    return false;
  };
}

function taxpayerTests(one: AllowedTaxpayer, formats: readonly TaxNumberFormat[]): TextTest[] {
  if (typeof one === "string") return [acceptedPattern(one)];
  return one.format === PLATFORM_FORMAT ? formats.map((format) => TAX_NUMBERS[format]) : [TAX_NUMBERS[one.format]];
}
