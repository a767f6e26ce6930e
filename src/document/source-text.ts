import { decodeText, statedCharset } from "./charset.ts";
import { xmlText } from "./xml-read.ts";

/** A message as text, and the way back to bytes. */
export interface SourceText {
  readonly text: string;
  /** Bytes in the charset of the message; null where a text has letters that it does not have. */
  readonly encode: (text: string) => Uint8Array | null;
}

const UTF8_MARK = "\uFEFF";
const CHARSETS = ["utf8", "latin1", "utf16le"] as const;

/**
 * The text of a message whose bytes can be written again. Null where it cannot be read, or its charset is one that we read but
 * do not write, such as GB18030: what is not sure to come out the same is not touched. Linear.
 */
export function sourceText(bytes: Uint8Array, contentType: string | undefined, format: "json" | "xml"): SourceText | null {
  const read = (message: Uint8Array): unknown => (format === "xml" ? xmlText(message, contentType) : decodeText(message, statedCharset(contentType)));
  const text = read(bytes);
  if (typeof text !== "string") return null;
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const charset of CHARSETS) {
    for (const mark of ["", UTF8_MARK]) {
      if (!Buffer.from(mark + text, charset).equals(source)) continue;
      return {
        text,
        encode(next) {
          const written = Buffer.from(mark + next, charset);
          // What is ASCII so far is any of them: only what reads as it was meant is written.
          return read(written) === next ? written : null;
        },
      };
    }
  }
  return null;
}
