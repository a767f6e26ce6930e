import { z } from "zod";
import { whole } from "../base/fields.ts";
import { NO_KEYS, type KeyLookUp } from "../base/secret-keys.ts";
import { compileEach } from "./each-part.ts";
import { xmlReader } from "./extract-xml.ts";
import { compileExtractor } from "./extractor.ts";
import { extractorShape, namespaces } from "./extractor-options.ts";
import { identityOf } from "./json-identity.ts";
import { readPointer } from "./json-pointer.ts";
import { parseXmlPath, XML_PATH_WANTED } from "./xml-path.ts";

/*
 * What an operator says about answers of a platform: "status 200 with code 0". Shared by all that judge answers.
 */

const STATUS_WANTED = "a status from 100 to 599, or a list of them";
const TYPE_WANTED = "a content type such as text/html";
const POINTER_WANTED = "a JSON pointer such as /code";
const VALUE_WANTED = "a text, a number, true, false or null";
const EXACT_WANTED = `a number from -${Number.MAX_SAFE_INTEGER} to ${Number.MAX_SAFE_INTEGER}`;
const VALUES_WANTED = "a list of 1 to 1000 texts, numbers, true, false or null";
const TEXT_WANTED = "a text in quotes: values in XML have no other type";
const TESTS = ["equals", "in", "exists", "any"] as const;
const ANY_TESTS = ["equals", "in", "exists"] as const;
const FURTHER = ["decode", "then"] as const;
const ELEMENT_WANTED = "exactly one of json, xml: the one of the list";

/** Beyond that, two whole numbers that differ read as the same one. */
const exact = z.number().refine((value) => Math.abs(value) <= Number.MAX_SAFE_INTEGER, { error: () => EXACT_WANTED });
const value = z.union([z.string(), exact, z.boolean(), z.null()], { error: () => VALUE_WANTED });

const pointer = (least: "+" | "*") => z.string({ error: () => POINTER_WANTED }).regex(new RegExp(`^(\\/([^~/]|~[01])*)${least}$`), { error: () => POINTER_WANTED }).optional();
const further = () => {
  // oxlint-disable-next-line unicorn/no-thenable -- a key of the configuration; it never holds a function
  const { decode, then } = extractorShape();
  // oxlint-disable-next-line unicorn/no-thenable -- as above
  return { decode, then };
};
const xmlPath = () => z.string({ error: () => XML_PATH_WANTED }).max(2000, { error: () => XML_PATH_WANTED }).optional();
const tests = () => ({
  equals: value.optional(),
  in: z.array(value, { error: () => VALUES_WANTED }).min(1, { error: () => VALUES_WANTED }).max(1000, { error: () => VALUES_WANTED }).optional(),
  exists: z.boolean().optional(),
});

/** What one element of a list has; an empty `json` is the element itself, and a path in `xml` begins at it. */
const element = z.strictObject({ json: pointer("*"), xml: xmlPath(), namespaces: namespaces().optional(), ...tests() }).check(({ value: given, issues }) => {
  if (issues.some(({ code }) => code === "unrecognized_keys")) return;
  const refuse = ({ path, want }: Misfit): void => void issues.push({ code: "custom", path, message: want, input: given });
  if ((given.json === undefined) === (given.xml === undefined)) refuse({ path: [], want: ELEMENT_WANTED });
  if (ANY_TESTS.filter((test) => given[test] !== undefined).length !== 1) refuse({ path: [], want: "exactly one of equals, in, exists in it" });
  if (given.xml !== undefined) xmlMisfits(given.xml, given.namespaces, given).forEach(refuse);
});

/** Schema of a condition on an answer: whatever stands in it has to hold. */
export function answerCondition() {
  return z.strictObject(conditionShape()).check(fitsTogether);
}

/** The keys of a condition, for a schema that has others beside them; it is checked by {@link fitsTogether} too. */
export function conditionShape() {
  return {
    status: z.union([whole(100, 599), z.array(whole(100, 599)).min(1).max(500)], { error: () => STATUS_WANTED }).optional(),
    /** Without parameters; case does not matter. */
    contentType: z.string({ error: () => TYPE_WANTED }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+\/[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, { error: () => TYPE_WANTED }).optional(),
    /** Where in a JSON body the value stands (RFC 6901) that one of the next four speaks about. */
    json: pointer("+"),
    /** Where in an XML body it stands, in place of `json`; see {@link parseXmlPath}. An element with elements equals nothing. */
    xml: xmlPath(),
    namespaces: namespaces().optional(),
    /** The value is a text that is read further, as an extractor does: `{ json: /body, then: { json: /code }, equals: "00" }`. */
    ...further(),
    /** A text equals texts only, a number numbers only: `"0"` is not `0`. Values in XML are texts. */
    ...tests(),
    /** A list stands there, and this holds for an element of it: `{ json: /InfoDtls, any: { json: /InfCd, equals: DUPIRN } }`. */
    any: element.optional(),
  };
}

/** Refuses keys of a condition that are right one by one, and wrong together. */
export function fitsTogether({ value: condition, issues }: z.core.ParsePayload<Readonly<Record<string, unknown>>>): void {
  // A key that is written wrong is reported already, and is most likely the one that is missing.
  if (issues.some(({ code }) => code === "unrecognized_keys")) return;
  for (const { path, want } of misfits(condition)) issues.push({ code: "custom", path, message: want, input: condition });
}

/** See {@link answerCondition}. */
export type AnswerConditionOptions = z.output<ReturnType<typeof answerCondition>>;

interface Misfit {
  readonly path: (string | number)[];
  readonly want: string;
}

/** What is right key by key, and wrong together. */
function misfits({ status, contentType, json, xml, namespaces, ...rest }: Readonly<Record<string, unknown>>): Misfit[] {
  const tests = TESTS.filter((test) => rest[test] !== undefined);
  const stray: Misfit[] = namespaces !== undefined && xml === undefined ? [{ path: ["namespaces"], want: "'xml' beside 'namespaces'" }] : [];
  const aside = FURTHER.filter((key) => rest[key] !== undefined && ((json === undefined && xml === undefined) || rest["any"] !== undefined));
  if (aside.length > 0) return aside.map((key) => ({ path: [key], want: rest["any"] === undefined ? `'json' or 'xml' beside '${key}'` : "nothing beside 'any'" }));
  if (json === undefined && xml === undefined) {
    if (tests.length > 0) return [...tests.map((test) => ({ path: [test], want: `'json' or 'xml' beside '${test}'` })), ...stray];
    return status === undefined && contentType === undefined ? [{ path: [], want: "at least one of status, contentType, json, xml" }] : stray;
  }
  if (json !== undefined && xml !== undefined) return [{ path: ["xml"], want: "nothing beside 'json': a body is the one or the other" }];
  if (tests.length !== 1) return [{ path: [json === undefined ? "xml" : "json"], want: "exactly one of equals, in, exists, any beside it" }, ...stray];
  if (rest["any"] !== undefined) stray.push(...listMisfits(json, xml, namespaces, rest["any"] as Readonly<Record<string, unknown>>));
  return typeof xml === "string" ? [...stray, ...xmlMisfits(xml, namespaces, FURTHER.some((key) => rest[key] !== undefined) ? {} : rest)] : stray;
}

/** The elements of a list are what the list is. */
function listMisfits(json: unknown, xml: unknown, namespaces: unknown, any: Readonly<Record<string, unknown>>): Misfit[] {
  const kind = json === undefined ? "xml" : "json";
  const other = kind === "xml" ? "json" : "xml";
  const found: Misfit[] = any[other] === undefined ? [] : [{ path: ["any"], want: `'${kind}' in it: that is what the list is of` }];
  const path = typeof xml === "string" ? parseXmlPath(xml, namespaces as Record<string, string> | undefined) : null;
  return path === null || path.attribute === null ? found : [...found, { path: ["xml"], want: "a path that ends at an element, beside 'any'" }];
}

function xmlMisfits(xml: string, namespaces: unknown, { equals, in: list }: Readonly<Record<string, unknown>>): Misfit[] {
  const found: Misfit[] = parseXmlPath(xml, namespaces as Record<string, string> | undefined) === null ? [{ path: ["xml"], want: XML_PATH_WANTED }] : [];
  if (equals !== undefined && typeof equals !== "string") found.push({ path: ["equals"], want: TEXT_WANTED });
  for (const [index, one] of (Array.isArray(list) ? list : []).entries()) if (typeof one !== "string") found.push({ path: ["in", index], want: TEXT_WANTED });
  return found;
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
  /** Linear in the body's length. What is asked of a body that is missing, cut off, of another format or ambiguous does not hold. */
  readonly matches: (answer: JudgedAnswer) => boolean;
}

/** Makes a condition ready to judge; its options have passed {@link answerCondition}. What needs a key that `keys` does not know does not hold. */
export function compileCondition(options: AnswerConditionOptions, keys: KeyLookUp = NO_KEYS): AnswerCondition {
  const statuses = options.status === undefined ? null : new Set([options.status].flat());
  const contentType = options.contentType?.toLowerCase();
  const holdsFor = testOf(options, keys);
  return {
    needsBody: holdsFor !== null,
    matches: ({ status, contentType: type, body }) =>
      (statuses === null || statuses.has(status)) &&
      (contentType === undefined || mediaType(type) === contentType) &&
      (holdsFor === null || (body !== null && holdsFor(body, type))),
  };
}

type BodyTest = (body: Uint8Array, contentType: string | undefined) => boolean;
type Tested = Pick<AnswerConditionOptions, "json" | "xml" | "namespaces" | "equals" | "in" | "exists"> & Partial<Pick<AnswerConditionOptions, "decode" | "then">>;

/** Null where nothing is asked of the body. */
function testOf({ any, ...options }: Tested & Pick<AnswerConditionOptions, "any">, keys: KeyLookUp): BodyTest | null {
  if (any !== undefined) return listTest(options, testOf(any, keys));
  if (options.decode !== undefined || options.then !== undefined) return furtherTest(options, keys);
  return options.xml === undefined ? jsonTest(options) : xmlTest(options.xml, options);
}

/** Each element is read once: linear in the body's length. */
function listTest({ json, xml, namespaces }: Tested, holdsFor: BodyTest | null): BodyTest {
  const read = compileEach({ json, xml, namespaces });
  return (bytes, contentType) => {
    const parts = read({ bytes, contentType });
    return "kind" in parts ? false : parts.some((part) => holdsFor?.(part.bytes, part.contentType) === true);
  };
}

function xmlTest(xml: string, { namespaces, equals, in: list, exists }: Tested): BodyTest {
  const read = xmlReader(xml, namespaces);
  const wanted = new Set<unknown>(list ?? [equals]);
  return (bytes, contentType) => {
    const found = read({ bytes, contentType });
    if (exists !== undefined) return found.kind === (exists ? "found" : "missing");
    return found.kind === "found" && found.type === "string" && wanted.has(found.text);
  };
}

/** What lies within a value. What cannot be opened is neither there nor missing. */
function furtherTest({ equals, in: list, exists, ...place }: Tested, keys: KeyLookUp): BodyTest {
  const { read } = compileExtractor(place, keys);
  const wanted = wantedValues(list ?? [equals]);
  return (body, contentType) => {
    const found = read({ headers: [], pathVariables: {}, query: "", body, contentType });
    if (exists !== undefined) return found.kind === (exists ? "found" : "missing");
    return found.kind === "found" && wanted.has(identityOf(found.type, found.text));
  };
}

function wantedValues(values: readonly unknown[]): ReadonlySet<string | null> {
  const wanted = new Set(values.map((value) => identityOf(value === null ? "null" : typeof value, String(value))));
  wanted.delete(null);
  return wanted;
}

function jsonTest({ json, equals, in: list, exists }: Tested): BodyTest | null {
  if (json === undefined) return null;
  if (exists !== undefined) return (body) => readPointer(body, json).kind === (exists ? "found" : "missing");
  const wanted = wantedValues(list ?? [equals]);
  return (body) => {
    const found = readPointer(body, json);
    return found.kind === "found" && wanted.has(identityOf(found.type, found.text));
  };
}

function mediaType(contentType = ""): string {
  const end = contentType.indexOf(";");
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}
