/** Longer names are cut where a field is named: a name of a megabyte may stand above each of a thousand findings. */
const LONGEST = 200;

/** A name that the sender chose, as a step of the name of a field. */
export function stepName(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}…` : name;
}
