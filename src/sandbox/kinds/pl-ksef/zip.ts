import { inflateRawSync } from "node:zlib";

/** A file of an archive. */
export interface Entry {
  readonly name: string;
  readonly bytes: Buffer;
}

const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;
const MOST_BYTES = 256 * 1024 * 1024;

/** The files of a ZIP archive (APPNOTE 6.3.10) without encryption and beyond no 4 GiB; null where it is none. */
export function readZip(archive: Buffer): readonly Entry[] | null {
  try {
    const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
    if (end < 0 || archive.readUInt32LE(end) !== END) return null;
    const count = archive.readUInt16LE(end + 10);
    const entries: Entry[] = [];
    let at = archive.readUInt32LE(end + 16);
    for (let i = 0; i < count; i += 1) {
      const [entry, next] = readEntry(archive, at);
      entries.push(entry);
      at = next;
    }
    return entries;
  } catch {
    return null;
  }
}

function readEntry(archive: Buffer, at: number): [Entry, next: number] {
  if (archive.readUInt32LE(at) !== CENTRAL) throw new Error("read zip: no entry where one is announced");
  const [method, packed, nameSize, extraSize, noteSize, local] = [archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30), archive.readUInt16LE(at + 32), archive.readUInt32LE(at + 42)];
  if (archive.readUInt32LE(local) !== LOCAL) throw new Error("read zip: no file where one is announced");
  const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const bytes = archive.subarray(from, from + packed);
  const name = archive.subarray(at + 46, at + 46 + nameSize).toString("utf8");
  return [{ name, bytes: method === 0 ? bytes : inflateRawSync(bytes, { maxOutputLength: MOST_BYTES }) }, at + 46 + nameSize + extraSize + noteSize];
}
