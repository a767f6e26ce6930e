/** UTF-8 whose ASCII is written with more bytes than it needs (`%c0%af`), with one byte each; null where there is none of it. Linear. */
export function withoutOverlong(bytes: Buffer): Buffer | null {
  const opened = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    const more = byte === 0xc0 || byte === 0xc1 ? 1 : byte === 0xe0 ? 2 : byte === 0xf0 ? 3 : 0;
    const code = more === 0 ? -1 : overlong(bytes, at, more);
    opened[length++] = code < 0 ? byte : code;
    if (code >= 0) at += more;
  }
  return length === bytes.length ? null : opened.subarray(0, length);
}

function overlong(bytes: Buffer, at: number, more: number): number {
  let code = (bytes[at] as number) & 0x0f & (more === 1 ? 0x01 : 0);
  for (let next = at + 1; next <= at + more; next++) {
    const byte = bytes[next] ?? 0;
    if ((byte & 0xc0) !== 0x80) return -1;
    code = code * 64 + (byte & 0x3f);
  }
  return code < 0x80 ? code : -1;
}
