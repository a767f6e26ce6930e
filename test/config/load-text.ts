import { dirname, join, resolve } from "node:path";
import type { FileReading } from "../../src/base/files.ts";
import { builtInFile } from "../../src/config/built-in-profiles.ts";
import { loadConfig, type Env, type Loaded } from "../../src/config/load.ts";
import { readFromDisk } from "../../src/config/sources.ts";

/** The folder where files of these tests are said to stand. */
export const FOLDER = resolve("/etc/taxgate");

const PROFILES = dirname(builtInFile("generic-json"));
const RULES = join(dirname(PROFILES), "waf");

/** Loads a text as if it stood in `taxgate.yaml`, with other files beside it; of the disk it sees the built-in profiles and rules alone. */
export function loadText(text: string | Uint8Array, env: Env = {}, files: Readonly<Record<string, string>> = {}): Loaded {
  const contents = new Map<string, Uint8Array>([[join(FOLDER, "taxgate.yaml"), Buffer.from(text)]]);
  for (const [name, content] of Object.entries(files)) contents.set(resolve(FOLDER, name), Buffer.from(content));
  const read = (path: string): FileReading => {
    const bytes = contents.get(path);
    if (bytes === undefined && (path.startsWith(PROFILES) || path.startsWith(RULES))) return readFromDisk(path);
    return bytes === undefined ? { ok: false, reason: "no such file" } : { ok: true, bytes };
  };
  const loaded = loadConfig(join(FOLDER, "taxgate.yaml"), env, read);
  if (loaded.ok) return { ...loaded, warnings: loaded.warnings.map(short) };
  return { ...loaded, problems: loaded.problems.map(short) };
}

function short<T extends { readonly file: string }>(problem: T): T {
  return { ...problem, file: problem.file.replace(`${FOLDER}/`, "") };
}

/** What certificates and keys look like as far as loading cares. */
export const PEM = "-----BEGIN SOMETHING-----\n-----END SOMETHING-----\n";
