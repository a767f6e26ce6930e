import type { Extractor } from "../document/extractor.ts";
import type { QueryAnswer } from "./plan.ts";

const NUMBERS: ReadonlySet<string> = new Set(["string", "number"]);

/** The platform's own number in an answer; null where the route does not say where it stands, or it does not. */
export function readReference(reference: Extractor | null, { headers, body, contentType }: QueryAnswer): string | null {
  const found = reference?.read({ headers, pathVariables: {}, query: "", body, contentType });
  // JSON's null says that there is no number, and a list or a subtree is none.
  return found?.kind === "found" && found.text !== "" && NUMBERS.has(found.type) ? found.text : null;
}
