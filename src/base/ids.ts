import { randomHex } from "./random.ts";

/** Makes identifiers that are unique over restarts and machines and cost one concatenation each. */
export function idSource(prefix: string = randomHex(6)): () => string {
  let count = 0;
  return () => `${prefix}-${(++count).toString(36).padStart(5, "0")}`;
}
