import { isUtf8 } from "node:buffer";
import { decodeText } from "../../document/charset.ts";
import { withoutOverlong } from "./overlong.ts";

const [PERCENT, PLUS, SPACE] = [0x25, 0x2b, 0x20];

/**
 * A piece of a path, query or form with its percent-encoding undone. What is no such encoding stays. Bytes are UTF-8, else in
 * the charset that is stated, else GB18030, else Latin-1; overlong UTF-8, which nobody writes by accident, means what it hides.
 */
export function percentDecoded(piece: string, plusIsSpace: boolean, charset?: string): string {
  if (!/[%+\x80-\uffff]/.test(piece)) return piece;
  const bytes = Buffer.from(piece, /[^\0-\xff]/.test(piece) ? "utf8" : "latin1");
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const code = byte === PERCENT ? pairOf(bytes, at + 1) : -1;
    if (code >= 0) at += 2;
    bytes[length++] = code >= 0 ? code : byte === PLUS && plusIsSpace ? SPACE : byte;
  }
  return textOf(bytes.subarray(0, length), charset);
}

/** The byte that two hexadecimal digits write; -1 where they are none. */
function pairOf(bytes: Uint8Array, at: number): number {
  const [high, low] = [digitOf(bytes[at]), digitOf(bytes[at + 1])];
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

function digitOf(byte = 0): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function textOf(bytes: Buffer, charset?: string): string {
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const opened = withoutOverlong(bytes);
  if (opened !== null && isUtf8(opened)) return opened.toString("utf8");
  const stated = charset === undefined ? undefined : decodeText(bytes, charset);
  const text = typeof stated === "string" ? stated : decodeText(bytes);
  return typeof text === "string" ? text : bytes.toString("latin1");
}
