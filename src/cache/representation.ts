import type { Headers, Prepared } from "../http/message.ts";

/** Bodies up to this size are kept as text that goes out in one write with the head. */
const AS_TEXT = 16 * 1024;

/**
 * Head and body of an entry as they go out, written once. It keeps the text alone: a field as two strings of its own
 * costs more than it says, and only the rarer uses (HTTP/2, a part of the body, a 304) want the fields one by one.
 */
export class Representation implements Prepared {
  readonly lines: string;
  /** Where in `lines` the fields end that the platform sent. */
  readonly #ownFrom: number;
  readonly #content: string | Uint8Array;

  /** `own` are fields of ours that every use carries. */
  constructor(headers: Headers, own: Headers, body: Uint8Array) {
    const stored = written(headers);
    this.#ownFrom = stored.length;
    // Joined pieces stay a tree until somebody reads them whole: one flat copy is smaller, and quicker to send.
    this.lines = Buffer.from(stored + written(own), "latin1").toString("latin1");
    this.#content = body.byteLength <= AS_TEXT ? asText(body) : ownCopy(body);
  }

  /** It is its own body. */
  get kind(): "bytes" {
    return "bytes";
  }

  get bytes(): Uint8Array {
    return typeof this.#content === "string" ? Buffer.from(this.#content, "latin1") : this.#content;
  }

  get text(): string | null {
    return typeof this.#content === "string" ? this.#content : null;
  }

  /** Bytes of the body. */
  get size(): number {
    return typeof this.#content === "string" ? this.#content.length : this.#content.byteLength;
  }

  get headers(): Headers {
    return fieldsOf(this.lines);
  }

  /** The platform's own fields. */
  get stored(): Headers {
    return fieldsOf(this.lines.slice(0, this.#ownFrom));
  }
}

function written(headers: Headers): string {
  let lines = "";
  for (let i = 0; i < headers.length; i += 2) lines += `${headers[i]}: ${headers[i + 1]}\r\n`;
  return lines;
}

function fieldsOf(lines: string): string[] {
  const fields: string[] = [];
  for (const line of lines.split("\r\n")) {
    const colon = line.indexOf(": ");
    if (colon > 0) fields.push(line.slice(0, colon), line.slice(colon + 2));
  }
  return fields;
}

function asText(body: Uint8Array): string {
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString("latin1");
}

/** A small view would keep the whole block alive that the network filled. */
function ownCopy(body: Uint8Array): Uint8Array {
  if (body.buffer.byteLength === body.byteLength) return body;
  const copy = Buffer.allocUnsafeSlow(body.byteLength);
  copy.set(body);
  return copy;
}
