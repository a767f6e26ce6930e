import { z } from "zod";
import { whole } from "../../base/fields.ts";
import { linearPattern } from "../../base/linear-pattern.ts";
import { namespaces } from "../../document/extractor-options.ts";
import { parseXmlPath, XML_PATH_WANTED } from "../../document/xml-path.ts";

/*
 * What a request must be like. Nothing is asked unless written. A route's word counts over its site's, key by key, within
 * `body` too.
 */

/** Types of files that are told apart by their first bytes. */
export const FILE_KINDS = ["pdf", "ofd", "xml", "jpeg", "png"] as const;

/** See {@link FILE_KINDS}. */
export type FileKind = (typeof FILE_KINDS)[number];

const HEADER_WANTED = "a header name such as x-app";
const ROOT_WANTED = "the name of an element such as i:Invoice, its prefix in 'namespaces'";
const PLACE_WANTED = `${XML_PATH_WANTED}; without numbers in brackets`;
const SCHEMA_WANTED = "a file such as ./invoice.schema.json";
const MOST_LENGTH = 1_000_000;

const header = z.strictObject({
  name: z.string({ error: () => HEADER_WANTED }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}$/, { error: () => HEADER_WANTED }),
  matches: linearPattern().optional(),
  maxLength: whole(0, MOST_LENGTH).optional(),
  required: z.boolean().prefault(false),
});

/** See {@link header}. */
export type RequiredHeader = z.output<typeof header>;

const query = z.strictObject({
  members: z
    .array(
      z.strictObject({
        name: z.string().min(1).max(200),
        /** Of the value, decoded. */
        matches: linearPattern().optional(),
        required: z.boolean().prefault(false),
        /** How often it may stand there: readers differ in which of several they take. */
        most: whole(1, 10_000).prefault(1),
      }),
    )
    .max(500)
    .prefault([]),
  /** Members that are not listed. */
  others: z.enum(["pass", "refuse"]).prefault("pass"),
  /** Of the whole query, as it is sent. */
  maxLength: whole(0, MOST_LENGTH).optional(),
});

/** See {@link query}. */
export type RequiredQuery = z.output<typeof query>;

const element = z.strictObject({
  /** Of an element or attribute. */
  at: z.string({ error: () => PLACE_WANTED }).max(2000),
  /** At least one in every element that the path leads through, and one at all. */
  required: z.boolean().prefault(false),
  /** How many of them in one element above it. */
  most: whole(1, 10_000_000).optional(),
  /** Of its own text, without white space at both ends. */
  matches: linearPattern().optional(),
  /** What stands below it is not looked at, with `others: refuse` too: signatures, extensions. */
  any: z.boolean().prefault(false),
});

const xml = z
  .strictObject({
    root: z.string({ error: () => ROOT_WANTED }).min(1).max(300).optional(),
    namespaces: namespaces().optional(),
    elements: z.array(element).max(1000).prefault([]),
    /** Elements that are not listed, nor on the way to one that is. */
    others: z.enum(["pass", "refuse"]).prefault("pass"),
  })
  .check(({ value, issues }) => {
    const refuse = (path: (string | number)[], message: string): void => void issues.push({ code: "custom", path, message, input: value, continue: true });
    if (value.root !== undefined && !isElement(`/${value.root}`, value.namespaces, 1)) refuse(["root"], ROOT_WANTED);
    for (const [index, { at, any }] of value.elements.entries()) {
      const path = parseXmlPath(at, value.namespaces);
      if (path === null || path.steps.some((step) => step.index !== null)) refuse(["elements", index, "at"], PLACE_WANTED);
      else if (path.attribute !== null && any) refuse(["elements", index, "any"], "nothing: an attribute has nothing below it");
    }
  });

/** See {@link xml}. */
export type RequiredXml = z.output<typeof xml>;

const body = z.strictObject({
  /** The first bytes have to confirm the content type. */
  sniff: z.boolean().optional(),
  /** Levels of a JSON or XML body. */
  depth: whole(1, 128).optional(),
  /** Members and items of a JSON body, elements and attributes of an XML body. */
  members: whole(1, 10_000_000).optional(),
  /** A JSON Schema (draft 2020-12, or 07) that a body has to fit; beside `xml`, where it is JSON. */
  json: z.string({ error: () => SCHEMA_WANTED }).min(1, { error: () => SCHEMA_WANTED }).max(1000).optional(),
  /** The structure of an XML body; beside `json`, where it is XML. */
  xml: xml.optional(),
  /** Types of files in a multipart/form-data body, by their first bytes; name and content type of the file have to agree. */
  files: z.array(z.enum(FILE_KINDS)).min(1).max(10).optional(),
  maxFiles: whole(0, 1000).optional(),
});

/** See {@link body}. */
export type RequiredBody = z.output<typeof body>;

/** What requests of a site or route must be like. */
export const requireOptions = z.strictObject({
  headers: z.array(header).max(100).optional(),
  query: query.optional(),
  body: body.optional(),
});

/** See {@link requireOptions}. */
export type RequireOptions = z.output<typeof requireOptions>;

/** The last that says something counts, key by key, within `body` too. */
export function mergeRequire(own: readonly (RequireOptions | undefined)[]): RequireOptions {
  const bodies = own.flatMap((one) => (one?.body === undefined ? [] : [one.body]));
  return Object.assign({}, ...own, bodies.length === 0 ? {} : { body: Object.assign({}, ...bodies) }) as RequireOptions;
}

function isElement(text: string, bound: Readonly<Record<string, string>> | undefined, steps: number): boolean {
  const path = parseXmlPath(text, bound);
  return path !== null && path.attribute === null && path.steps.length === steps && path.steps.every(({ index }) => index === null);
}
