import { createPrivateKey } from "node:crypto";
import { basename, dirname } from "node:path";
import { removeFile } from "../../base/files.ts";
import { accountFile } from "./file-names.ts";
import { readJsonFile } from "./json-file.ts";
import type { Put } from "./put.ts";
import type { CertificateStore } from "./store.ts";

/** The accounts of a store: one JSON file an authority, which holds the address and the key, so that both change together. */
export function createAccounts(root: string, put: Put, tell: (path: string, why: string) => void): Pick<CertificateStore, "account" | "writeAccount" | "forgetAccount"> {
  return {
    account(directory) {
      const path = accountFile(root, directory);
      const reading = readJsonFile(path);
      if (reading.kind === "none") return null;
      const { directory: written, url, key } = reading.kind === "object" ? reading.value : {};
      if (written === directory && (url === null || typeof url === "string") && typeof key === "string" && isKey(key)) return { url, key };
      tell(path, "it is not an account of this authority, or cut off; a new one is made");
      return null;
    },
    writeAccount(directory, { url, key }) {
      if (!isKey(key)) return { ok: false, reason: "writing an account: its key cannot be read" };
      const path = accountFile(root, directory);
      return put(dirname(path), basename(path), `${JSON.stringify({ directory, url, key }, null, 2)}\n`);
    },
    forgetAccount: (directory) => removeFile(accountFile(root, directory)),
  };
}

function isKey(pem: string): boolean {
  try {
    createPrivateKey(pem);
    return true;
  } catch {
    return false;
  }
}
