/** What a client says in the clear when it begins TLS. */
export interface ClientHello {
  /** The host that it asks for, lower case; empty: none. */
  readonly serverName: string;
  /** Protocols that it offers by ALPN, in its order. */
  readonly protocols: readonly string[];
}

/** Fewest bytes, from the first one on, with which it is worth looking again. */
export interface MoreBytes {
  readonly need: number;
}

/** Larger than any greeting that is answered here: those of authorities have a few hundred bytes. */
const MOST_BYTES = 16_384;
/** A greeting may be split over records; nobody does it into more. */
const MOST_RECORDS = 8;
const RECORD_HEAD = 5;
const HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const ALPN = 16;

/**
 * Reads a ClientHello (RFC 8446 section 4.1.2, RFC 6066 section 3, RFC 7301 section 3.1) from a connection's first bytes,
 * in time linear in their number. Null: it is none, or not one as clients send them; who answers TLS may think otherwise.
 */
export function readClientHello(bytes: Uint8Array): ClientHello | MoreBytes | null {
  const message = handshakeMessage(bytes);
  return message === null || "need" in message ? message : readMessage(new Cursor(message));
}

/** The first handshake message, put together from the records that hold it. */
function handshakeMessage(bytes: Uint8Array): Uint8Array | MoreBytes | null {
  const parts: Uint8Array[] = [];
  let held = 0;
  let at = 0;
  for (let records = 0; records < MOST_RECORDS; records++) {
    if (bytes.length > at && bytes[at] !== HANDSHAKE) return null;
    if (bytes.length > at + 1 && bytes[at + 1] !== 3) return null;
    if (bytes.length < at + RECORD_HEAD) return { need: at + RECORD_HEAD };
    const length = at16(bytes, at + 3);
    if (length === 0 || at + RECORD_HEAD + length > MOST_BYTES) return null;
    if (bytes.length < at + RECORD_HEAD + length) return { need: at + RECORD_HEAD + length };
    parts.push(bytes.subarray(at + RECORD_HEAD, at + RECORD_HEAD + length));
    held += length;
    at += RECORD_HEAD + length;
    if (held < 4) continue;
    const joined = parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts);
    const wanted = 4 + ((joined[1] as number) << 16) + at16(joined, 2);
    if (joined[0] !== CLIENT_HELLO || wanted > MOST_BYTES) return null;
    if (held >= wanted) return joined.subarray(4, wanted);
  }
  return null;
}

function at16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function readMessage(message: Cursor): ClientHello | null {
  // Version, random; then session id, cipher suites, compression methods.
  if (!message.skip(34) || message.vector(1) === null || message.vector(2) === null || message.vector(1) === null) return null;
  if (message.atEnd) return { serverName: "", protocols: [] };
  const extensions = message.vector(2);
  if (extensions === null || !message.atEnd) return null;
  let serverName: string | null = null;
  let protocols: string[] | null = null;
  while (!extensions.atEnd) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type === null || content === null) return null;
    // Each kind once: two readers could choose different ones.
    if (type === SERVER_NAME && (serverName !== null || (serverName = readServerName(content)) === null)) return null;
    if (type === ALPN && (protocols !== null || (protocols = readProtocols(content)) === null)) return null;
  }
  return { serverName: serverName ?? "", protocols: protocols ?? [] };
}

/** One name of the one kind there is. */
function readServerName(content: Cursor): string | null {
  const list = content.vector(2);
  if (list === null || !content.atEnd || list.number(1) !== 0) return null;
  const name = list.vector(2)?.text() ?? "";
  return list.atEnd && /^[\x21-\x7e]{1,255}$/.test(name) ? name.toLowerCase() : null;
}

function readProtocols(content: Cursor): string[] | null {
  const list = content.vector(2);
  if (list === null || !content.atEnd || list.atEnd) return null;
  const protocols: string[] = [];
  while (!list.atEnd) {
    const name = list.vector(1)?.text() ?? "";
    if (name === "") return null;
    protocols.push(name);
  }
  return protocols;
}

/** Reads forwards within bounds; what is not there is null. */
class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  skip(count: number): boolean {
    if (this.#at + count > this.#bytes.length) return false;
    this.#at += count;
    return true;
  }

  /** A whole number of so many bytes. */
  number(size: number): number | null {
    const from = this.#at;
    if (!this.skip(size)) return null;
    let value = 0;
    for (let i = from; i < this.#at; i++) value = value * 256 + (this.#bytes[i] as number);
    return value;
  }

  /** What stands behind a length of so many bytes. */
  vector(size: number): Cursor | null {
    const length = this.number(size);
    const from = this.#at;
    return length === null || !this.skip(length) ? null : new Cursor(this.#bytes.subarray(from, from + length));
  }

  /** All of it, one character a byte. */
  text(): string {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength).toString("latin1");
  }
}
