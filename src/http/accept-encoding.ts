/** A content coding that answers can be sent in. */
export type Coding = "br" | "zstd" | "gzip";

/** Longer fields are no preference but an attempt to keep us busy. */
const LONGEST = 2000;
/** RFC 9110 section 12.4.2. */
const WEIGHT = /^[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*$/i;

/**
 * The coding that a caller likes best (RFC 9110 section 12.5.3); of those it likes alike, the first of `offered`. Null: as it
 * is, because the field is missing, names none of `offered`, or prefers `identity`. Several fields are handed in joined by commas.
 */
export function chooseEncoding(field: string | undefined, offered: readonly Coding[]): Coding | null {
  if (field === undefined || field === "" || field.length > LONGEST) return null;
  const weights = readWeights(field);
  const others = weights.get("*") ?? 0;
  let best: Coding | null = null;
  let highest = 0;
  for (const coding of offered) {
    const weight = weights.get(coding) ?? others;
    if (weight <= highest) continue;
    best = coding;
    highest = weight;
  }
  return (weights.get("identity") ?? others) > highest ? null : best;
}

/** Weights by coding. One that is named twice has the lower weight, and a member that cannot be read is not wanted. */
function readWeights(field: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>();
  for (const member of field.split(",")) {
    const semicolon = member.indexOf(";");
    const name = (semicolon < 0 ? member : member.slice(0, semicolon)).trim().toLowerCase();
    if (name === "") continue;
    const coding = name === "x-gzip" ? "gzip" : name;
    const weight = semicolon < 0 ? 1 : Number(WEIGHT.exec(member.slice(semicolon + 1))?.[1] ?? 0);
    weights.set(coding, Math.min(weight, weights.get(coding) ?? 1));
  }
  return weights;
}
