import { isAscii, isUtf8 } from "node:buffer";
import { parseMediaType } from "./media-type.ts";
import { unread, type Unread } from "./reading.ts";

type Family = "utf-8" | "ascii" | "utf-16" | "utf-16le" | "utf-16be" | "gb18030" | "iso-8859-1" | "iso-8859-2" | "iso-8859-15" | "windows-1250" | "windows-1252";

/** Names that clients use. Sets with other meanings of ASCII bytes (UTF-7, ISO-2022) stay out: what is read must be what the platform reads. */
const FAMILIES: ReadonlyMap<string, Family> = new Map<string, Family>([
  ["utf-8", "utf-8"],
  ["utf8", "utf-8"],
  ["us-ascii", "ascii"],
  ["ascii", "ascii"],
  ["utf-16", "utf-16"],
  ["utf-16le", "utf-16le"],
  ["utf-16be", "utf-16be"],
  ["gb2312", "gb18030"],
  ["gbk", "gb18030"],
  ["cp936", "gb18030"],
  ["gb18030", "gb18030"],
  ["iso-8859-1", "iso-8859-1"],
  ["latin1", "iso-8859-1"],
  ["iso-8859-2", "iso-8859-2"],
  ["iso-8859-15", "iso-8859-15"],
  ["windows-1250", "windows-1250"],
  ["windows-1252", "windows-1252"],
]);

const CONTRADICTION = unread("malformed", "two charsets are stated that contradict each other");

// Made on first use and kept: making one costs more than reading a body with it.
const decoders = new Map<string, TextDecoder>();

/**
 * The charset that a content type states: undefined where it states none, null where it cannot be read. Text types are not
 * taken for ASCII where they state none, because clients do not mean that.
 */
export function statedCharset(contentType: string | undefined): string | undefined | null {
  if (contentType === undefined || !contentType.includes(";")) return undefined;
  const media = parseMediaType(contentType);
  return media === null ? null : media.parameters.get("charset");
}

/**
 * The text of bytes. Charsets that are stated and a byte order mark have to agree, unless all bytes are ASCII and so mean the
 * same in each; where nothing is stated, bytes that are not UTF-8 are taken for GB18030. A mark is no part of the text.
 */
export function decodeText(bytes: Uint8Array, ...stated: readonly (string | undefined | null)[]): string | Unread {
  const mark = markOf(bytes);
  const families = new Set<Family>(mark === null ? [] : [mark]);
  for (const label of stated) {
    if (label === null) return unread("malformed", "the content type cannot be read");
    if (label === undefined) continue;
    const family = FAMILIES.get(label.toLowerCase());
    if (family === undefined) return unread("malformed", "a charset is stated that is not known here");
    // Plain UTF-16 leaves the order of bytes to the mark.
    families.add(family === "utf-16" && mark?.startsWith("utf-16") === true ? mark : family);
  }
  const [first] = families;
  if (first === undefined) return isUtf8(bytes) ? textOf(bytes) : decodeAs("gb18030", bytes);
  if (families.size === 1) return decodeAs(first, bytes);
  const overAscii = ![...families].some((family) => family.startsWith("utf-16"));
  return overAscii && isAscii(bytes) ? textOf(bytes) : CONTRADICTION;
}

/** A JSON text as UTF-8: the same bytes where they are that already, which is the ordinary case. */
export function utf8Bytes(bytes: Uint8Array, contentType: string | undefined): Uint8Array | Unread {
  const charset = statedCharset(contentType);
  if ((charset === undefined || charset?.toLowerCase() === "utf-8") && isUtf8(bytes)) return bytes;
  const text = decodeText(bytes, charset);
  return typeof text === "string" ? Buffer.from(text) : text;
}

function markOf(bytes: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return "utf-16le";
  return bytes[0] === 0xfe && bytes[1] === 0xff ? "utf-16be" : null;
}

function decodeAs(family: Family, bytes: Uint8Array): string | Unread {
  if (family === "utf-16") return unread("malformed", "UTF-16 without a byte order mark");
  if (family === "ascii") return isAscii(bytes) ? textOf(bytes) : unread("malformed", "bytes that are not ASCII, as stated");
  if (family === "utf-8") return isUtf8(bytes) ? textOf(bytes) : unread("malformed", "bytes that are not UTF-8, as stated");
  // The decoder of that name is one of Windows-1252.
  if (family === "iso-8859-1") return viewOf(bytes).toString("latin1");
  try {
    return decoder(family).decode(bytes);
  } catch (fault) {
    if (fault instanceof TypeError) return unread("malformed", `bytes that are not ${family.toUpperCase()}`);
    throw fault;
  }
}

function decoder(family: string): TextDecoder {
  let made = decoders.get(family);
  if (made === undefined) decoders.set(family, (made = new TextDecoder(family, { fatal: true })));
  return made;
}

function textOf(utf8: Uint8Array): string {
  return viewOf(utf8).toString("utf8", markOf(utf8) === "utf-8" ? 3 : 0);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
