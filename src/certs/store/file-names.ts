import { join } from "node:path";
import { contentHash } from "../../base/files.ts";
import { isToken } from "../challenges/token.ts";

/*
 * What comes from outside becomes a part of a path only in these functions: nothing in the answers has a separator, begins
 * with a dot, or is longer than file systems take.
 */

/** The store of a state directory; a certificate's `acme.store` names another. */
export function ownStore(stateDir: string): string {
  return join(stateDir, "acme");
}

/** As the configuration allows them. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
/** Devices on Windows, whatever stands behind their dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** The folder of a certificate; null where its name is none. */
export function certificateFolder(root: string, name: string): string | null {
  return isName(name) ? join(root, "certificates", name) : null;
}

/** The folder of a certificate's lock; null where its name is none. */
export function lockFolder(root: string, name: string): string | null {
  return isName(name) ? join(root, "locks", name) : null;
}

/** The file of a token; null where it is none. Safe for what strangers ask for. */
export function challengeFile(root: string, token: string): string | null {
  return isToken(token) ? join(root, "challenges", token) : null;
}

/** The file of our account at the authority with this directory address: its host for people, a hash to tell addresses apart. */
export function accountFile(root: string, directory: string): string {
  const host = (URL.canParse(directory) ? new URL(directory).hostname : "").replaceAll(/[^a-z0-9.-]/gi, "").replace(/^[.-]+/, "").slice(0, 100);
  return join(root, "accounts", `${host === "" ? "authority" : host}-${contentHash(directory).slice(0, 16)}.json`);
}

function isName(name: string): boolean {
  return NAME.test(name) && !name.endsWith(".") && !DEVICE.test(name);
}
