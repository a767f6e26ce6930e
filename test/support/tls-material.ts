import { readFileSync } from "node:fs";

/** A certificate of test/support/tls with its key, PEM. */
export function keyPair(name: "localhost" | "other" | "renewed" | "client" | "stranger"): { readonly cert: string; readonly key: string } {
  return { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
}

/** The authority that signed all of them but `stranger`. */
export const TEST_CA: string = pem("ca.pem");

function pem(file: string): string {
  return readFileSync(new URL(`tls/${file}`, import.meta.url), "utf8");
}
