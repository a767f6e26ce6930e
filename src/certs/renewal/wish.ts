import { X509Certificate } from "node:crypto";
import type { KeyPair } from "../key-pair.ts";
import type { AcmeOptions, KeyKind } from "../options.ts";
import { prove } from "../prove.ts";
import type { Wish } from "./decide.ts";
import type { Ordered } from "./renewal-memory.ts";

/** The names of an order in one form, so that their order and spelling change nothing. */
export function namesOf({ domains }: Pick<AcmeOptions, "domains">): readonly string[] {
  return [...new Set(domains.map((name) => name.toLowerCase()))].toSorted();
}

/** Are these the same names? Both in the form of {@link namesOf}. */
export function sameNames(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((name, index) => name === other[index]);
}

/**
 * Is a certificate wanted that differs from this one? What it was ordered for decides, as authorities may add names; where
 * that is unknown, what stands in it.
 */
export function wishOf(pair: KeyPair, ordered: Ordered | null, options: Pick<AcmeOptions, "domains" | "key" | "directory">, now: number): Wish | null {
  const names = namesOf(options);
  if (ordered !== null) {
    if (!sameNames(ordered.names, names)) return "names-changed";
    if (ordered.key !== options.key) return "key-changed";
    return ordered.authority === options.directory ? null : "authority-changed";
  }
  const proof = prove(pair, { names, now });
  if (!proof.ok && proof.fault === "names-missing") return "names-changed";
  const kind = keyKindOf(pair.cert);
  return kind === null || kind === options.key ? null : "key-changed";
}

const CURVES: Readonly<Record<string, KeyKind>> = { prime256v1: "ecdsa-p256", secp384r1: "ecdsa-p384" };
const LENGTHS: Readonly<Record<number, KeyKind>> = { 2048: "rsa-2048", 3072: "rsa-3072", 4096: "rsa-4096" };

/** The kind of key in a certificate (PEM); null: none that is ordered here. */
export function keyKindOf(cert: string): KeyKind | null {
  const { asymmetricKeyType, asymmetricKeyDetails } = new X509Certificate(cert).publicKey;
  if (asymmetricKeyType === "ec") return CURVES[asymmetricKeyDetails?.namedCurve ?? ""] ?? null;
  return asymmetricKeyType === "rsa" ? (LENGTHS[asymmetricKeyDetails?.modulusLength ?? 0] ?? null) : null;
}
