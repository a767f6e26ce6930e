import type { Extractor } from "../document/extractor.ts";

/** Where the parts of a submission's key stand in the submission itself; its answers often repeat them there. */
export interface Echoes {
  readonly key: readonly Extractor[];
  readonly scope: readonly Extractor[];
}

/** A value of the answer, and the template of what it must be. */
export interface Match {
  readonly read: Extractor;
  readonly is: string;
}

/** An answer in another format does not repeat a value where the submission has it. */
export function mayRepeat({ name }: Extractor, contentType = ""): boolean {
  if (/json/i.test(contentType)) return name.startsWith("json");
  return !/xml/i.test(contentType) || name.startsWith("xml");
}

