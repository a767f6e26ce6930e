import type { Headers } from "../http/message.ts";

/** Fields as undici hands them over: bytes in pairs from HTTP/1.1, an object from HTTP/2. */
export type RawHeaders = readonly (Uint8Array | string)[] | Readonly<Record<string, string | readonly string[] | undefined>>;

const NOTHING: Headers = [];

/** Turns raw fields into text pairs. Pseudo-fields of HTTP/2 are left out; optional white space around values is dropped. */
export function textPairs(raw: RawHeaders): Headers {
  if (isPairs(raw)) return raw.length === 0 ? NOTHING : fromPairs(raw);
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(raw)) {
    if (value === undefined || name.startsWith(":")) continue;
    for (const one of typeof value === "string" ? [value] : value) pairs.push(name, one);
  }
  return pairs;
}

function isPairs(raw: RawHeaders): raw is readonly (Uint8Array | string)[] {
  return Array.isArray(raw);
}

function fromPairs(raw: readonly (Uint8Array | string)[]): string[] {
  const pairs: string[] = [];
  for (let i = 0; i < raw.length; i += 2) {
    const name = text(raw[i]);
    pairs.push(name, trimmed(name, text(raw[i + 1])));
  }
  return pairs;
}

function text(part: Uint8Array | string | undefined): string {
  return typeof part === "string" ? part : ((part as Buffer | undefined)?.toString("latin1") ?? "");
}

function trimmed(name: string, value: string): string {
  const last = value.charCodeAt(value.length - 1);
  if (last !== 0x20 && last !== 0x09) return value;
  // llhttp reads "chunked<TAB>" as another coding and the body until close (llhttp#876): the tab must stay visible.
  return name.length === 17 && name.toLowerCase() === "transfer-encoding" ? value.replace(/ +$/, "") : value.trimEnd();
}
