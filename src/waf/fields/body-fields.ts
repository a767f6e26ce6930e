import { isUtf8 } from "node:buffer";
import { decodeText, statedCharset } from "../../document/charset.ts";
import { xmlText } from "../../document/xml-read.ts";
import type { FieldSource } from "./field.ts";
import type { Hearing } from "./hearing.ts";
import { inflateBody } from "./inflate.ts";
import { isDocument } from "./magic-number.ts";
import { readMultipartFields, type LenientPart } from "./multipart-fields.ts";
import { readParameters } from "./parameter-fields.ts";
import type { Portions } from "./portions.ts";
import { stepName } from "./step-name.ts";
import { readDocument, readDocumentInPortions, readValue } from "./value-fields.ts";

/** What a content type says a body is. */
type Declared = "json" | "xml" | "form" | "multipart" | "text" | "none";

/** Bytes that are no text and no known document are heard by their beginning, where serialised objects have their mark. */
const BINARY_START = 256;
/** Control characters that no text has. */
const BINARY = /[\0-\u0008\u000e-\u001a\u001c-\u001f]/;
/** So much of broken JSON is heard as one text. */
const BROKEN_START = 64 * 1024;
const TEMPLATE = /[$#]\{|\{\{/;
const BODY = (): string => "body";

/** Reads a request's body; what it is decides its first letters, and then its content type. */
export function* readBody(hearing: Hearing, { body, contentType, headers }: FieldSource): Portions<void> {
  if (body === null || body.byteLength === 0) return;
  const codings = codingsOf(headers);
  const bytes = codings.length === 0 ? body : inflateBody(body, codings, hearing.bounds.maxBytes);
  if (bytes === "bomb") return hearing.leave("zip-bomb");
  // Whoever reads it without undoing the coding takes the body as it stands.
  const read = bytes === "unknown" ? body : bytes;
  yield* readContent(hearing, Buffer.from(read.buffer, read.byteOffset, read.byteLength), contentType);
  if (bytes === "unknown") hearing.leave("bad-encoding");
}

function codingsOf(headers: readonly string[]): string[] {
  const codings: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    if ((headers[i] as string).toLowerCase() === "content-encoding") codings.push(...(headers[i + 1] as string).toLowerCase().split(","));
  }
  return codings.map((coding) => coding.trim()).filter((coding) => coding !== "" && coding !== "identity");
}

function* readContent(hearing: Hearing, bytes: Buffer, contentType: string | undefined): Portions<void> {
  const declared = declaredOf(contentType);
  if (declared === "multipart") return void readMultipartFields(hearing, bytes, contentType ?? "", (part) => readPart(hearing, part));
  if (isDocument(bytes) && !((declared === "form" || declared === "json") && isUtf8(bytes))) return;
  const text = textOf(hearing, bytes, contentType, declared);
  if (declared === "form" && !looksLikeDocument(text)) return yield* readForm(hearing, bytes, contentType);
  if (declared !== "json" && declared !== "xml" && !looksLikeDocument(text) && BINARY.test(text)) return void hearing.hear(bytes.toString("latin1", 0, BINARY_START), "text", false, BODY);
  yield* readText(hearing, text, declared, () => readForm(hearing, bytes, contentType));
}

function declaredOf(contentType = ""): Declared {
  const type = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type === "") return "none";
  if (type.startsWith("multipart/")) return "multipart";
  if (type.includes("json") || type.endsWith("javascript")) return "json";
  if (type.includes("xml")) return "xml";
  return type === "application/x-www-form-urlencoded" ? "form" : "text";
}

function looksLikeDocument(text: string): boolean {
  return /^[\s\ufeff]*[<{[]/.test(text);
}

/** What it looks like comes first; where that breaks its format and something else was declared, it is read as that too. */
function* readText(hearing: Hearing, text: string, declared: Declared, asForm: () => Portions<void>): Portions<void> {
  const mark = /^[\s\ufeff]*([<{[])/.exec(text)?.[1];
  const format = mark === undefined ? (declared === "json" || declared === "xml" ? declared : null) : mark === "<" ? "xml" : "json";
  if (format === null && declared === "none" && /^[\w.[\]%+-]{1,100}=/.test(text)) return yield* asForm();
  if (format === null) return void readValue(hearing, text, "text", 0, BODY);
  if (yield* readDocumentInPortions(hearing, text, format)) return;
  const isOther = declared !== format && declared !== "none";
  hearing.fault(isOther ? "ambiguous-form" : format === "json" ? "malformed-json" : "malformed-xml");
  // Outside its strings braces are the reader's; whoever logs a broken body logs `${…}` as it stands.
  if (!isOther && format === "json" && TEMPLATE.test(text)) return void hearing.hear(text.slice(0, BROKEN_START), "text", false, BODY);
  if (!isOther) return;
  if (declared === "form") yield* asForm();
  else if (declared === "json" || declared === "xml") yield* readDocumentInPortions(hearing, text, declared);
  else hearing.hear(text, "text", false, BODY);
}

function* readForm(hearing: Hearing, bytes: Buffer, contentType: string | undefined): Portions<void> {
  yield* readParameters(hearing, bytes.toString("latin1"), { place: "form", charset: statedCharset(contentType) ?? undefined });
}

/** Text in the charset that is stated or shows itself; what breaks it is a fault, and read as well as it can be. */
function textOf(hearing: Hearing, bytes: Buffer, contentType: string | undefined, declared: Declared): string {
  const wide = wideOrder(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  const isXml = declared === "xml" || /^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*</.test(bytes.toString("latin1", 0, 64).replaceAll("\0", ""));
  const text = isXml ? xmlText(bytes, contentType) : decodeText(bytes, statedCharset(contentType));
  if (typeof text === "string") return text;
  if (declared !== "text" && declared !== "none") hearing.fault("bad-encoding");
  return isUtf8(bytes) ? bytes.toString("utf8") : bytes.toString("latin1");
}

/** Two bytes a letter without a mark, which JSON once allowed: a zero beside the first. */
function wideOrder(bytes: Buffer): "utf-16le" | "utf-16be" | null {
  if (bytes.length < 4 || bytes.length % 2 !== 0) return null;
  if (bytes[0] === 0 && bytes[1] !== 0 && bytes[2] === 0) return "utf-16be";
  return bytes[0] !== 0 && bytes[1] === 0 && bytes[3] === 0 ? "utf-16le" : null;
}

function readPart(hearing: Hearing, { name, fileName, contentType, bytes }: LenientPart): boolean {
  const isText = fileName === null && isUtf8(bytes);
  if (bytes.length === 0 || (isDocument(bytes) && !isText)) return true;
  const text = partText(bytes, contentType);
  const where = (): string => `form:${stepName(name)}`;
  if (text === null || BINARY.test(text)) return hearing.hear(bytes.toString("latin1", 0, BINARY_START), "text", false, where);
  const declared = declaredOf(contentType);
  const place = fileName === null ? "form" : "text";
  if (declared !== "json" && declared !== "xml") return readValue(hearing, text, place, 0, where);
  if (readDocument(hearing, text, declared, 1, where)) return true;
  hearing.fault(declared === "json" ? "malformed-json" : "malformed-xml");
  return hearing.hear(text, place, false, where);
}

function partText(bytes: Buffer, contentType: string | undefined): string | null {
  const wide = wideOrder(bytes);
  if (wide !== null) return new TextDecoder(wide).decode(bytes);
  const text = decodeText(bytes, statedCharset(contentType));
  if (typeof text === "string") return text;
  const xml = xmlText(bytes, contentType);
  return typeof xml === "string" ? xml : isUtf8(bytes) ? bytes.toString("utf8") : null;
}
