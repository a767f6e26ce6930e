import { join } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { removeFile, writeAtomic } from "../../base/files.ts";
import type { AuthorityOptions } from "../options.ts";
import { AUTHORITY_FILES, readAuthorityFile, readCertificateFile, writeAuthorityFile, type AuthorityCertificate } from "./authority-file.ts";
import { makeStored, openStored, type AuthorityPlace } from "./open-files.ts";
import { passphraseToSeal } from "./passphrase.ts";

/*
 * A successor is made long before it is used, so that applications can be told to trust both. Every step replaces one file
 * as a whole, and those of a running Taxgate are only read: it takes the successor up when it reloads.
 */

/** An authority's certificates, with those before and after it that still count. */
export interface AuthorityCertificates {
  /** Null: there is no authority yet. */
  readonly current: AuthorityCertificate | null;
  readonly next: AuthorityCertificate | null;
  readonly former: AuthorityCertificate | null;
}

/** What applications have to trust; no key is opened. `now` is wall time in ms. Throws an OperatorError where the one in use cannot be read. */
export function authorityCertificates(directory: string, now: number): AuthorityCertificates {
  const path = join(directory, AUTHORITY_FILES.current);
  const reading = readAuthorityFile(path);
  if (reading.kind === "broken") throw new OperatorError(`reading authority '${path}': ${reading.why}`);
  const current = reading.kind === "found" ? reading.certificate : null;
  const other = (file: "next" | "former"): AuthorityCertificate | null => {
    const found = readCertificateFile(join(directory, AUTHORITY_FILES[file]));
    return found === null || found.pem === current?.pem || found.leaf.notAfter <= now ? null : found;
  };
  return { current, next: other("next"), former: other("former") };
}

/** Makes the successor. Throws an OperatorError where one is there, or nothing that it could follow. */
export async function prepareSuccessor(place: AuthorityPlace): Promise<AuthorityCertificate> {
  const { name, directory, now } = place;
  const { current, next } = authorityCertificates(directory, now);
  if (current === null) throw new OperatorError(`preparing a successor of authority '${name}': there is no authority to follow`);
  if (next !== null) throw new OperatorError(`preparing a successor of authority '${name}': there is one already, '${next.leaf.subject}' in '${join(directory, AUTHORITY_FILES.next)}'`);
  openStored(place); // the passphrase has to be the one in use: both keys are sealed with it
  return (await makeStored(place, "next")).certificate;
}

/** Puts the successor in the place of the one in use, whose certificate is kept to be trusted until it ends. Throws an OperatorError. */
export function switchToSuccessor(place: { readonly name: string; readonly options: AuthorityOptions; readonly directory: string; readonly now: number }): AuthorityCertificate {
  const { name, options, directory, now } = place;
  const { current } = authorityCertificates(directory, now);
  const next = openStored(place, "next");
  if (next === null) throw new OperatorError(`switching authority '${name}': there is no successor; 'taxgate cert authority ${name} --next' makes one`);
  if (next.certificate.leaf.notAfter <= now) throw new OperatorError(`switching authority '${name}': the successor has ended; remove '${join(directory, AUTHORITY_FILES.next)}' and make another one`);
  // A switch that was cut off after its second step has only the last one left.
  if (current !== null && current.pem !== next.certificate.pem) writeAtomic(join(directory, AUTHORITY_FILES.former), current.pem);
  writeAuthorityFile(join(directory, AUTHORITY_FILES.current), next, passphraseToSeal(directory, options.passphrase));
  const removed = removeFile(join(directory, AUTHORITY_FILES.next));
  if (!removed.ok) throw new OperatorError(`switching authority '${name}': the successor is in use, but removing '${join(directory, AUTHORITY_FILES.next)}' failed: ${removed.reason}`);
  return next.certificate;
}
