import { hostname } from "node:os";
import type { Extension } from "@peculiar/asn1-x509";
import { OperatorError } from "../../base/errors.ts";
import { instantText, parseInstant } from "../../base/instant.ts";
import { readLeaf } from "../leaf.ts";
import { makeKey, type MadeKey } from "../make-key.ts";
import { toPem } from "../pem-blocks.ts";
import { signCertificate } from "../x509/certificate.ts";
import { authorityKeyIdentifier, basicConstraints, extendedKeyUsage, keyIdentifier, keyUsage, nameConstraints, subjectKeyIdentifier, type Subtrees } from "../x509/extensions.ts";
import type { OpenedAuthority } from "./open-files.ts";
import { CLOCK_SKEW } from "./authority-state.ts";
import { constraintsFor } from "./permitted.ts";

/* Loads the ASN.1 library: import it by `import()`. */

/** No Taxgate is older: a clock before it has lost its battery, and would make an authority that has ended already. */
const EARLIEST = parseInstant("2026-01-01") ?? 0;
/** Of the 64 characters of a common name, less those of {@link ISSUING}. */
const LONGEST_NAME = 56;
const ISSUING = " issuing";
const SHOWN_HOST = 24;
const SHOWN_NAME = 14;

/** An authority to be made. */
export interface AuthorityWanted {
  readonly name: string;
  readonly permitted: Subtrees;
  /** In ms. */
  readonly lifetime: number;
  /** Wall clock, ms since 1970. */
  readonly now: number;
}

/**
 * Makes a root, which applications trust, and below it the authority that issues: both for TLS servers alone and limited to
 * the permitted names, with no further authority below. The root's key signs these two certificates and is then forgotten:
 * Java does not hold anybody to what stands in a root (RFC 5280 section 6.1 leaves that open), but to what stands below it.
 * Throws an OperatorError where there are no names, or the clock cannot be right.
 */
export async function makeAuthority({ name, permitted, lifetime, now }: AuthorityWanted): Promise<OpenedAuthority> {
  if (permitted.dns.length + permitted.networks.length === 0) throw new OperatorError(`making authority '${name}': no names to make certificates for; list them under 'certificates.${name}.authority.domains', or under a listener's 'intercept.hosts'`);
  if (now < EARLIEST) throw new OperatorError(`making authority '${name}': the system's clock says ${instantText(now)}, which cannot be; set it first`);
  const [root, own] = await Promise.all([makeKey("ecdsa-p256"), makeKey("ecdsa-p256")]);
  const id = keyIdentifier(root.publicKey);
  const subject = subjectOf(name, now, id);
  const certificate = async (of: string, { publicKey }: MadeKey, pathLength: number): Promise<string> => {
    const extensions = [...limits(permitted, pathLength), subjectKeyIdentifier(keyIdentifier(publicKey)), ...(publicKey === root.publicKey ? [] : [authorityKeyIdentifier(id)])];
    return toPem(await signCertificate({ subject: of, issuer: subject, publicKey, signingKey: root.privateKey, notBefore: now - CLOCK_SKEW, notAfter: now + lifetime, extensions }));
  };
  const pem = await certificate(subject, root, 1);
  const leaf = readLeaf(pem);
  if (leaf === null) throw new Error(`making authority '${name}': its own certificate cannot be read`);
  return { certificate: { pem, leaf }, issuing: await certificate(subject + ISSUING, own, 0), key: own.privateKey };
}

/** What both certificates are limited to. */
function limits(names: Subtrees, pathLength: number): Extension[] {
  const { permitted, excluded } = constraintsFor(names);
  return [basicConstraints(pathLength), keyUsage(["keyCertSign", "cRLSign"]), extendedKeyUsage(["serverAuth"]), nameConstraints(permitted, excluded)];
}

/** What people recognise it by in a trust store. The key's first digits tell those of one month apart. */
function subjectOf(name: string, now: number, id: Uint8Array): string {
  const cut = (text: string, most: number): string => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);
  const tail = ` ${instantText(now).slice(0, 7)} ${Buffer.from(id).toString("hex", 0, 2)}`;
  const host = (hostname().split(".")[0] ?? "").replaceAll(/[^\x21-\x7e]/g, "");
  return cut(`Taxgate authority (${cut(host, SHOWN_HOST)}) ${cut(name, SHOWN_NAME)}`, LONGEST_NAME - tail.length) + tail;
}
