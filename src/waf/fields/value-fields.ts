import { decodeText } from "../../document/charset.ts";
import { base64Value, shortBase64 } from "./base64-value.ts";
import type { DocumentSink } from "./document-sink.ts";
import type { FieldFault, Place } from "./field.ts";
import type { Hearing } from "./hearing.ts";
import { inflateBody } from "./inflate.ts";
import { isDocument } from "./magic-number.ts";
import { PORTION, type Portions } from "./portions.ts";
import { openJsonFields } from "./json-fields.ts";
import { opensHtml } from "./xml-tag.ts";
import { openXmlFields } from "./xml-fields.ts";

/** Documents inside documents are opened so often. */
const MAX_NESTED = 3;
/** Longer base64 that holds nothing readable is heard by its beginning, where serialised objects have their mark. */
const SHORT_OPAQUE = 256;
const OPAQUE_START = 64;
/** The magic number of gzip in base64. */
const GZIP = "H4sI";
const PEM = /^-----BEGIN [A-Z0-9 ]{1,40}-----[A-Za-z0-9+/=\s]*-----END [A-Z0-9 ]{1,40}-----\s*$/;

/** A format that values may be written in. */
export type DocumentFormat = "json" | "xml";

/**
 * Reads a value that may itself be a document: XML, JSON, base64 of either or of text; all else is heard as it stands. False
 * when a bound is reached. Base64 of documents with a magic number, and certificates, are passed over.
 */
export function readValue(hearing: Hearing, value: string, place: Place, level: number, where: () => string): boolean {
  const format = formatOf(value);
  if (format !== null) return readNested(hearing, value, format, place, level, where);
  const packed = base64Value(value);
  const short = packed === null ? shortBase64(value) : null;
  if (short !== null && !hearing.hear(short, place, false, where)) return false;
  if (packed === null) return (value.charCodeAt(0) === 0x2d && PEM.test(value)) || hearing.hear(value, place, false, where);
  if (packed.kind === "document") return !value.startsWith(GZIP) || readGzip(hearing, value, place, level, where);
  if (packed.kind === "opaque") return hearing.hear(value.length > SHORT_OPAQUE ? value.slice(0, OPAQUE_START) : value, place, false, where);
  // Each round leaves three quarters of the length, so that rounds need no bound of their own.
  return readValue(hearing, packed.text, place, level, where);
}

/** Some platforms take documents compressed; what unpacks to no text is passed over as other documents are. */
function readGzip(hearing: Hearing, value: string, place: Place, level: number, where: () => string): boolean {
  if (level >= MAX_NESTED) return true;
  const bytes = inflateBody(Buffer.from(value, "base64"), ["gzip"], hearing.unpackable());
  if (bytes === "unknown") return true;
  if (bytes === "bomb") {
    hearing.leave("zip-bomb");
    return false;
  }
  hearing.unpacked(bytes.byteLength);
  const unpacked = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (isDocument(unpacked)) return true;
  const text = decodeText(unpacked);
  return typeof text !== "string" || readValue(hearing, text, place, level + 1, where);
}

/** What broken documents hold is heard as fields, and once more as it stands: another reader may take it for a text. */
function readNested(hearing: Hearing, value: string, format: DocumentFormat, place: Place, level: number, where: () => string): boolean {
  if (level >= MAX_NESTED) hearing.fault("too-deep");
  else if (readDocument(hearing, value, format, level + 1, where)) return true;
  else if (value.startsWith("<?xml")) hearing.fault("malformed-xml");
  return hearing.hear(value, place, false, where);
}

/** Reads a whole document; `outer` names the value that it stands in. False where it breaks its format. */
export function readDocument(hearing: Hearing, text: string, format: DocumentFormat, level: number, outer: (() => string) | null): boolean {
  const sink = new FieldSink(hearing, format, level, outer);
  readerOf(format)(text, hearing.bounds.maxDepth, sink).read(Infinity);
  return sink.isSound;
}

/** The same in portions, for a document that is a whole body. */
export function* readDocumentInPortions(hearing: Hearing, text: string, format: DocumentFormat): Portions<boolean> {
  const sink = new FieldSink(hearing, format, 0, null);
  const reader = readerOf(format)(text, hearing.bounds.maxDepth, sink);
  while (!reader.read(PORTION)) yield;
  return sink.isSound;
}

function readerOf(format: DocumentFormat): typeof openJsonFields {
  return format === "json" ? openJsonFields : openXmlFields;
}

/** What a value looks like from both its ends; null for a text. */
export function formatOf(value: string): DocumentFormat | null {
  const start = value.charCodeAt(0);
  if (start > 0x20 && start < 0xfeff && start !== 0x3c && start !== 0x7b && start !== 0x5b) return null;
  const first = edge(value, 0, 1);
  const code = value.charCodeAt(first);
  if (code !== 0x3c && code !== 0x7b && code !== 0x5b) return null;
  const last = value.charCodeAt(edge(value, value.length - 1, -1));
  if (code === 0x3c) return last === 0x3e && opensXml(value, first) ? "xml" : null;
  if (last !== code + 2) return null;
  const next = value[edge(value, first + 1, 1)] ?? "";
  return (code === 0x7b ? /["}]/ : /["{[\]0-9tfn-]/).test(next) ? "json" : null;
}

function opensXml(value: string, first: number): boolean {
  return value.startsWith("<?xml", first) || value.startsWith("<!DOCTYPE", first) || !opensHtml(value, first);
}

/** The first place that is no white space. */
function edge(value: string, from: number, step: 1 | -1): number {
  let at = from;
  for (let code = value.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09 || code === 0xfeff; ) code = value.charCodeAt((at += step));
  return at;
}

/** Hears one document and opens what its values hold. */
class FieldSink implements DocumentSink {
  isSound = true;
  readonly #hearing: Hearing;
  readonly #format: DocumentFormat;
  readonly #level: number;
  readonly #outer: (() => string) | null;

  constructor(hearing: Hearing, format: DocumentFormat, level: number, outer: (() => string) | null) {
    this.#hearing = hearing;
    this.#format = format;
    this.#level = level;
    this.#outer = outer;
  }

  value(value: string, where: () => string): boolean {
    return readValue(this.#hearing, value, this.#format, this.#level, this.#named(where));
  }

  name(name: string, where: () => string): boolean {
    return this.#hearing.hear(name, this.#format, true, this.#named(where));
  }

  text(text: string, where: () => string): boolean {
    return this.#hearing.hear(text, "text", false, this.#named(where));
  }

  /** A value that only looked like a document is no broken one: whoever opened it decides. */
  fault(fault: FieldFault): void {
    if (fault === "malformed-json" || fault === "malformed-xml") this.isSound = false;
    else this.#hearing.fault(fault);
  }

  #named(where: () => string): () => string {
    const outer = this.#outer;
    return outer === null ? where : () => `${outer()}>${where()}`;
  }
}
