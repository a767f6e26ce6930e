/**
 * Keys of the configuration contract that this release does not act on, by the place where they may stand (`[]` is any
 * entry, `*` any name). A file that has them is refused: a limit that nobody enforces is worse than none.
 */
const LATER: Readonly<Record<string, readonly string[]>> = {
  "": ["audit", "alarms"],
};

/** Is this a key that a later release brings? `parent` leads to the mapping it stands in. */
export function isForLater(parent: readonly (string | number)[], key: string): boolean {
  const place = placeOf(parent);
  return (LATER[place]?.includes(key) ?? false) || (LATER[place === "" ? "sites[]" : `sites[].${place}`]?.includes(key) ?? false);
}

function placeOf(path: readonly (string | number)[]): string {
  let place = "";
  for (const [index, step] of path.entries()) {
    const named = path[index - 1] === "regions" || path[index - 1] === "certificates";
    place += typeof step === "number" ? "[]" : `${place === "" ? "" : "."}${named ? "*" : step}`;
  }
  return place;
}
