/** Content behind its length of so many bytes. */
export function prefixed(size: 1 | 2 | 3, content: Uint8Array): Buffer {
  const length = Buffer.alloc(size);
  length.writeUIntBE(content.length, 0, size);
  return Buffer.concat([length, content]);
}

/** A ClientHello as a handshake message; `extensions` with their length, or nothing. */
export function messageOf(extensions: Uint8Array): Buffer {
  const suites = Buffer.from([0x13, 0x01, 0xc0, 0x2f]);
  const body = Buffer.concat([Buffer.of(3, 3), Buffer.alloc(32, 7), prefixed(1, Buffer.alloc(0)), prefixed(2, suites), prefixed(1, Buffer.of(0)), extensions]);
  return Buffer.concat([Buffer.of(1), prefixed(3, body)]);
}

/** A message in records of at most `size` bytes. */
export function asRecords(message: Uint8Array, size = 16_000): Buffer {
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) records.push(Buffer.of(22, 3, 1), prefixed(2, message.subarray(at, at + size)));
  return Buffer.concat(records);
}
