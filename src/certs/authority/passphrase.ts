import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { OperatorError } from "../../base/errors.ts";
import { ensurePrivateDirectory, readBounded, writeAtomic } from "../../base/files.ts";
import { AUTHORITY_FILES } from "./authority-file.ts";

const MOST_BYTES = 4096;
const SHORTEST = 12;

/** The passphrase that lies beside an authority; null: there is none. Throws an OperatorError where it cannot be read. */
export function storedPassphrase(directory: string): string | null {
  const path = join(directory, AUTHORITY_FILES.passphrase);
  const reading = readBounded(path, MOST_BYTES);
  if (!reading.ok && reading.reason === "no such file") return null;
  if (!reading.ok) throw new OperatorError(`reading '${path}': ${reading.reason}`);
  const text = Buffer.from(reading.bytes).toString("utf8").trim();
  if (text.length < SHORTEST) throw new OperatorError(`reading '${path}': it holds no passphrase; put the one back that was there, the authority's key does not open without it`);
  return text;
}

/** The passphrase for a new key: the configured one, else the one that lies there, else a random one, which is written first. */
export function passphraseToSeal(directory: string, configured: string | undefined): string {
  const made = ensurePrivateDirectory(directory);
  if (!made.ok) throw new OperatorError(`making directory '${directory}': ${made.reason}`);
  const known = configured ?? storedPassphrase(directory);
  if (known !== null) return known;
  const fresh = randomBytes(32).toString("base64url");
  writeAtomic(join(directory, AUTHORITY_FILES.passphrase), `${fresh}\n`);
  return fresh;
}
