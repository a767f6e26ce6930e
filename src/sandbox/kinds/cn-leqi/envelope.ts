import { createCipheriv, createDecipheriv, createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { type Answer, bytesBody } from "../../answer.ts";
import { readJson } from "../../json-record.ts";
import type { RequestHeaders } from "../../kind.ts";

const CIPHER = "sm4-ecb";
const BASE64 = /^[0-9A-Za-z+/]+={0,2}$/;

/** What goes into the platform's envelope. */
export type Content =
  /** The business answer, encrypted on the way. */
  | { readonly data: object }
  /** The platform refuses before there is a business answer. */
  | { readonly error: { readonly code: string; readonly message: string } };

/** How one answer is packed. */
export interface Packing {
  /** 32 hexadecimal digits. */
  readonly key: string;
  /** Makes the RequestId differ between answers. */
  readonly sequence: number;
  /** Compresses the answer where the caller accepts it. */
  readonly gzip: boolean;
  readonly headers: RequestHeaders;
  readonly status?: number;
  readonly more?: Readonly<Record<string, string>>;
}

/** Encrypts a JSON value as the platform and its callers do: SM4 in ECB mode, PKCS#7 padding, base64. */
export function seal(value: unknown, key: string): string {
  const cipher = createCipheriv(CIPHER, Buffer.from(key, "hex"), null);
  return Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]).toString("base64");
}

/** The JSON value inside an encrypted body; undefined when it is not base64, was encrypted with another key, or is not JSON. */
export function unseal(bytes: Buffer, key: string): unknown {
  const text = bytes.toString("latin1").trim();
  if (!BASE64.test(text)) return undefined;
  try {
    const decipher = createDecipheriv(CIPHER, Buffer.from(key, "hex"), null);
    return readJson(Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]));
  } catch {
    // Wrong padding: another key, or cut off.
    return undefined;
  }
}

/** Packs an answer: `{ httpStatusCode, body }`, where body is JSON in a text. */
export function pack(content: Content, packing: Packing): Answer {
  const { key, sequence, status = 200, more = {} } = packing;
  const requestId = createHash("sha256").update(`leqi ${sequence}`).digest("hex").slice(0, 32);
  const inner = "data" in content ? { RequestId: requestId, Data: seal(content.data, key) } : { RequestId: requestId, Error: content.error };
  const bytes = Buffer.from(JSON.stringify({ httpStatusCode: String(status), body: JSON.stringify({ Response: inner }) }));
  const headers = { "content-type": "application/json;charset=UTF-8", "cache-control": "no-store", ...more };
  if (!packing.gzip || !acceptsGzip(packing.headers)) return { status, headers, body: bytesBody(bytes) };
  return { status, headers: { ...headers, "content-encoding": "gzip" }, body: bytesBody(gzipSync(bytes)) };
}

function acceptsGzip(headers: RequestHeaders): boolean {
  const accepted = headers["accept-encoding"];
  return typeof accepted === "string" && /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(accepted);
}
