/*
 * PEM (RFC 7468): texts with certificates, keys and revocation lists between lines of dashes.
 */

/** One block of a PEM text. */
export interface PemBlock {
  /** What stands behind BEGIN, such as `CERTIFICATE`. */
  readonly label: string;
  /** With its two boundary lines and a line feed behind the last one. */
  readonly text: string;
  /** Where it begins in the whole text. */
  readonly at: number;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*(?:-[^-]+)*-----END \1-----/g;

/** The blocks of a PEM text in their order; what stands between them is passed over, and so is a block without an end. */
export function allPemBlocks(pem: string): PemBlock[] {
  return [...pem.matchAll(BLOCK)].map((found) => ({ label: found[1] as string, text: `${found[0]}\n`, at: found.index }));
}

/** The texts of its blocks with one label, such as `CERTIFICATE`. */
export function pemBlocks(pem: string, label: string): string[] {
  return allPemBlocks(pem).filter((block) => block.label === label).map(({ text }) => text);
}

/** What a block holds. */
export function pemBytes(block: string): Uint8Array {
  return Buffer.from(block.replace(/-----[^-]+-----/g, ""), "base64");
}

/** Bytes as a block, in lines of 64 characters. */
export function toPem(bytes: Uint8Array, label = "CERTIFICATE"): string {
  const lines = Buffer.from(bytes).toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

/** Is this the label of a private key, or of the curve that older tools write before it? */
export function isKeyLabel(label: string): boolean {
  return label.endsWith("PRIVATE KEY") || label === "EC PARAMETERS";
}
