import { z } from "zod";
import { whole } from "../base/fields.ts";
import { readPointer } from "./json-pointer.ts";

/*
 * What an operator says about answers of a platform: "status 200 with code 0". Shared by all that judge answers.
 */

const STATUS_WANTED = "a status from 100 to 599, or a list of them";
const TYPE_WANTED = "a content type such as text/html";
const POINTER_WANTED = "a JSON pointer such as /code";
const VALUE_WANTED = "a text, a number, true, false or null";
const EXACT_WANTED = `a number from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
const VALUES_WANTED = "a list of 1 to 1000 texts, numbers, true, false or null";
const TESTS = ["equals", "in", "exists"] as const;

/** Beyond that, two whole numbers that differ read as the same one. */
const exact = z.number().refine((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER, { error: () => EXACT_WANTED });
const value = z.union([z.string(), exact, z.boolean(), z.null()], { error: () => VALUE_WANTED });

/** Schema of a condition on an answer: whatever stands in it has to hold. */
export function answerCondition() {
  return z
    .strictObject({
      status: z.union([whole(100, 599), z.array(whole(100, 599)).min(1).max(500)], { error: () => STATUS_WANTED }).optional(),
      /** Without parameters; case does not matter. */
      contentType: z.string({ error: () => TYPE_WANTED }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+\/[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: () => TYPE_WANTED }).optional(),
      /** Where in a JSON body the value stands (RFC 6901) that one of the next three speaks about. */
      json: z.string({ error: () => POINTER_WANTED }).regex(/^(\/([^~/]|~[01])*)+$/, { error: () => POINTER_WANTED }).optional(),
      /** A text equals texts only, a number numbers only: `"0"` is not `0`. */
      equals: value.optional(),
      in: z.array(value, { error: () => VALUES_WANTED }).min(1, { error: () => VALUES_WANTED }).max(1000, { error: () => VALUES_WANTED }).optional(),
      /** `true` also where null stands. `false` holds only in a body that is JSON. */
      exists: z.boolean().optional(),
    })
    .check(({ value: condition, issues }) => {
      // A key that is written wrong is reported already, and is most likely the one that is missing.
      if (issues.some(({ code }) => code === "unrecognized_keys")) return;
      for (const { path, want } of misfits(condition)) issues.push({ code: "custom", path, message: want, input: condition });
    });
}

/** See {@link answerCondition}. */
export type AnswerConditionOptions = z.output<ReturnType<typeof answerCondition>>;

interface Misfit {
  readonly path: string[];
  readonly want: string;
}

/** What is right key by key, and wrong together. */
function misfits({ status, contentType, json, ...rest }: Readonly<Record<string, unknown>>): Misfit[] {
  const tests = TESTS.filter((test) => rest[test] !== undefined);
  if (json === undefined) {
    if (tests.length > 0) return tests.map((test) => ({ path: [test], want: `'json' beside '${test}'` }));
    return status === undefined && contentType === undefined ? [{ path: [], want: "at least one of status, contentType, json" }] : [];
  }
  return tests.length === 1 ? [] : [{ path: ["json"], want: "exactly one of equals, in, exists beside it" }];
}

/** What a condition looks at. */
export interface JudgedAnswer {
  readonly status: number;
  /** Value of Content-Type. */
  readonly contentType: string | undefined;
  /** Without content codings; null where it is not at hand. */
  readonly body: Uint8Array | null;
}

/** A condition that is ready to judge. */
export interface AnswerCondition {
  /** Whether anything is asked of the body. */
  readonly needsBody: boolean;
  /** Linear in the body's length. What is asked of a body that is missing, cut off, no JSON or ambiguous does not hold. */
  readonly matches: (answer: JudgedAnswer) => boolean;
}

/** Makes a condition ready to judge; its options have passed {@link answerCondition}. */
export function compileCondition(options: AnswerConditionOptions): AnswerCondition {
  const statuses = options.status === undefined ? null : new Set([options.status].flat());
  const contentType = options.contentType?.toLowerCase();
  const holdsFor = bodyTest(options);
  return {
    needsBody: holdsFor !== null,
    matches: ({ status, contentType: type, body }) =>
      (statuses === null || statuses.has(status)) &&
      (contentType === undefined || mediaType(type) === contentType) &&
      (holdsFor === null || (body !== null && holdsFor(body))),
  };
}

function bodyTest({ json, equals, in: list, exists }: AnswerConditionOptions): ((body: Uint8Array) => boolean) | null {
  if (json === undefined) return null;
  if (exists !== undefined) return (body) => readPointer(body, json).kind === (exists ? "found" : "missing");
  const wanted = new Set((list ?? [equals]).map((value) => identityOf(value === null ? "null" : typeof value, String(value))));
  wanted.delete(null);
  return (body) => {
    const found = readPointer(body, json);
    return found.kind === "found" && wanted.has(identityOf(found.type, found.text));
  };
}

function mediaType(contentType = ""): string {
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

/** The same for values that are equal, and different for all others; null for what equals nothing. */
function identityOf(type: string, text: string): string | null {
  switch (type) {
    case "string":
      return `"${text}`;
    case "number":
      return normalNumber(text);
    case "boolean":
    case "null":
      return text;
    default:
      return null;
  }
}

/** A number by its digits, never through a double: `1.0`, `10e-1` and `1` are `1e0`. */
function normalNumber(text: string): string {
  const [, sign = "", units = "", fraction = "", exponent = "0"] = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = units + fraction;
  let start = 0;
  let end = digits.length;
  while (end > 0 && digits[end - 1] === "0") end--;
  while (start < end && digits[start] === "0") start++;
  if (start === end) return "0";
  // An exponent that is rounded here stays far beyond those of numbers in options.
  return `${sign}${digits.slice(start, end)}e${Number(exponent) - fraction.length + digits.length - end}`;
}
