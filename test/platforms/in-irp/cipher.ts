import { createCipheriv, createDecipheriv } from "node:crypto";

/** Encrypts as applications of this platform do: AES-256 in ECB mode, base64. */
export function encrypt(plain: string | Buffer, key: Buffer): string {
  const cipher = createCipheriv("aes-256-ecb", key, null);
  return Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64");
}

/** The contrary. Throws where the key is another one. */
export function decrypt(text: string, key: Buffer): Buffer {
  const decipher = createDecipheriv("aes-256-ecb", key, null);
  return Buffer.concat([decipher.update(Buffer.from(text, "base64")), decipher.final()]);
}
