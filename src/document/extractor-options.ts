import { z } from "zod";
import { decodeSteps } from "./decode.ts";
import { parseXmlPath, XML_PATH_WANTED } from "./xml-path.ts";

/*
 * How an operator says where a value stands. Everything is written out, level by level, because editors follow no recursion.
 */

const POINTER_WANTED = "a JSON pointer such as /orderNo";
const HEADER_WANTED = "a header name such as x-order-no";
const VARIABLE_WANTED = "the name of a variable of the route's path, such as id";
const NAME_WANTED = "a name of 1 to 200 characters";
const PREFIX_WANTED = "a prefix such as soap, or an empty text for names without one";
const TOO_DEEP = "nothing: at most 4 extractors, one within the other";
const WHERE = ["header", "path", "query", "json", "xml", "jwt", "form", "multipart", "body"] as const;
const WITHIN = ["json", "xml", "form", "body"] as const;

const pointer = () => z.string({ error: () => POINTER_WANTED }).regex(/^(\/([^~/]|~[01])*)*$/, { error: () => POINTER_WANTED });
const named = () => z.string({ error: () => NAME_WANTED }).min(1, { error: () => NAME_WANTED }).max(200, { error: () => NAME_WANTED });

/** Namespaces by the prefixes that a path uses, whatever prefixes the document has. */
export const namespaces = () => z.record(z.string().regex(/^([^\s:/@[\]*]{1,64})?$/, { error: () => PREFIX_WANTED }), z.string().max(1000));

function placesWithin() {
  return {
    /** RFC 6901; an empty one is the whole. */
    json: pointer().optional(),
    /** `/p:a/b[2]/@c`; `*:b` is in any namespace. More than one match without an index is ambiguous. */
    xml: z.string({ error: () => XML_PATH_WANTED }).max(2000).optional(),
    namespaces: namespaces().optional(),
    /** A name in an application/x-www-form-urlencoded body. */
    form: named().optional(),
    /** All of it. */
    body: z.literal(true, { error: () => "true" }).optional(),
    /** Leaves out white space at both ends of the value; else it counts. */
    trim: z.boolean().optional(),
    /** What is undone, in this order, before the value is taken or read further. */
    decode: decodeSteps().optional(),
  };
}

/** What comes next, once the value is decoded. */
function onward<T extends z.ZodType>(next: T) {
  // oxlint-disable-next-line unicorn/no-thenable -- a key of the configuration; it never holds a function
  return { then: next.optional() };
}

const fourth = z.strictObject({ ...placesWithin(), ...onward(z.never({ error: () => TOO_DEEP })) }).check(exactlyOneOf(WITHIN));
const third = z.strictObject({ ...placesWithin(), ...onward(fourth) }).check(exactlyOneOf(WITHIN));
const second = z.strictObject({ ...placesWithin(), ...onward(third) }).check(exactlyOneOf(WITHIN));

/** Schema of an extractor. */
export function extractorOptions() {
  return z.strictObject(extractorShape()).check(onePlace);
}

/** Refuses an extractor that names no place, or several. */
export const onePlace = exactlyOneOf(WHERE);

/** The keys of an extractor, for a schema that has others beside them; it is checked by {@link onePlace} too. */
export function extractorShape() {
  return {
    /** One that stands there with several different values is ambiguous. */
    header: z.string({ error: () => HEADER_WANTED }).regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,200}$/, { error: () => HEADER_WANTED }).optional(),
    path: z.string({ error: () => VARIABLE_WANTED }).regex(/^[A-Za-z_][A-Za-z0-9_-]{0,63}$/, { error: () => VARIABLE_WANTED }).optional(),
    query: named().optional(),
    /** A pointer into the payload of a bearer token, or of the one in `header`. The signature is not checked. */
    jwt: pointer().optional(),
    /** The name of a part of a multipart/form-data body. */
    multipart: named().optional(),
    ...placesWithin(),
    /** Where in the decoded value the wanted one stands. */
    ...onward(second),
  };
}

/** See {@link extractorOptions}. */
export type ExtractorOptions = z.output<ReturnType<typeof extractorOptions>>;

function exactlyOneOf(keys: readonly string[]) {
  return ({ value, issues }: z.core.ParsePayload<Readonly<Record<string, unknown>>>): void => {
    // A key that is written wrong is reported already, and is most likely the one that is missing.
    if (issues.some(({ code }) => code === "unrecognized_keys")) return;
    for (const { path, want } of misfits(value, keys)) issues.push({ code: "custom", path, message: want, input: value });
  };
}

interface Misfit {
  readonly path: string[];
  readonly want: string;
}

/** What is right key by key, and wrong together. */
function misfits(value: Readonly<Record<string, unknown>>, keys: readonly string[]): Misfit[] {
  const given = keys.filter((key) => value[key] !== undefined && !(key === "header" && value["jwt"] !== undefined));
  const found: Misfit[] = given.length === 1 ? [] : [{ path: [], want: `exactly one of ${keys.join(", ")}` }];
  if (value["namespaces"] !== undefined && value["xml"] === undefined) found.push({ path: ["namespaces"], want: "'xml' beside 'namespaces'" });
  if (typeof value["xml"] === "string" && parseXmlPath(value["xml"], value["namespaces"] as Record<string, string> | undefined) === null) found.push({ path: ["xml"], want: XML_PATH_WANTED });
  if (value["trim"] !== undefined && value["then"] !== undefined) found.push({ path: ["trim"], want: "nothing beside 'then': it stands within it" });
  return found;
}
