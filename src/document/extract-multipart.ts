import { decodeText } from "./charset.ts";
import { parseMediaType } from "./media-type.ts";
import { unread, type Unread } from "./reading.ts";

const MAX_PARTS = 1000;
const MAX_PART_HEAD = 8 * 1024;
const BOUNDARY = /^[0-9A-Za-z'()+_,./:=? -]{0,69}[0-9A-Za-z'()+_,./:=?-]$/;
const FIELD = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\r\n\0]*)$/;
const DISPOSITION = /^form-data((?:[ \t]*;[ \t]*[!#$%&'*+.^_`|~0-9A-Za-z-]+=(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+|"[^"]*"))*)$/i;
const PARAMETERS = /;[ \t]*([!#$%&'*+.^_`|~0-9A-Za-z-]+)=(?:([!#$%&'*+.^_`|~0-9A-Za-z-]+)|"([^"]*)")/g;

/** A part of a form: its bytes, and its own content type. */
export interface Part {
  readonly kind: "part";
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
}

/**
 * The part of a name in a multipart/form-data body (RFC 7578). Framing is strict: CRLF line ends, nothing before the first
 * boundary or after the last, no folded fields, no backslash before a quote: where readers differ, nothing is read. A name
 * that stands there twice with different bytes is ambiguous. Linear.
 */
export function readMultipart(body: Uint8Array, contentType: string | undefined, name: string): Part | Unread {
  const media = contentType === undefined ? null : parseMediaType(contentType);
  if (media?.type !== "multipart/form-data") return unread("missing", "no multipart/form-data body");
  const boundary = media.parameters.get("boundary") ?? "";
  if (!BOUNDARY.test(boundary)) return unread("malformed", "multipart without a boundary of 1 to 70 characters");
  let found: Part | null = null;
  for (const part of partsOf(Buffer.from(body.buffer, body.byteOffset, body.byteLength), boundary)) {
    if (part.kind !== "named") return part;
    if (part.name !== name) continue;
    if (found !== null && Buffer.compare(found.bytes, part.bytes) !== 0) return unread("ambiguous", "the part stands there with several values");
    found ??= { kind: "part", bytes: part.bytes, contentType: part.contentType };
  }
  return found ?? unread("missing", "no such part");
}

/** A part of a form with what its head says. */
export interface NamedPart {
  readonly kind: "named";
  readonly name: string;
  /** None where it is no file; two where it is named in both ways that there are. */
  readonly fileNames: readonly string[];
  readonly bytes: Uint8Array;
  readonly contentType: string | undefined;
}

/** All parts of a multipart/form-data body in order; see {@link readMultipart} for how strictly it is read. */
export function readParts(body: Uint8Array, contentType: string | undefined): readonly NamedPart[] | Unread {
  const media = contentType === undefined ? null : parseMediaType(contentType);
  if (media?.type !== "multipart/form-data") return unread("missing", "no multipart/form-data body");
  const boundary = media.parameters.get("boundary") ?? "";
  if (!BOUNDARY.test(boundary)) return unread("malformed", "multipart without a boundary of 1 to 70 characters");
  const parts: NamedPart[] = [];
  for (const part of partsOf(Buffer.from(body.buffer, body.byteOffset, body.byteLength), boundary)) {
    if (part.kind !== "named") return part;
    parts.push(part);
  }
  return parts;
}

/** All parts in order; the first thing that is wrong comes last. */
function* partsOf(body: Buffer, boundary: string): Generator<NamedPart | Unread> {
  const framing = unread("malformed", "multipart whose framing is broken");
  const delimiter = Buffer.from(`\r\n--${boundary}`);
  if (body.indexOf(delimiter.subarray(2)) !== 0) return yield framing;
  let at = delimiter.length - 2;
  for (let count = 0; ; count++) {
    const after = body.toString("latin1", at, at + 2);
    if (after === "--") break;
    if (after !== "\r\n") return yield framing;
    if (count === MAX_PARTS) return yield unread("too-large", `more than ${MAX_PARTS} parts`);
    const head = headEnd(body, at + 2);
    if (typeof head !== "number") return yield head;
    const end = body.indexOf(delimiter, head + 2);
    // An empty part has its own line end; without it the boundary would stand where the part's bytes begin.
    if (end < head + 4) return yield framing;
    yield named(body.subarray(at + 2, head), body.subarray(head + 4, end));
    at = end + delimiter.length;
  }
  const rest = body.toString("latin1", at + 2, at + 5);
  if (rest !== "" && rest !== "\r\n") yield framing;
}

/** Where the empty line before a part's bytes begins. */
function headEnd(body: Buffer, from: number): number | Unread {
  const end = body.subarray(from, from + MAX_PART_HEAD + 4).indexOf("\r\n\r\n");
  if (end >= 0) return from + end;
  return body.length - from > MAX_PART_HEAD ? unread("too-large", `a part whose head is larger than ${MAX_PART_HEAD} bytes`) : unread("malformed", "a part without the empty line after its head");
}

function named(head: Buffer, bytes: Buffer): NamedPart | Unread {
  const text = decodeText(head);
  if (typeof text !== "string") return text;
  const fields = fieldsOf(text);
  const names = fields === null ? null : namesOf(fields.get("content-disposition"));
  if (fields === null || names === null) return unread("malformed", "a part whose head cannot be read in one way");
  const encoding = fields.get("content-transfer-encoding")?.toLowerCase() ?? "binary";
  if (!["binary", "8bit", "7bit"].includes(encoding)) return unread("malformed", "a part with a transfer encoding, which some readers undo and some do not");
  return { kind: "named", ...names, bytes, contentType: fields.get("content-type") };
}

/** Null where a line is no field, or a field stands there twice. */
function fieldsOf(head: string): Map<string, string> | null {
  const fields = new Map<string, string>();
  for (const line of head.split("\r\n")) {
    const [, name, value] = FIELD.exec(line) ?? [];
    if (name === undefined || value === undefined || fields.has(name.toLowerCase())) return null;
    fields.set(name.toLowerCase(), value.trim());
  }
  return fields;
}

/** The name that every reader takes, and those of its file; null where some may take another name. */
function namesOf(disposition = ""): Pick<NamedPart, "name" | "fileNames"> | null {
  const parameters = disposition.includes('\\"') ? undefined : DISPOSITION.exec(disposition)?.[1];
  if (parameters === undefined) return null;
  const seen = new Map<string, string>();
  for (const [, name = "", token, quoted = ""] of parameters.matchAll(PARAMETERS)) {
    if (seen.has(name.toLowerCase())) return null;
    seen.set(name.toLowerCase(), token ?? quoted);
  }
  const name = seen.get("name");
  if (name === undefined || name.includes("\\") || seen.has("name*")) return null;
  return { name, fileNames: ["filename", "filename*"].flatMap((key) => seen.get(key) ?? []) };
}
