import { parseMediaType } from "../../document/media-type.ts";
import { breach, type Breach } from "./breach.ts";

/** Bytes of a body that its kind is told by. */
const LOOKED_AT = 1024;

/** What the first bytes of a body say it is; `other` is anything that is no JSON object or list and no XML. */
export type TextKind = "json" | "xml" | "other";

/** The first letters of a text in any of the charsets that XML and JSON come in: without its mark, zeros of UTF-16 and white space. */
function firstLetters(bytes: Buffer): string {
  return bytes.toString("latin1", 0, LOOKED_AT).replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, "").replaceAll("\0", "").trimStart();
}

/** See {@link TextKind}. */
export function textKind(bytes: Buffer): TextKind {
  const first = firstLetters(bytes)[0] ?? "";
  return first === "<" ? "xml" : first === "{" || first === "[" ? "json" : "other";
}

/** What files begin with, as latin1. */
export const FIRST_BYTES = { pdf: "%PDF-", zip: "PK\x03\x04", gzip: "\x1f\x8b", jpeg: "\xff\xd8\xff", png: "\x89PNG\r\n\x1a\n" } as const;

/** Whether bytes begin with one of these marks. */
export function beginsWith(bytes: Buffer, ...marks: readonly string[]): boolean {
  return marks.some((mark) => bytes.toString("latin1", 0, mark.length) === mark);
}

interface Shape {
  readonly types: (type: string) => boolean;
  readonly fits: (bytes: Buffer, parameters: ReadonlyMap<string, string>) => boolean;
}

const begins = (mark: string) => (bytes: Buffer): boolean => beginsWith(bytes, mark);
const oneOf = (...types: readonly string[]) => (type: string): boolean => types.includes(type);

/** Content types, and what a body of each begins with. */
const SHAPES: readonly Shape[] = [
  { types: (type) => type.endsWith("/json") || type.endsWith("+json"), fits: (bytes) => /^(?:[{["\d-]|true|false|null)/.test(firstLetters(bytes)) },
  { types: (type) => type.endsWith("/xml") || type.endsWith("+xml"), fits: (bytes) => firstLetters(bytes).startsWith("<") },
  { types: oneOf("application/pdf"), fits: begins(FIRST_BYTES.pdf) },
  { types: oneOf("application/ofd", "application/x-ofd", "application/vnd.ofd", "application/zip", "application/x-zip-compressed"), fits: begins(FIRST_BYTES.zip) },
  { types: oneOf("application/gzip", "application/x-gzip"), fits: begins(FIRST_BYTES.gzip) },
  { types: oneOf("image/jpeg", "image/jpg"), fits: begins(FIRST_BYTES.jpeg) },
  { types: oneOf("image/png"), fits: begins(FIRST_BYTES.png) },
  { types: oneOf("application/x-www-form-urlencoded"), fits: (bytes) => !/^\s*[<{[]|[\0-\x08\x0e-\x1f]/.test(bytes.toString("latin1", 0, LOOKED_AT)) },
  { types: (type) => type.startsWith("multipart/"), fits: (bytes, parameters) => beginsWith(bytes, `--${parameters.get("boundary") ?? "\0"}`) },
  { types: oneOf("text/plain", "text/csv"), fits: (bytes) => !bytes.subarray(0, LOOKED_AT).includes(0) || beginsWith(bytes, "\xff\xfe", "\xfe\xff") },
];

/** Whether the first bytes of a body confirm its content type. A type that is not known here is taken as it is. */
export function confirmType(bytes: Buffer, contentType: string | undefined): Breach | null {
  if (contentType === undefined) return breach("type", "body", "sniff: no content type");
  const media = parseMediaType(contentType);
  if (media === null) return breach("type", "body", "sniff: a content type that cannot be read");
  const shape = SHAPES.find(({ types }) => types(media.type));
  return shape === undefined || shape.fits(bytes, media.parameters) ? null : breach("type", "body", "sniff: the body is not of its content type");
}
