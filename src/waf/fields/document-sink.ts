import type { FieldFault } from "./field.ts";

/** Goes once through a document. */
export interface DocumentReader {
  /** Reads on for about so many characters. True: it is read, or nothing more is wanted. */
  read(most: number): boolean;
}

/** Hears what a reader of JSON or XML comes across. The first three give false when nothing more is wanted. */
export interface DocumentSink {
  /** A string, or the text of an element or attribute. */
  value(value: string, where: () => string): boolean;
  /** A name that the sender chose. */
  name(name: string, where: () => string): boolean;
  /** A comment, an instruction, an entity's text: what has no name. */
  text(text: string, where: () => string): boolean;
  fault(fault: FieldFault): void;
}
