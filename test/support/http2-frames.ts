/** One HTTP/2 frame as it stands on the wire. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** Frame types used by the raw client (RFC 9113 section 6). */
export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7, continuation: 9 } as const;

/** Flags used by the raw client. */
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;

/** What a client sends first: the preface and empty settings. */
export const PREFACE = Buffer.concat([Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), encodeFrame({ type: FRAME.settings, flags: 0, stream: 0, payload: Buffer.alloc(0) })]);

/** The bytes of one frame. */
export function encodeFrame({ type, flags, stream, payload }: Frame): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** All complete frames in these bytes. */
export function decodeFrames(bytes: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= bytes.length;) {
    const end = at + 9 + bytes.readUIntBE(at, 3);
    if (end > bytes.length) break;
    frames.push({ type: bytes.readUInt8(at + 3), flags: bytes.readUInt8(at + 4), stream: bytes.readUInt32BE(at + 5), payload: bytes.subarray(at + 9, end) });
    at = end;
  }
  return frames;
}

/** A header block of literal fields without indexing and without Huffman coding: any byte can be said with it. */
export function encodeFields(fields: readonly (readonly [name: string, value: string])[]): Buffer {
  return Buffer.concat(fields.flatMap(([name, value]) => [Buffer.of(0), ...encodeText(name), ...encodeText(value)]));
}

function encodeText(text: string): Buffer[] {
  const bytes = Buffer.from(text, "latin1");
  if (bytes.length < 127) return [Buffer.of(bytes.length), bytes];
  const rest: number[] = [];
  let left = bytes.length - 127;
  for (; left >= 128; left = Math.floor(left / 128)) rest.push((left % 128) + 128);
  return [Buffer.of(127, ...rest, left), bytes];
}

const STATIC_STATUS = new Map([[0x88, 200], [0x89, 204], [0x8a, 206], [0x8b, 304], [0x8c, 400], [0x8d, 404], [0x8e, 500]]);

/** The status a header block starts with, as far as the static table names it; 0 for any other. */
export function statusOf(block: Buffer): number {
  const first = [...block].find((byte) => (byte & 0xe0) !== 0x20);
  return STATIC_STATUS.get(first ?? 0) ?? 0;
}
