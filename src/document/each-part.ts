import { z } from "zod";
import { utf8Bytes } from "./charset.ts";
import { namespaces } from "./extractor-options.ts";
import { jsonItems } from "./json-items.ts";
import { readPointer } from "./json-pointer.ts";
import { unread, type Content, type Unread } from "./reading.ts";
import { xmlItems } from "./xml-items.ts";
import { parseXmlPath, XML_PATH_WANTED } from "./xml-path.ts";
import { xmlText } from "./xml-read.ts";

/*
 * The parts of a list in a message, each as a message of its own: what is said about a part is said with the same words as
 * about a whole, with pointers and paths that begin at the part.
 */

const POINTER_WANTED = "a JSON pointer to a list such as /invoices; an empty one is the whole body";
const ONE_WANTED = "exactly one of json, xml";

/** Schema of `each`: `{ json: /invoices }`, or `{ xml: "/r:answer/r:line", namespaces: { r: … } }`. */
export function eachPart() {
  return z
    .strictObject({
      json: z.string({ error: () => POINTER_WANTED }).regex(/^(\/([^~/]|~[01])*)*$/, { error: () => POINTER_WANTED }).optional(),
      xml: z.string({ error: () => XML_PATH_WANTED }).max(2000, { error: () => XML_PATH_WANTED }).optional(),
      namespaces: namespaces().optional(),
    })
    .check(({ value, issues }) => {
      if (issues.some(({ code }) => code === "unrecognized_keys")) return;
      const refuse = (path: string[], message: string): void => void issues.push({ code: "custom", path, message, input: value });
      if ((value.json === undefined) === (value.xml === undefined)) refuse([], ONE_WANTED);
      if (value.namespaces !== undefined && value.xml === undefined) refuse(["namespaces"], "'xml' beside 'namespaces'");
      if (value.xml !== undefined && !leadsToElements(value.xml, value.namespaces)) refuse(["xml"], XML_PATH_WANTED);
    });
}

/** See {@link eachPart}. */
export type EachPartOptions = z.output<ReturnType<typeof eachPart>>;

/**
 * Reads the parts in their order. A JSON list without elements, JSON's null, and no element at an XML path in a sound document
 * are no parts; where JSON has no such member or something else stands there, or the message cannot be read, nothing is said.
 * A part of XML is written anew, with the namespaces of its names. Linear in the message's length.
 */
export type ReadParts = (content: Content) => readonly Content[] | Unread;

/** Makes a reader of parts. Throws on a path that its schema refuses. */
export function compileEach({ json, xml, namespaces }: EachPartOptions): ReadParts {
  if (json !== undefined) return (content) => partsOfJson(content, json);
  const path = parseXmlPath(xml ?? "", namespaces);
  if (path === null) throw new Error(`read xml: malformed path ${JSON.stringify(xml)}`);
  return (content) => {
    const text = content.text ?? xmlText(content.bytes, content.contentType);
    if (typeof text !== "string") return text;
    const items = xmlItems(text, path);
    return Array.isArray(items) ? items.map((item) => ({ bytes: Buffer.from(item), contentType: "application/xml; charset=utf-8" })) : items;
  };
}

function partsOfJson({ bytes, contentType, text }: Content, pointer: string): readonly Content[] | Unread {
  const utf8 = text === undefined ? utf8Bytes(bytes, contentType) : bytes;
  if (!(utf8 instanceof Uint8Array)) return utf8;
  const found = readPointer(utf8, pointer);
  if (found.kind === "missing") return unread("missing", "no such member");
  if (found.kind === "duplicate") return unread("ambiguous", "a member on the way stands there twice");
  if (found.kind !== "found") return unread(found.kind, found.kind === "malformed" ? "not JSON" : "JSON that is nested too deep");
  if (found.type === "null") return [];
  if (found.type !== "array") return unread("malformed", `a ${found.type} where a list is read`);
  return jsonItems(found.text).map((item) => ({ bytes: Buffer.from(item), contentType: "application/json" }));
}

function leadsToElements(xml: string, bound: Readonly<Record<string, string>> | undefined): boolean {
  const path = parseXmlPath(xml, bound);
  return path !== null && path.attribute === null;
}
