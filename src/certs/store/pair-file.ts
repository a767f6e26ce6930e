import { readBounded } from "../../base/files.ts";
import type { KeyPair } from "../key-pair.ts";
import { parsePair } from "../parsed-pair.ts";
import { allPemBlocks, isKeyLabel } from "../pem-blocks.ts";

/*
 * Certificate and key stand in one file, which is replaced by one rename: no reader, and no crash, ever finds one without the
 * other. The key comes last, so that a file that was cut off is noticed by the key. OpenSSL, nginx and HAProxy read it as it is.
 */

/** What a file holds: a pair that belongs together, nothing, or something broken. */
export type PairReading = { readonly kind: "pair"; readonly pair: KeyPair; readonly text: string } | { readonly kind: "none" } | { readonly kind: "broken"; readonly why: string };

const MOST_BYTES = 2 * 1024 * 1024;

/** Both as one text. */
export function pairText({ cert, key }: KeyPair): string {
  return `${cert.trimEnd()}\n${key.trimEnd()}\n`;
}

/** Reads a pair and holds its halves together. */
export function readPairFile(path: string): PairReading {
  const reading = readBounded(path, MOST_BYTES);
  if (!reading.ok) return reading.reason === "no such file" ? { kind: "none" } : { kind: "broken", why: reading.reason };
  const text = Buffer.from(reading.bytes).toString("utf8");
  const at = allPemBlocks(text).find(({ label }) => isKeyLabel(label))?.at;
  if (at === undefined) return { kind: "broken", why: text === "" ? "it is empty" : "the key is not there: the file is cut off" };
  const pair = { cert: text.slice(0, at), key: text.slice(at) };
  const parsing = parsePair(pair);
  return parsing.ok ? { kind: "pair", pair, text } : { kind: "broken", why: parsing.why };
}
