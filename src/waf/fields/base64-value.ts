import { isUtf8 } from "node:buffer";
import { isDocument } from "./magic-number.ts";

const SHORTEST = 24;
/** Lines of base64 are 64 or 76 letters; words are shorter. */
const SHORTEST_LINE = 40;
/** What is looked at of it before the whole is decoded. */
const LOOKED_AT = 96;
/** What is no text: control characters but tab, line ends. */
const CONTROL = /[\0-\u0008\u000b\u000c\u000e-\u001f\u007f]/;
const FOREIGN = /[^A-Za-z0-9+/_-]/g;
const DIGIT = new Uint8Array(128);
for (const letter of Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")) DIGIT[letter] = 1;

/** What a base64 value holds: `text` that it decodes to, a `document`, or `opaque` bytes. Null for what is no base64. */
export type Base64Value = { readonly kind: "text"; readonly text: string } | { readonly kind: "document" } | { readonly kind: "opaque" };

/** Looks into a value that is base64 (RFC 4648, either alphabet, in lines or in one) as a whole and at least 24 letters long; see `shortBase64` for shorter ones. Linear. */
export function base64Value(value: string): Base64Value | null {
  if (value.length < SHORTEST || !isBase64(value)) return null;
  const start = Buffer.from(value.slice(0, LOOKED_AT), "base64");
  if (isDocument(start)) return { kind: "document" };
  const wide = wideOrder(start);
  if (wide === null && CONTROL.test(start.toString("latin1"))) return { kind: "opaque" };
  const bytes = Buffer.from(value, "base64");
  const text = wide === null ? (isUtf8(bytes) ? bytes.toString("utf8") : null) : new TextDecoder(wide).decode(bytes);
  return text === null || CONTROL.test(text) ? { kind: "opaque" } : { kind: "text", text: text.charCodeAt(0) === 0xfeff ? text.slice(1) : text };
}

/** A short value (8 to 23 letters) that decodes to plain ASCII with a sign that programs give a meaning to; null where it does not: it may well be a word. */
export function shortBase64(value: string): string | null {
  if (value.length < SHORTEST_SHORT || value.length >= SHORTEST || !isPrintable(value) || !SHORT.test(value)) return null;
  const text = Buffer.from(value, "base64").toString("latin1");
  return PLAIN.test(text) && TELLING.test(text) ? text : null;
}

const SHORTEST_SHORT = 8;
const SHORT = /^[A-Za-z0-9+/_-]+={0,2}$/;
const PLAIN = /^[\t\n\r -~]{5,}$/;
const TELLING = /[\r\n/\\;|&$'"`<>(){}=]/;
/** The value of a digit of base64, by its code; -1 where it is none. */
const SIX_BITS = Int8Array.from({ length: 128 }, (_, code) => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".indexOf(String.fromCharCode(code)));

/** Do its first letters mean two bytes of ASCII text? Most words and numbers end here. */
function isPrintable(value: string): boolean {
  const [a, b, c] = [0, 1, 2].map((at) => SIX_BITS[value.charCodeAt(at)] ?? -1) as [number, number, number];
  if (a < 0 || b < 0 || c < 0) return false;
  const [first, second] = [(a << 2) | (b >> 4), ((b & 15) << 4) | (c >> 2)];
  return isText(first) && isText(second);
}

function isText(code: number): boolean {
  return (code > 31 && code < 127) || code === 10 || code === 13;
}

function isBase64(value: string): boolean {
  const first = value.charCodeAt(0) <= 0x20 ? spaceEnd(value, 0) : 0;
  if (!beginsWithDigits(value, first)) return false;
  let end = digitsEnd(value, first);
  for (let start = first; end < value.length; end = digitsEnd(value, start)) {
    if (value.charCodeAt(end) === 0x3d) return spaceEnd(value, value.charCodeAt(end + 1) === 0x3d ? end + 2 : end + 1) === value.length;
    const next = spaceEnd(value, end);
    if (next === value.length) return true;
    // One line follows another only after a long one and a line end: words are no lines of base64.
    if (end - start < SHORTEST_LINE || !hasLineEnd(value, end, next)) return false;
    start = next;
  }
  return true;
}

function digitsEnd(value: string, start: number): number {
  FOREIGN.lastIndex = start;
  return FOREIGN.test(value) ? FOREIGN.lastIndex - 1 : value.length;
}

/** Most values are no base64 by their first word. */
function beginsWithDigits(value: string, first: number): boolean {
  for (let at = first; at < first + SHORTEST; at++) if (DIGIT[value.charCodeAt(at)] !== 1) return false;
  return true;
}

function spaceEnd(value: string, start: number): number {
  let end = start;
  for (let code = value.charCodeAt(end); code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09; ) code = value.charCodeAt(++end);
  return end;
}

function hasLineEnd(value: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (value.charCodeAt(at) === 0x0a || value.charCodeAt(at) === 0x0d) return true;
  return false;
}

/** Text of two bytes a letter, by its mark or by the zeros beside ASCII. */
function wideOrder(start: Buffer): "utf-16le" | "utf-16be" | null {
  if (start.length < 8) return null;
  if ((start[0] === 0xff && start[1] === 0xfe) || (start[0] !== 0 && start[1] === 0 && start[3] === 0 && start[2] !== 0)) return "utf-16le";
  if ((start[0] === 0xfe && start[1] === 0xff) || (start[0] === 0 && start[1] !== 0 && start[2] === 0 && start[3] !== 0)) return "utf-16be";
  return null;
}
