import { fileRoom, fillFile, freeBytes, removeFile, type Done } from "./files.ts";

/*
 * Room that is kept on a disk for the hour in which it is full: a file that is good for nothing. Removing it frees its
 * bytes for what must still be written.
 */

/** A file that keeps room. Its calls wait for the disk (16 MiB: some 20 ms and the flush), and none throws. */
export interface Ballast {
  /** Whether the room is kept now. */
  held(): boolean;
  /** Gives the room away; false where none was kept, or the file cannot be removed. */
  free(): boolean;
  /** Keeps the room, where it is not kept yet and the disk has it to spare; else why not. */
  restore(): Done;
}

/** A quarter more has to be free: a ballast that fills the disk would be freed, made and freed again. */
const SPARE = 1.25;

/** Makes the ballast, if it can be made now; takes over one that a former process left. Of 0 bytes it is always held and never freed. */
export function createBallast(path: string, bytes: number): Ballast {
  let isHeld = bytes === 0 || isWhole(path, bytes);
  const restore = (): Done => {
    if (isHeld) return { ok: true };
    removeFile(path); // one of another size, or half of one
    const room = freeBytes(path);
    if (room !== null && room < bytes * SPARE) return { ok: false, reason: "no space left" };
    const made = fillFile(path, bytes);
    isHeld = made.ok;
    return made;
  };
  restore();
  return {
    held: () => isHeld,
    free() {
      if (!isHeld || bytes === 0) return false;
      isHeld = false;
      return removeFile(path).ok;
    },
    restore,
  };
}

/** Not a file with holes, such as a copy may be. */
function isWhole(path: string, bytes: number): boolean {
  const room = fileRoom(path);
  return room !== null && room.size === bytes && room.taken >= bytes * 0.9;
}
