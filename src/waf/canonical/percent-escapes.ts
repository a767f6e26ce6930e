import { isUtf8 } from "node:buffer";
import { withoutOverlong } from "../fields/overlong.ts";

const FOUR_DIGITS = /^[0-9A-Fa-f]{4}$/;

/**
 * Percent-encoding undone where it means a letter in UTF-8, overlong UTF-8 included, and `%uXXXX`; what does not mean one
 * stays, and so does `+`. One round, linear.
 */
export function withoutPercent(value: string): string {
  let from = 0;
  let kept = 0;
  const pieces: string[] = [];
  for (let at = value.indexOf("%"); at >= 0; at = value.indexOf("%", from)) {
    const isWide = (value.charCodeAt(at + 1) | 0x20) === 0x75;
    const end = isWide ? wideEnd(value, at) : runEnd(value, at);
    from = Math.max(end, at + 1);
    if (end === at) continue;
    pieces.push(value.slice(kept, at), isWide ? String.fromCharCode(Number.parseInt(value.slice(at + 2, end), 16)) : decodedRun(value.slice(at, end)));
    kept = end;
  }
  return pieces.length === 0 ? value : pieces.join("") + value.slice(kept);
}

function wideEnd(value: string, at: number): number {
  return FOUR_DIGITS.test(value.slice(at + 2, at + 6)) ? at + 6 : at;
}

function runEnd(value: string, start: number): number {
  let at = start;
  while (value.charCodeAt(at) === 0x25 && isDigit(value.charCodeAt(at + 1)) && isDigit(value.charCodeAt(at + 2))) at += 3;
  return at;
}

function isDigit(code: number): boolean {
  const letter = code | 0x20;
  return (code >= 0x30 && code <= 0x39) || (letter >= 0x61 && letter <= 0x66);
}

function decodedRun(run: string): string {
  const first = Number.parseInt(run.slice(1, 3), 16);
  if (run.length === 3) return first < 0x80 ? String.fromCharCode(first) : run;
  const bytes = Buffer.from(run.replaceAll("%", ""), "hex");
  if (isUtf8(bytes)) return bytes.toString("utf8");
  const opened = withoutOverlong(bytes) ?? bytes;
  if (isUtf8(opened)) return opened.toString("utf8");
  // Of a broken row, the ASCII letters are what counts.
  return opened.some((byte) => byte < 0x80) ? Array.from(opened, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `%${byte.toString(16)}`)).join("") : run;
}
