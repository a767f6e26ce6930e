import { join } from "node:path";
import type { KeyObject } from "node:crypto";
import { OperatorError } from "../../base/errors.ts";
import { strangersText } from "../../base/file-owners.ts";
import type { AuthorityOptions } from "../options.ts";
import { AUTHORITY_FILES, openKey, readAuthorityFile, writeAuthorityFile, type AuthorityCertificate } from "./authority-file.ts";
import { passphraseToSeal, storedPassphrase } from "./passphrase.ts";
import { permittedNames } from "./permitted.ts";

/** An authority that can sign. */
export interface OpenedAuthority {
  /** The root, which applications trust. */
  readonly certificate: AuthorityCertificate;
  /** PEM: the certificate below it, which servers show behind their own. */
  readonly issuing: string;
  /** Of `issuing`. */
  readonly key: KeyObject;
}

/** Where an authority is and what it is like. */
export interface AuthorityPlace {
  readonly name: string;
  readonly options: AuthorityOptions;
  /** Hosts that are intercepted with it; permitted where the options list no domains. */
  readonly hosts: readonly string[];
  /** See `authorityDirectory`. */
  readonly directory: string;
  /** Wall clock, ms since 1970. */
  readonly now: number;
}

/** As base/files.ts says it. */
const DENIED = "permission denied";

/** Opens the authority in use. Null: there is none yet. Throws an OperatorError where what is there cannot be used; it is left as it is. */
export function openStored({ name, options, directory }: Omit<AuthorityPlace, "hosts" | "now">, file: "current" | "next" = "current"): OpenedAuthority | null {
  const path = join(directory, AUTHORITY_FILES[file]);
  const reading = readAuthorityFile(path);
  if (reading.kind === "none") return null;
  const stranger = reading.kind === "broken" && reading.why === DENIED ? strangersText([directory, path]) : null;
  if (stranger !== null) throw new OperatorError(`reading authority '${name}' in '${path}': ${stranger}`);
  if (reading.kind === "broken") throw new OperatorError(`reading authority '${name}' in '${path}': ${reading.why}; it is never replaced by itself: put a copy of it back, or move it away to have another one made`);
  const stored = storedPassphrase(directory);
  const passphrase = options.passphrase ?? stored;
  if (passphrase === null) throw new OperatorError(`opening the key of authority '${name}' in '${path}': there is no passphrase; put '${AUTHORITY_FILES.passphrase}' back into that directory, or say it under 'certificates.${name}.authority.passphrase'`);
  const key = openKey(reading, passphrase);
  if (key !== null) return { certificate: reading.certificate, issuing: reading.issuing, key };
  const hint = options.passphrase !== undefined && stored !== null && openKey(reading, stored) !== null ? `it was sealed with the one in '${AUTHORITY_FILES.passphrase}' beside it: take 'passphrase' out of the configuration` : "the passphrase is not the one that it was sealed with, or the file was changed";
  throw new OperatorError(`opening the key of authority '${name}' in '${path}': ${hint}`);
}

/** Makes an authority, in use at once or as the next one. The caller has seen that there is none. Throws an OperatorError. */
export async function makeStored({ name, options, hosts, directory, now }: AuthorityPlace, file: "current" | "next" = "current"): Promise<OpenedAuthority> {
  const { makeAuthority } = await import("./make-authority.ts");
  const made = await makeAuthority({ name, permitted: permittedNames(options.domains, hosts), lifetime: options.lifetime, now });
  const passphrase = passphraseToSeal(directory, options.passphrase);
  writeAuthorityFile(join(directory, AUTHORITY_FILES[file]), made, passphrase);
  return made;
}
