/**
 * Hears the literals and comments of a document type declaration, which begins behind its `<!DOCTYPE` at `from`: the texts of
 * entities, and where they are fetched from. Gives the place behind its end, or the text's end where it is cut off. Linear.
 */
export function hearDoctype(text: string, from: number, hear: (literal: string) => unknown): number {
  let inside = false;
  for (let at = from; at < text.length; ) {
    const letter = text[at] as string;
    if (letter === '"' || letter === "'") at = hearUpTo(text, letter, at + 1, hear);
    else if (text.startsWith("<!--", at)) at = hearUpTo(text, "-->", at + 4, hear);
    else if (text.startsWith("<?", at)) at = hearUpTo(text, "?>", at + 2, hear);
    else if (letter === ">" && !inside) return at + 1;
    else {
      if (letter === "[") inside = true;
      if (letter === "]") inside = false;
      at++;
    }
  }
  return text.length;
}

function hearUpTo(text: string, mark: string, from: number, hear: (literal: string) => unknown): number {
  const end = text.indexOf(mark, from);
  hear(end < 0 ? text.slice(from) : text.slice(from, end));
  return end < 0 ? text.length : end + mark.length;
}
