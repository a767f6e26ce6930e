import { execFileSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A small file system in memory, mounted for one test. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all room that is left. */
  fill(): void;
  /** Gives it back. */
  free(): void;
  /** From now on nothing on it can be changed, or everything again; only while nobody writes. */
  readOnly(on: boolean): void;
  unmount(): void;
}

/** Why tests skip where {@link mountSmallDisk} gives null. */
export const NO_MOUNT = "mounting needs root";

const PIECE = Buffer.alloc(64 * 1024);

/** Mounts one; null where that is not allowed. */
export function mountSmallDisk(megabytes: number): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), "taxgate-small-disk-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m,mode=0700`, "tmpfs", folder], { stdio: "ignore" });
  } catch {
    rmSync(folder, { recursive: true });
    return null;
  }
  const filler = join(folder, "filler");
  return {
    folder,
    fill() {
      const file = openSync(filler, "a");
      // Ever smaller pieces: the last one that is refused is a single byte.
      for (let size = PIECE.length; size >= 1; size >>= 1) while (writes(file, size));
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    readOnly: (on) => void execFileSync("mount", ["-o", `remount,${on ? "ro" : "rw"}`, folder], { stdio: "ignore" }),
    unmount() {
      execFileSync("umount", [folder], { stdio: "ignore" });
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function writes(file: number, size: number): boolean {
  try {
    return writeSync(file, PIECE, 0, size) === size;
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code === "ENOSPC") return false;
    throw fault;
  }
}
