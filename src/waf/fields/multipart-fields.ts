import { decodeText } from "../../document/charset.ts";
import type { Hearing } from "./hearing.ts";
import { percentDecoded } from "./percent.ts";
import { stepName } from "./step-name.ts";

const MOST_PARTS = 1000;
const LONGEST_HEAD = 16 * 1024;
const BOUNDARY = /;\s*boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,"]{1,200}))/i;
/** A quoted value ends at the first quote that no backslash precedes; what readers make of others is looked at as well. */
const PARAMETER = /;\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\[^])*)"|([^\s;"]*))/g;

/** A part of a form, read as leniently as its most lenient reader. */
export interface LenientPart {
  readonly name: string;
  /** Null where it is no file. */
  readonly fileName: string | null;
  readonly contentType: string | undefined;
  readonly bytes: Buffer;
}

/** Splits a multipart body and hears the names; `part` hears each part, and gives false to stop. False where a bound is reached. */
export function readMultipartFields(hearing: Hearing, body: Buffer, contentType: string, part: (part: LenientPart) => boolean): boolean {
  const [, quoted, token] = BOUNDARY.exec(contentType) ?? [];
  const boundary = quoted ?? token ?? guessBoundary(body);
  const delimiter = Buffer.from(`--${boundary}`);
  let at = boundary === "" ? -1 : body.indexOf(delimiter);
  if (at !== 0) hearing.fault("malformed-multipart");
  if (at < 0) return part({ name: "", fileName: null, contentType: undefined, bytes: body });
  for (let count = 0; at >= 0; count++) {
    const start = at + delimiter.length;
    if (body.toString("latin1", start, start + 2) === "--") return readRest(body.subarray(start + 2), part);
    if (count === MOST_PARTS) {
      hearing.leave("too-many");
      return false;
    }
    at = nextDelimiter(body, delimiter, start);
    if (at < 0) hearing.fault("malformed-multipart");
    const read = readPart(hearing, body.subarray(start, at < 0 ? body.length : at));
    if (read === null || !part(read)) return false;
  }
  return true;
}

/** What stands behind the last part; another reader may know another boundary. */
function readRest(bytes: Buffer, part: (part: LenientPart) => boolean): boolean {
  return bytes.toString("latin1", 0, 64).trim() === "" || part({ name: "", fileName: null, contentType: undefined, bytes });
}

/** Some senders forget to state it. */
function guessBoundary(body: Buffer): string {
  return /^--([\w'()+,./:=?-]{1,200})\r?\n/.exec(body.toString("latin1", 0, 256))?.[1] ?? "";
}

/** At the beginning of a line alone. */
function nextDelimiter(body: Buffer, delimiter: Buffer, from: number): number {
  let at = body.indexOf(delimiter, from);
  while (at > 0 && body[at - 1] !== 0x0a) at = body.indexOf(delimiter, at + 1);
  return at;
}

/** Null when a bound is reached. */
function readPart(hearing: Hearing, part: Buffer): LenientPart | null {
  const head = headEnd(part);
  if (head === null) hearing.fault("malformed-multipart");
  const text = head === null ? "" : headText(part.subarray(0, head.end));
  const parameters = parametersOf(/^content-disposition[ \t]*:([^]*?)(?:\n(?![ \t])|$)/im.exec(text)?.[1] ?? "");
  const name = parameters.get("name*") ?? parameters.get("name") ?? "";
  const fileName = parameters.get("filename*") ?? parameters.get("filename") ?? null;
  const place = (): string => `form:${stepName(name)}`;
  if (!hearing.hear(name, "form", true, place)) return null;
  for (const key of ["filename", "filename*"]) if (!hearing.hear(parameters.get(key) ?? "", "file-name", false, () => `file-name:${stepName(name)}`)) return null;
  const bytes = undone(part.subarray(head?.next ?? 0), /^content-transfer-encoding[ \t]*:[ \t]*([\w-]*)/im.exec(text)?.[1]?.toLowerCase());
  return { name, fileName, contentType: /^content-type[ \t]*:[ \t]*([^\r\n]*)/im.exec(text)?.[1], bytes: bytes.subarray(0, withoutLineEnd(bytes)) };
}

/** Transfer encodings are of mail (RFC 7578 section 4.7), and some readers of forms undo them. */
function undone(bytes: Buffer, encoding: string | undefined): Buffer {
  if (encoding === "base64") return Buffer.from(bytes.toString("latin1"), "base64");
  if (encoding !== "quoted-printable") return bytes;
  const text = bytes.toString("latin1").replaceAll(/=([\da-f]{2}|\r?\n)/gi, (_, sign: string) => (sign.length === 2 && sign !== "\r\n" ? String.fromCharCode(Number.parseInt(sign, 16)) : ""));
  return Buffer.from(text, "latin1");
}

/** The empty line between a part's head and bytes, with either line end. */
function headEnd(part: Buffer): { readonly end: number; readonly next: number } | null {
  const start = part.toString("latin1", 0, LONGEST_HEAD);
  const found = /\r?\n\r?\n/.exec(start);
  return found === null ? null : { end: found.index, next: found.index + found[0].length };
}

function headText(head: Buffer): string {
  const text = decodeText(head);
  return typeof text === "string" ? text : head.toString("latin1");
}

function parametersOf(disposition: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", quoted, token = ""] of disposition.matchAll(PARAMETER)) {
    const key = name.toLowerCase();
    const value = key.endsWith("*") ? percentDecoded((quoted ?? token).replace(/^[\w-]*'[\w-]*'/, ""), false) : (quoted ?? token).replaceAll(/\\(["\\])/g, "$1");
    // The last of several is what some take; both are heard.
    found.set(key, found.has(key) ? `${found.get(key) ?? ""} ${value}` : value);
  }
  return found;
}

function withoutLineEnd(bytes: Buffer): number {
  const end = bytes.length;
  if (bytes[end - 1] !== 0x0a) return end;
  return bytes[end - 2] === 0x0d ? end - 2 : end - 1;
}
