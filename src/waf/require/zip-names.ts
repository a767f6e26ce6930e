const END_MARK = 0x06054b50;
const ENTRY_MARK = 0x02014b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;
/** A comment of 64 KiB may stand behind the end mark. */
const TAIL = END_LENGTH + 0xffff;
const MOST_ENTRIES = 10_000;

/**
 * Names in the directory of a zip archive (PKWARE APPNOTE 4.3), in order; null where it has none that can be read, or one of
 * the larger form (zip64). Opens no entry.
 */
export function zipNames(bytes: Buffer): readonly string[] | null {
  const end = endOf(bytes);
  if (end < 0) return null;
  const count = bytes.readUInt16LE(end + 10);
  if (count > MOST_ENTRIES) return null;
  const names: string[] = [];
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    if (at + ENTRY_LENGTH > end || bytes.readUInt32LE(at) !== ENTRY_MARK) return null;
    const length = bytes.readUInt16LE(at + 28);
    names.push(bytes.toString("utf8", at + ENTRY_LENGTH, at + ENTRY_LENGTH + length));
    at += ENTRY_LENGTH + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return names;
}

/** Where the end of the directory is told: the last place whose comment reaches to the end. */
function endOf(bytes: Buffer): number {
  for (let at = bytes.length - END_LENGTH; at >= Math.max(0, bytes.length - TAIL); at--) {
    if (bytes.readUInt32LE(at) === END_MARK && at + END_LENGTH + bytes.readUInt16LE(at + 20) === bytes.length) return at;
  }
  return -1;
}
