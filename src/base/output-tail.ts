/** The end of what a program writes. */
export interface OutputTail {
  add(bytes: Uint8Array): void;
  /** As text without control characters but line ends, trimmed; begins with `…` where more came before. */
  text(): string;
}

/** What went wrong stands at the end; more than this is no log line. */
const MOST_BYTES = 4096;

/** Makes one that keeps the last 4 KiB in constant memory. */
export function createOutputTail(): OutputTail {
  let parts: Uint8Array[] = [];
  let held = 0;
  let isCut = false;

  function shorten(): void {
    const whole = Buffer.concat(parts);
    isCut ||= whole.length > MOST_BYTES;
    // A copy: a view would keep the larger buffer alive.
    parts = [Buffer.from(whole.subarray(-MOST_BYTES))];
    held = Math.min(whole.length, MOST_BYTES);
  }

  return {
    add(bytes) {
      parts.push(bytes);
      held += bytes.byteLength;
      if (held > 2 * MOST_BYTES || parts.length > MOST_BYTES) shorten();
    },
    text() {
      shorten();
      const text = Buffer.from(parts[0] ?? []).toString("utf8").replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ").trim();
      return isCut ? `…${text}` : text;
    },
  };
}
