import { z } from "zod";
import type { Draft } from "./draft.ts";
import { schemasAt, type JsonSchema } from "./json-schema.ts";
import { isForLater } from "./later.ts";
import { placeOf } from "./misplaced.ts";
import { nearest, wantedName } from "./nearest.ts";

type Issue = z.core.$ZodIssue;
type Steps = (string | number)[];
type Concerns = (path: Steps) => boolean;

const KINDS: Readonly<Record<string, string>> = {
  string: "a text",
  number: "a number",
  boolean: "true or false",
  array: "a list",
  object: "a mapping",
  record: "a mapping",
};

/**
 * Checks a value against a schema and reports what is wrong where it stands. `prefix` leads from the file's top to the
 * value; `concerns` leaves out what is reported elsewhere; `form` is the schema of another file than a configuration. Gives the checked value, or null after a report.
 */
export function checkShape<S extends z.ZodType>(draft: Draft, schema: S, value: unknown, prefix: Steps = [], concerns: Concerns = () => true, form?: JsonSchema): z.output<S> | null {
  const checked = schema.safeParse(value, { error: wantOf });
  if (checked.success) return checked.data;
  for (const issue of checked.error.issues) report(draft, issue, prefix, concerns, form);
  return null;
}

/** What is wanted, where the schema itself has no words for it. */
function wantOf(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected] ?? `a ${issue.expected}`;
    case "invalid_value":
      return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.map(String).join(", ")}`;
    case "too_small":
      return issue.origin === "array" ? `at least ${issue.minimum === 1 ? "one" : issue.minimum} of them` : issue.origin === "string" ? "a text that is not empty" : `at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "array" ? `at most ${issue.maximum} of them` : issue.origin === "string" ? `at most ${issue.maximum} characters` : `at most ${issue.maximum}`;
    case "invalid_format":
      return "a text of the right form";
    default:
      return "another value";
  }
}

function report(draft: Draft, issue: Issue, prefix: Steps, concerns: Concerns, form: JsonSchema | undefined): void {
  const path = [...prefix, ...issue.path.map((step) => (typeof step === "number" ? step : String(step)))];
  if (issue.code === "unrecognized_keys") {
    for (const key of issue.keys) if (concerns([...path, key])) refuseUnknown(draft, path, key, form);
    return;
  }
  if (!concerns(path)) return;
  if (issue.code === "invalid_key") draft.refuseKey(path, issue.issues[0]?.message ?? "a name", JSON.stringify(path.at(-1)));
  else if (issue.code === "invalid_union") reportUnion(draft, issue, path, concerns, form);
  else draft.refuse(path, issue.message, gotOf(draft, issue, path));
}

/** A list that is too long or too short says how long it is; a mapping of which one key is wanted (`oneOf`) says which ones it has. */
function gotOf(draft: Draft, issue: Issue, path: Steps): string {
  const together = issue.code === "custom" && Array.isArray(issue.params?.["oneOf"]) ? issue.params["oneOf"].filter((key) => draft.has([...path, String(key)])) : [];
  if (together.length > 0) return together.join(" and ");
  const length = draft.items(path).length;
  const counted = (issue.code === "too_small" || issue.code === "too_big") && issue.origin === "array";
  return counted ? (length === 0 ? "an empty list" : `a list of ${length}`) : draft.show(path);
}

/** Where the first key of a mapping tells which form is meant, or one form alone is a list, the mistakes are those of that form. */
function reportUnion(draft: Draft, issue: z.core.$ZodIssueInvalidUnion, path: Steps, concerns: Concerns, form: JsonSchema | undefined): void {
  const key = draft.keys(path)[0];
  const structured = key !== undefined || draft.items(path).length > 0;
  const isOther = (error: Issue): boolean =>
    error.path.length === 0 && (error.code === "invalid_type" || error.code === "invalid_value" || (error.code === "unrecognized_keys" && key !== undefined && error.keys.includes(key)));
  const meant = structured ? issue.errors.filter((errors) => !errors.some(isOther)) : [];
  if (meant.length !== 1) draft.refuse(path, issue.message);
  else for (const error of meant[0] ?? []) report(draft, error, path, concerns, form);
}

function refuseUnknown(draft: Draft, parent: Steps, key: string, form: JsonSchema | undefined): void {
  const path = [...parent, key];
  if (form === undefined && isForLater(parent, key)) return draft.refuseKey(path, "nothing: this release does not act on it yet", draft.show(path));
  const known = [...new Set(schemasAt(parent, form).flatMap((schema) => Object.keys(schema.properties ?? {})))];
  const place = nearest(key, known) === null ? placeOf(parent, key, form) : null;
  draft.refuseKey(path, place ?? wantedName(key, known, "a key that is known here"), `the unknown key ${JSON.stringify(key)}`);
}
