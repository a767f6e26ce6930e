import { StoreFault, type StoreFaultKind } from "../store.ts";

/** What an operator can do, by kind; follows the activity and SQLite's own words. */
const ADVICE: Readonly<Record<StoreFaultKind, string>> = {
  full: "free some space on the file system of the state directory",
  "read-only": "make the state directory writable for this user",
  corrupt: "run 'taxgate journal verify'; restore from a backup if it finds more than this",
  busy: "end the other program that has the journal open",
  closed: "start taxgate again",
  io: "check the disk and the kernel's log",
};

/** SQLite's primary result codes, https://www.sqlite.org/rescode.html. */
const KINDS: Readonly<Record<number, StoreFaultKind>> = { 5: "busy", 6: "busy", 8: "read-only", 11: "corrupt", 13: "full", 26: "corrupt" };

/** Codes of the operating system, which ballast and archives meet. */
const SYSTEM: Readonly<Record<string, StoreFaultKind>> = { ENOSPC: "full", EDQUOT: "full", EROFS: "read-only", EACCES: "read-only", EPERM: "read-only" };

const CANNOT_OPEN = 14;

/** The fault behind whatever was thrown while `activity` went on. */
export function storeFault(activity: string, thrown: unknown): StoreFault {
  if (thrown instanceof StoreFault) return thrown;
  const kind = kindOf(thrown);
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  return new StoreFault(kind, `${activity}: ${said}; ${ADVICE[kind]}`);
}

/** A fault of which we know the kind. */
export function namedFault(kind: StoreFaultKind, text: string): StoreFault {
  return new StoreFault(kind, `${text}; ${ADVICE[kind]}`);
}

function kindOf(thrown: unknown): StoreFaultKind {
  if (!(thrown instanceof Error)) return "io";
  if ("errcode" in thrown && typeof thrown.errcode === "number") {
    const code = thrown.errcode & 0xff; // the upper bytes tell where it happened
    return code === CANNOT_OPEN ? "io" : (KINDS[code] ?? "io");
  }
  const code = "code" in thrown ? String(thrown.code) : "";
  // A number beyond 2^53 in a column that never holds one.
  if (code === "ERR_OUT_OF_RANGE") return "corrupt";
  return SYSTEM[code] ?? "io";
}

/** Takes a fault apart for the way between threads. */
export function faultCells(fault: StoreFault): readonly [string, string] {
  return [fault.kind, fault.message];
}

/** Puts it together again. */
export function faultOf(cells: readonly unknown[]): StoreFault {
  return new StoreFault(String(cells[0]) as StoreFaultKind, String(cells[1]));
}
