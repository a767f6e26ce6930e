/**
 * Where the first request in `bytes` ends, read as leniently as careless servers do (bare LF, any
 * spelling of chunked, the first length that looks like a number); undefined while it is not complete.
 */
export function endOfRequest(bytes: Buffer): number | undefined {
  const text = bytes.toString("latin1");
  const separator = /\r?\n\r?\n/.exec(text);
  if (separator === null) return undefined;
  const bodyStart = separator.index + separator[0].length;
  const head = text.slice(0, bodyStart);
  if (/^transfer-encoding[^\S\n]*:.*chunked/im.test(head)) return endOfChunks(text, bodyStart);
  const length = /^content-length[^\S\n]*:[^\S\n]*\+?(\d+)/im.exec(head)?.[1] ?? "0";
  const end = bodyStart + Number(length);
  return end <= bytes.length ? end : undefined;
}

function endOfChunks(text: string, start: number): number | undefined {
  let at = start;
  for (;;) {
    const line = /^\s*([0-9a-f]+)[^\n]*\n/i.exec(text.slice(at, at + 64_000));
    if (line === null) return undefined;
    const size = Number.parseInt(line[1] ?? "0", 16);
    at += line[0].length + size;
    if (size === 0) return endOfTrailers(text, at);
    if (at > text.length) return undefined;
  }
}

function endOfTrailers(text: string, start: number): number | undefined {
  const rest = text.slice(start);
  const end = /^\r?\n|\r?\n\r?\n/.exec(rest);
  return end === null ? undefined : start + end.index + end[0].length;
}

/** The request target of the request that starts `bytes`, as far as one can be made out. */
export function targetOf(bytes: Buffer): string {
  return /^\s*\S+[ \t]+(\S+)/.exec(bytes.toString("latin1"))?.[1] ?? "";
}
