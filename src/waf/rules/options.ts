import { z } from "zod";
import { compilePattern } from "../../base/linear-pattern.ts";
import { DETECTOR_MARKS } from "../detectors/detectors.ts";
import { FIELD_FAULTS, type Place } from "../fields/field.ts";

/*
 * The language of rules: what a file of rules may say. The built-in sets and an administrator's own have the same form.
 */

/** What a rule, a route or everything may be told to do. */
export const RULE_MODES = ["enforce", "detect", "off"] as const;

/** See {@link RULE_MODES}. */
export type RuleMode = (typeof RULE_MODES)[number];

/** How bad a finding is, and the points that it scores. */
export const SEVERITY_POINTS = { critical: 5, error: 4, warning: 3, notice: 2 } as const;

/** See {@link SEVERITY_POINTS}. */
export type Severity = keyof typeof SEVERITY_POINTS;

/** Severities, the worst first. */
export const SEVERITIES = Object.keys(SEVERITY_POINTS) as readonly Severity[];

/** Where values stand that rules look at. */
export const PLACES = ["path", "query", "form", "header", "cookie", "json", "xml", "file-name", "text"] as const satisfies readonly Place[];

/** A rule that names no place looks everywhere but at the path, whose odd spellings are refused before. */
export const DEFAULT_PLACES: readonly Place[] = PLACES.filter((place) => place !== "path");

/** What the path of a field looks like; see field-path.ts. */
export const FIELD_PATH = /^(?=.{1,500}$)(\/|\*|path\b|body\b|(query|form|header|cookie|file-name):)/;

/** See {@link FIELD_PATH}. */
export const FIELD_WANTED = "the path of a field such as /items/*/name, query:q, header:user-agent or /**";

const TEXT_WANTED = "a text in quotes such as \"2026.11\"";
const ID_WANTED = "a name of small letters, digits and '-', at most 64 long";
const MARK_WANTED = "a detector's mark such as sql.tautology";
const SAY_WANTED = "a text, or { en, zh }";

/** Schema of a mode. */
export function ruleMode() {
  return z.enum(RULE_MODES);
}

/** Schema of a severity. */
export function severity() {
  return z.enum(Object.keys(SEVERITY_POINTS) as [Severity, ...Severity[]]);
}

const id = () => z.string({ error: () => ID_WANTED }).regex(/^[a-z0-9][a-z0-9-]{0,63}$/, { error: () => ID_WANTED });
const oneOrSeveral = <T extends z.ZodType<string>>(one: T, wanted: string) =>
  z.union([one, z.array(one).min(1).max(500)], { error: () => `${wanted}, or a list of them` }).transform((given): readonly string[] => [given].flat());

const mark = z.string({ error: () => MARK_WANTED }).check(({ value, issues }) => {
  const [detector = "", name = ""] = value.split(".");
  const marks: readonly string[] | undefined = detector === "fields" ? FIELD_FAULTS : DETECTOR_MARKS.get(detector);
  if (marks?.includes(name) === true && value.split(".").length === 2) return;
  const known = marks === undefined ? `a detector: ${["fields", ...DETECTOR_MARKS.keys()].join(", ")}` : `a mark of ${detector}: ${marks.join(", ")}`;
  issues.push({ code: "custom", path: [], message: known, input: value, continue: true });
});

const pattern = z.string({ error: () => "a pattern" }).min(1).check(({ value, issues }) => {
  const reading = compilePattern(value);
  if (!reading.ok) issues.push({ code: "custom", path: [], message: `a pattern that can be used: this one ${reading.why}`, input: value, continue: true });
});

const bilingual = z.strictObject({ en: z.string().min(1).max(500), zh: z.string().min(1).max(500) });
const say = z.union([z.string().min(1).max(500), bilingual], { error: () => SAY_WANTED }).transform((given) => (typeof given === "string" ? { en: given, zh: given } : given));

/** One rule: it sees a value where a detector tells one of its marks, or one of its patterns stands in it. */
const rule = z
  .strictObject({
    id: id(),
    /** A name under `classes`, of this file or of the set that it is added to. */
    class: id(),
    severity: severity(),
    /** What it sees, for whoever reads logs and reports. */
    say,
    /** Marks of detectors; `fields.dtd` and its like are what is wrong with the request's form. */
    sees: oneOrSeveral(mark, MARK_WANTED).optional(),
    /** Patterns that run in linear time; one of them is enough. */
    matches: oneOrSeveral(pattern, "a pattern").optional(),
    /** Small and capital letters differ in the patterns. */
    case: z.boolean().prefault(false),
    /** Patterns that may not stand in the value. */
    unless: oneOrSeveral(pattern, "a pattern").optional(),
    /** Where it looks. */
    in: z.array(z.enum(PLACES)).min(1).prefault([...DEFAULT_PLACES]),
    /** Fields that it looks at, in the form of `waf.exclude`; all unless written. */
    fields: oneOrSeveral(z.string({ error: () => FIELD_WANTED }).regex(FIELD_PATH, { error: () => FIELD_WANTED }), FIELD_WANTED).optional(),
    /** Looks at values, at names that the sender chose (members, parameters), or at both. */
    of: z.enum(["values", "names", "both"]).prefault("both"),
    mode: ruleMode().prefault("enforce"),
  })
  .check(({ value, issues }) => {
    if (value.sees === undefined && value.matches === undefined) issues.push({ code: "custom", path: [], message: "at least one of sees, matches", input: value, continue: true });
  });

/** See {@link rule}. */
export type RuleOptions = z.output<typeof rule>;

/** A file of rules. */
export const ruleFileOptions = z.strictObject({
  /** Its name. */
  ruleset: id(),
  /** Its own, such as "2026.11". */
  version: z.string({ error: () => TEXT_WANTED }).min(1, { error: () => TEXT_WANTED }).max(40, { error: () => TEXT_WANTED }),
  classes: z.record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), bilingual).prefault({}),
  rules: z.array(rule).min(1).max(5000),
});

/** See {@link ruleFileOptions}. */
export type RuleFileOptions = z.output<typeof ruleFileOptions>;

/** A class of attack or abuse, as it is called. */
export interface ClassWords {
  readonly en: string;
  readonly zh: string;
}

/** A set of rules, read and checked: one file, and what was added to it. */
export interface RuleSetOptions {
  /** As logs and metrics name it, such as `builtin@2026.11`. */
  readonly name: string;
  readonly classes: Readonly<Record<string, ClassWords>>;
  readonly rules: readonly RuleOptions[];
}

/** The sets of a configuration. */
export interface RuleSetsOptions {
  readonly acting: RuleSetOptions;
  readonly trial: RuleSetOptions | null;
}
