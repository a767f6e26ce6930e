import type { X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { instantText } from "../base/instant.ts";
import { covers } from "./covers.ts";
import type { KeyPair } from "./key-pair.ts";
import { leafOf, type Leaf } from "./leaf.ts";
import { parsePair, type ParsedPair } from "./parsed-pair.ts";

/** What is wrong with a pair. The order is that of the checks. */
export type PairFault =
  /** It cannot be parsed, or the key is encrypted. */
  | "unreadable"
  | "wrong-key"
  /** The TLS library does not take it: key too short, signature too weak. */
  | "unusable"
  | "names-missing"
  | "not-yet-valid"
  | "expired"
  /** One certificate of the chain was not issued by the next one, or not by an authority. */
  | "chain-broken"
  /** One of the issuers has run out, or is not valid yet. */
  | "chain-expired";

/** What a pair must do. */
export interface Wanted {
  /** Host names, wildcards and addresses that it must be for; may be empty. */
  readonly names: readonly string[];
  /** Ms since 1970. */
  readonly now: number;
}

/** A pair that clients will take as far as that can be seen here, or the first thing that is wrong with it, for people. */
export type Proof = { readonly ok: true; readonly leaf: Leaf } | { readonly ok: false; readonly fault: PairFault; readonly why: string };

/**
 * Proves a pair before it is used: parsed, key matches, taken by the TLS library, names, valid now, every issuer in its place
 * and valid. Whether clients trust the last issuer is not seen here, and it need not be a root. Never throws.
 */
export function prove(pair: KeyPair, wanted: Wanted): Proof {
  const parsing = parsePair(pair);
  if (!parsing.ok) return parsing;
  const leaf = leafOf(parsing.parsed.leaf);
  return refusedByTls(pair) ?? missingNames(leaf, wanted.names) ?? outOfTime(leaf, wanted.now) ?? brokenChain(parsing.parsed, wanted.now) ?? { ok: true, leaf };
}

function faulty(fault: PairFault, why: string): Proof {
  return { ok: false, fault, why };
}

function refusedByTls({ cert, key }: KeyPair): Proof | null {
  try {
    createSecureContext({ cert, key, ca: cert }); // with an authority of its own, or it loads the system's 150 for nothing
    return null;
  } catch (refusal) {
    const reason = refusal instanceof Error && "reason" in refusal ? String(refusal.reason) : "no reason given";
    return faulty("unusable", `the TLS library does not take it: ${reason}`);
  }
}

function missingNames({ names }: Leaf, wanted: readonly string[]): Proof | null {
  const missing = wanted.filter((name) => !covers(names, name));
  if (missing.length === 0) return null;
  return faulty("names-missing", `it is not for ${missing.map((name) => JSON.stringify(name)).join(", ")}, only for ${names.length === 0 ? "no name at all" : names.join(", ")}`);
}

function outOfTime({ notBefore, notAfter }: Leaf, now: number): Proof | null {
  if (now < notBefore) return faulty("not-yet-valid", `it is valid from ${instantText(notBefore)}, and here it is ${instantText(now)}: if that is wrong, set this machine's clock`);
  return now > notAfter ? faulty("expired", `it ran out on ${instantText(notAfter)}, and here it is ${instantText(now)}`) : null;
}

function brokenChain({ leaf, others }: ParsedPair, now: number): Proof | null {
  let below = leaf;
  for (const issuer of others) {
    if (!hasIssued(issuer, below)) return faulty("chain-broken", `${nameOf(below)} was not issued by ${nameOf(issuer)}, which stands behind it: each must be followed by its issuer`);
    const from = issuer.validFromDate.getTime();
    const until = issuer.validToDate.getTime();
    if (now > until) return faulty("chain-expired", `the intermediate certificate ${nameOf(issuer)} ran out on ${instantText(until)}: put the authority's present one in its place`);
    if (now < from) return faulty("chain-expired", `the intermediate certificate ${nameOf(issuer)} is valid from ${instantText(from)} only`);
    below = issuer;
  }
  return null;
}

function hasIssued(issuer: X509Certificate, below: X509Certificate): boolean {
  return issuer.ca && below.checkIssued(issuer) && below.verify(issuer.publicKey);
}

/** Its subject on one line, shortened. */
function nameOf({ subject }: X509Certificate): string {
  const line = subject.split("\n").join(", ");
  return `'${line.length > 120 ? `${line.slice(0, 120)}…` : line}'`;
}
