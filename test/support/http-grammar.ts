const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const PCHAR = "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})";
const ORIGIN_FORM = new RegExp(`^/(?:${PCHAR}|/)*(?:\\?(?:${PCHAR}|[/?])*)?$`);
const FIELD_LINE = new RegExp(`^(${TOKEN}):[ \\t]*([^\\r\\n]*?)[ \\t]*$`);
const FIELD_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const REQUEST_LINE = new RegExp(`^(${TOKEN}) ([!-~]+) HTTP/(1\\.[01])$`);
const STATUS_LINE = /^HTTP\/(1\.[01]) ([1-5][0-9][0-9]) [\t\x20-\x7e\x80-\xff]*$/;
const QUOTED = '"(?:[\\t \\x21\\x23-\\x5b\\x5d-\\x7e\\x80-\\xff]|\\\\[\\t\\x20-\\x7e\\x80-\\xff])*"';
const CHUNK_LINE = new RegExp(`^([0-9A-Fa-f]{1,13})(?:;${TOKEN}(?:=(?:${TOKEN}|${QUOTED}))?)*$`);
const HOST = /^(?:\[[0-9A-Fa-f:.]+\]|(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*)(?::[0-9]*)?$/;

/** One field as it stood in the message: name in its own spelling, value without surrounding white space. */
export type Field = readonly [name: string, value: string];

/** Method, target and version of a request line; undefined where RFC 9112 section 3 does not allow it. */
export function parseRequestLine(line: string): { method: string; target: string; version: string } | undefined {
  const [, method, target, version] = REQUEST_LINE.exec(line) ?? [];
  if (method === undefined || target === undefined || version === undefined) return undefined;
  const isTarget = ORIGIN_FORM.test(target) || (target === "*" && method === "OPTIONS");
  return isTarget ? { method, target, version } : undefined;
}

/** Version and status of a status line; undefined where RFC 9112 section 4 does not allow it. */
export function parseStatusLine(line: string): { version: string; status: number } | undefined {
  const [, version, status] = STATUS_LINE.exec(line) ?? [];
  return version === undefined ? undefined : { version, status: Number(status) };
}

/** One field line; undefined where RFC 9112 section 5 does not allow it (folding included). */
export function parseFieldLine(line: string): Field | undefined {
  const [, name, value] = FIELD_LINE.exec(line) ?? [];
  return name !== undefined && value !== undefined && FIELD_VALUE.test(value) ? [name, value] : undefined;
}

/** The size a chunk line announces; undefined where RFC 9112 section 7.1 does not allow it. */
export function parseChunkLine(line: string): number | undefined {
  const digits = CHUNK_LINE.exec(line)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

/** Whether a Host value follows RFC 3986 (no user information, port of digits). */
export function isHost(value: string): boolean {
  return HOST.test(value);
}

/** All values of one field, in order; names compare without regard to case. */
export function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter(([own]) => own.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}
