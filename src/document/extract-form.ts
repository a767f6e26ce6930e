import { decodeText } from "./charset.ts";
import { foundText, unread, type Reading, type Unread } from "./reading.ts";

const PERCENT = 0x25;
const PLUS = 0x2b;

/**
 * The value of a name in `name=value&…` (application/x-www-form-urlencoded; also a query), where `+` is a space. A name that
 * stands there twice with different values is ambiguous. `charset` is what the content type states. Linear.
 */
export function readForm(text: string, name: string, charset?: string | null): Reading {
  let found: string | undefined;
  for (let at = 0; at < text.length; ) {
    const end = endOf(text, "&", at);
    const pair = text.slice(at, end);
    at = end + 1;
    const equals = endOf(pair, "=", 0);
    // What cannot be read is no name that anybody reads as ours.
    if (decodePiece(pair.slice(0, equals), charset) !== name) continue;
    const value = decodePiece(pair.slice(equals + 1), charset);
    if (typeof value !== "string") return value;
    if (found !== undefined && found !== value) return unread("ambiguous", "the member stands there with several values");
    found = value;
  }
  return found === undefined ? unread("missing", "no such member") : foundText(found);
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at < 0 ? text.length : at;
}

function decodePiece(piece: string, charset: string | undefined | null): string | Unread {
  if (!/[%+\x80-\uffff]/.test(piece)) return piece;
  const bytes = Buffer.from(piece, "latin1");
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte !== PERCENT) bytes[length++] = byte === PLUS ? 0x20 : byte;
    else {
      const digits = piece.slice(at + 1, at + 3);
      if (!/^[0-9A-Fa-f]{2}$/.test(digits)) return unread("malformed", "a percent sign without two digits");
      bytes[length++] = Number.parseInt(digits, 16);
      at += 2;
    }
  }
  return decodeText(bytes.subarray(0, length), charset);
}
