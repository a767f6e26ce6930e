/** A message that breaks the grammar; the text says which rule. */
export class GrammarProblem extends Error {}

/** The bytes end before the message does. */
export class Incomplete extends Error {}

/** A position in a byte stream that only moves over CRLF-terminated lines and counted bytes. */
export interface LineCursor {
  /** The next line without its CRLF. Throws GrammarProblem at a bare CR, LF or NUL, Incomplete at the end of the bytes. */
  line(): string;
  /** Exactly `count` bytes. Throws Incomplete where fewer are left. */
  take(count: number): Buffer;
  /** Everything that is left. */
  rest(): Buffer;
  /** Bytes consumed so far. */
  position(): number;
}

/** Makes a cursor at the start of `bytes`. */
export function lineCursor(bytes: Buffer): LineCursor {
  let at = 0;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw new Incomplete(`${count} bytes wanted, ${bytes.length - at} left`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  return {
    line: () => {
      const end = bytes.indexOf("\n", at);
      const line = bytes.toString("latin1", at, end < 0 ? bytes.length : end);
      const stray = /[\r\n\0](?!$)/.exec(line);
      if (stray !== null) throw new GrammarProblem(`control byte in a line at ${at + stray.index}`);
      if (end < 0) throw new Incomplete("line without an end");
      if (!line.endsWith("\r")) throw new GrammarProblem(`bare line feed at ${end}`);
      at = end + 1;
      return line.slice(0, -1);
    },
    take,
    rest: () => take(bytes.length - at),
    position: () => at,
  };
}
