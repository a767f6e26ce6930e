import type { EntryFacts } from "./entry.ts";
import { FORGOTTEN, type Recalled } from "./recalled.ts";
import { fill, listed, placesIn, placeValue } from "./template.ts";

/** The value of a place in a template. What a question about a submission that was taken in recalls may hold its `reference`. */
export function valueOf(facts: Pick<EntryFacts, "key" | "scope" | "taxpayer" | "region">, name: string, { values, within }: Recalled = FORGOTTEN): string | null {
  if (name === "taxpayer") return facts.taxpayer;
  if (name === "region") return facts.region;
  if (name === "reference" || /^(path|remember)\./.test(name)) return (Object.hasOwn(values, name) ? values[name] : null) ?? null;
  if (/^within(\.|$)/.test(name)) return listed(within ?? [], "within", name);
  return listed(facts.key, "key", name) ?? listed(facts.scope, "scope", name);
}

/** The value that `match` asks for; null where a place of it has none: that equals nothing. */
export function wanted(is: string, facts: EntryFacts, recalled: Recalled): string | null {
  const lookUp = (name: string): string | null => valueOf(facts, name, recalled);
  return placesIn(is).some((place) => placeValue(place, lookUp) === null) ? null : fill(is, lookUp, (value) => value);
}
