import { basename, dirname, join } from "node:path";

/** Profiles that come with the product, in the order in which they are listed. */
export const BUILT_IN_PROFILES = ["generic-json", "cn-intermediary", "cn-leqi", "pl-ksef", "my-myinvois", "sa-zatca", "hu-nav", "es-verifactu", "in-irp"] as const;

const SHOWN = " (built in)";

/** How messages call the file of a built-in profile. */
export function builtInShown(name: string): string {
  return `${name}.yaml${SHOWN}`;
}

/** Is this such a name? What is risky in a built-in profile is its authors' business, and no administrator's. */
export function isBuiltInShown(file: string): boolean {
  return file.endsWith(SHOWN);
}

/** The file of a built-in profile. */
export function builtInFile(name: string): string {
  return join(folder(), `${name}.yaml`);
}

/** The sources stand two folders below the product's top, the bundle one. */
function folder(): string {
  const here = import.meta.dirname;
  return join(basename(here) === "dist" ? dirname(here) : dirname(dirname(here)), "config", "platforms");
}
