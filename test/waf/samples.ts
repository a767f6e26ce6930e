import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Public samples of platforms; they are not part of this project. */
const FOLDER = fileURLToPath(new URL("../../../shared/samples", import.meta.url));

/** Why tests that need them are skipped; false where they need not be. */
export const WITHOUT_SAMPLES: string | false = existsSync(FOLDER) ? false : "the samples are not here";

/** A public document. */
export interface Sample {
  /** `pl-ksef/name.xml`. */
  readonly name: string;
  readonly kind: "xml" | "json";
  readonly text: string;
}

/** All documents of XML and JSON; none where the folder is absent. */
export function samples(): readonly Sample[] {
  if (WITHOUT_SAMPLES !== false) return [];
  const names = readdirSync(FOLDER, { recursive: true }).map(String).filter((name) => /\.(xml|json)$/.test(name)).toSorted();
  return names.map((name) => ({ name, kind: name.endsWith(".xml") ? "xml" : "json", text: readFileSync(join(FOLDER, name), "utf8").replace(/^\u{feff}/u, "") }));
}
