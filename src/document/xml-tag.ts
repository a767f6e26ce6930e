/*
 * The start tag of an element in a document that is known to be sound.
 */

const ATTRIBUTE = /[ \t\r\n]+([^\s=/>]+)[ \t\r\n]*=[ \t\r\n]*("[^"]*"|'[^']*')/y;
const NAME = /<[^\s/>]+/y;

/** The namespaces that a tag binds: prefix (empty: the default) and URI as it is written, in its quotes. */
export function declarationsIn(text: string, tag: number): readonly (readonly [prefix: string, uri: string])[] {
  const found: (readonly [string, string])[] = [];
  walk(text, tag, (name, value) => {
    if (name === "xmlns") found.push(["", value]);
    else if (name.startsWith("xmlns:")) found.push([name.slice(6), value]);
  });
  return found;
}

/** Where the tag that begins at `tag` has ended. */
export function tagEnd(text: string, tag: number): number {
  return text.indexOf(">", walk(text, tag, () => undefined)) + 1;
}

/** Hears the attributes as they are written; gives the place after the last. */
function walk(text: string, tag: number, hear: (name: string, value: string) => void): number {
  NAME.lastIndex = tag;
  NAME.exec(text);
  let at = NAME.lastIndex;
  for (;;) {
    ATTRIBUTE.lastIndex = at;
    const [, name = "", value = ""] = ATTRIBUTE.exec(text) ?? [];
    if (ATTRIBUTE.lastIndex === 0) return at;
    at = ATTRIBUTE.lastIndex;
    hear(name, value);
  }
}
