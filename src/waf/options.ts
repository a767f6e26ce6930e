import { z } from "zod";
import { bytes, name, share, whole } from "../base/fields.ts";
import { allowOptions, ownAllowOptions } from "./allow/options.ts";
import { banOptions } from "./bans/options.ts";
import { alarmOptions } from "./report/options.ts";
import { requireOptions } from "./require/options.ts";
import { FIELD_PATH, FIELD_WANTED, ruleMode, severity } from "./rules/options.ts";

/*
 * The firewall. It looks at the parsed fields of what is about to go to a platform. Everything is safe where nothing is
 * written: the built-in rules act.
 */

/** The set that acts unless another is named; the newest that this release brings. */
export const DEFAULT_RULESET = "builtin@2026.11";

/** Score at which a request is stopped: one critical finding is enough. */
export const DEFAULT_THRESHOLD = 5;

const RULESET_WANTED = "a built-in set such as builtin@2026.11, or a file such as ./rules.yaml";
const GLOB_WANTED = "the name of a rule, or its beginning and a star such as sql-*";

const ruleset = () => z.string({ error: () => RULESET_WANTED }).regex(/^(builtin@\S+|[^@]*\.ya?ml|.*\/.*)$/, { error: () => RULESET_WANTED });
const ruleGlob = () => z.string({ error: () => GLOB_WANTED }).regex(/^([a-z0-9][a-z0-9-]{0,63}\*?|\*)$/, { error: () => GLOB_WANTED });
const threshold = () => whole(1, 1000);

/** Findings that do not count: everything that is said must hold. */
const exclusion = z
  .strictObject({
    site: name().optional(),
    route: name().optional(),
    /** A rule, or its beginning and a star. */
    rule: ruleGlob().optional(),
    class: name().optional(),
    /** `*` is one step, `**` any; what is nested in the field is meant too. */
    field: z.string({ error: () => FIELD_WANTED }).regex(FIELD_PATH, { error: () => FIELD_WANTED }).optional(),
    /** For whoever reads the file. */
    why: z.string().max(1000).optional(),
  })
  .check(({ value, issues }) => {
    const said = [value.site, value.route, value.rule, value.class, value.field].some((one) => one !== undefined);
    if (!said) issues.push({ code: "custom", path: [], message: "at least one of site, route, rule, class, field", input: value, continue: true });
  });

/** See {@link exclusion}. */
export type ExclusionOptions = z.output<typeof exclusion>;

/** How rules act otherwise than their set says. Where several speak of a rule, the last counts, key by key. */
const adjustment = z
  .strictObject({
    rule: ruleGlob(),
    site: name().optional(),
    route: name().optional(),
    mode: ruleMode().optional(),
    /** Of the requests in which it acts; in the others it is only counted. */
    share: share().optional(),
    severity: severity().optional(),
  })
  .check(({ value, issues }) => {
    const said = [value.mode, value.share, value.severity].some((one) => one !== undefined);
    if (!said) issues.push({ code: "custom", path: [], message: "at least one of mode, share, severity beside the rule", input: value, continue: true });
  });

/** What is looked at of one request at most. What goes beyond is a finding of its own, by the rules that see `fields`. */
const inspection = z.strictObject({
  /** Text, decoded and unpacked; what is plainly a document, an image or a signature is passed over and does not count. */
  maxBytes: bytes("64MiB").prefault("4MiB"),
  /** Values; those that are harmless at the first look do not count. */
  maxFields: whole(1, 10_000_000).prefault(100_000),
  /** Of members in members, elements in elements, and documents in fields. */
  maxDepth: whole(4, 1000).prefault(64),
});

/** See {@link inspection}. */
export type InspectionOptions = z.output<typeof inspection>;

/** The firewall of all sites. */
export const wafOptions = z.strictObject({
  /** enforce stops requests, detect only tells, off looks at nothing. */
  mode: ruleMode().prefault("enforce"),
  /** The set of rules that acts. */
  ruleset: ruleset().prefault(DEFAULT_RULESET),
  /** Another set beside it that is only counted. */
  trial: ruleset().optional(),
  /** Files of own rules, added to both. */
  rules: z.array(z.string({ error: () => "a file such as ./own-rules.yaml" }).min(1, { error: () => "a file such as ./own-rules.yaml" })).max(20).prefault([]),
  threshold: threshold().prefault(DEFAULT_THRESHOLD),
  /** Of the requests that are stopped if they deserve it; the others are only told of. */
  share: share().prefault("100%"),
  exclude: z.array(exclusion).max(1000).prefault([]),
  adjust: z.array(adjustment).max(1000).prefault([]),
  inspect: inspection.prefault({}),
  /** Who and what is let in; empty lists let in everyone. */
  allow: allowOptions.prefault({}),
  /** Shuts clients out for a while; nobody is unless it stands here. */
  ban: banOptions.optional(),
  /** When the firewall stops an unusual share of a route. */
  alarm: alarmOptions.prefault({}),
});

/** See {@link wafOptions}. */
export type WafOptions = z.output<typeof wafOptions>;

/** What a site says otherwise; what it leaves out is said for all sites. */
export const siteWafOptions = z.strictObject({
  mode: ruleMode().optional(),
  threshold: threshold().optional(),
  share: share().optional(),
  /** A list that stands here replaces the one for all. */
  allow: ownAllowOptions.optional(),
  /** What requests must be like. */
  require: requireOptions.optional(),
});

/** See {@link siteWafOptions}. */
export type SiteWafOptions = z.output<typeof siteWafOptions>;

/** What a route says otherwise; what it leaves out its site says. */
export const routeWafOptions = siteWafOptions;
