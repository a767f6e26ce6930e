/** A place in a text, both counted from 1; columns in UTF-16 units, as editors count them. */
export interface Spot {
  readonly line: number;
  readonly column: number;
  /** Set where the text is another file than the one that is read. */
  readonly file?: string;
}

/** Where in a document: keys and list indices from the top. */
export type Path = readonly (string | number)[];

/** A value without parts. */
export interface YamlScalar {
  readonly kind: "scalar";
  readonly at: Spot;
  readonly value: string | number | boolean | null;
  /** The value as it is written, without quotes. */
  readonly source: string;
}

/** A list. */
export interface YamlSequence {
  readonly kind: "sequence";
  readonly at: Spot;
  readonly items: YamlNode[];
}

/** A key and its value. */
export interface YamlEntry {
  readonly key: string;
  readonly keyAt: Spot;
  readonly value: YamlNode;
}

/** A mapping, in the order it is written; no key stands in it twice. */
export interface YamlMapping {
  readonly kind: "mapping";
  readonly at: Spot;
  readonly entries: Map<string, YamlEntry>;
}

/** One node of a document. */
export type YamlNode = YamlScalar | YamlSequence | YamlMapping;

/** Something in a document that is not accepted, whatever the keys mean. */
export interface YamlFault {
  readonly at: Spot;
  readonly path: Path;
  readonly got: string;
  readonly want: string;
}

/** Finds the line and column of an offset; linear once, then logarithmic. Line breaks are LF, CR LF and CR. `file` is said in every spot. */
export function spotFinder(text: string, file?: string): (offset: number) => Spot {
  const starts = [0];
  for (const found of text.matchAll(/\r\n|\n|\r/g)) starts.push(found.index + found[0].length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const place = { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
    return file === undefined ? place : { ...place, file };
  };
}
