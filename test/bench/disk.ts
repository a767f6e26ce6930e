import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for files that must be durable. */
export interface DiskFolder {
  readonly folder: string;
  /** Type of its file system, such as `ext4`. */
  readonly fileSystem: string;
}

/** File systems that keep nothing: what fsync costs there says nothing. */
const IN_MEMORY: ReadonlySet<string> = new Set(["tmpfs", "ramfs", "devtmpfs"]);

/** Makes a folder on a disk, removed with this process. Throws where every place for temporary files is in memory. */
export function diskFolder(): DiskFolder {
  const mounts = readFileSync("/proc/self/mountinfo", "utf8");
  const places = [tmpdir(), "/var/tmp", homedir()].map((place) => ({ place, fileSystem: fileSystemOf(realpathSync(place), mounts) }));
  const durable = places.find(({ fileSystem }) => !IN_MEMORY.has(fileSystem));
  if (durable === undefined) throw new Error(`find a folder on a disk: ${places.map(({ place }) => `"${place}"`).join(", ")} are in memory; set TMPDIR to one that is not`);
  const folder = mkdtempSync(join(durable.place, "taxgate-bench-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return { folder, fileSystem: durable.fileSystem };
}

/** The type of the file system that an absolute path is on, from the text of /proc/self/mountinfo; `unknown` where it does not tell. */
export function fileSystemOf(path: string, mountinfo: string): string {
  let found = { point: "", type: "unknown" };
  for (const line of mountinfo.split("\n")) {
    const [, , , , point = ""] = line.split(" ");
    const type = / - (\S+) /.exec(line)?.[1];
    // A later mount on the same point covers the earlier one.
    if (type !== undefined && point.length >= found.point.length && `${path}/`.startsWith(point === "/" ? "/" : `${point}/`)) found = { point, type };
  }
  return found.type;
}
