import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** Clock ticks per second in /proc; Linux fixes it at 100 for user space on every architecture that Node runs on. */
const ticksPerSecond = 100;

/** CPU time spent so far by these processes and their descendants, all threads, user and system, in microseconds. */
export function cpuMicros(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of family(pids)) {
    const fields = statFields(pid);
    ticks += Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0);
  }
  return (ticks * 1e6) / ticksPerSecond;
}

/** Resident size of these processes and their descendants, in megabytes (10^6 bytes). */
export function residentMegabytes(pids: readonly number[]): number {
  return sumOfStatus(pids, "VmRSS");
}

/** Largest resident size since the last `resetPeak`, in megabytes. */
export function peakMegabytes(pids: readonly number[]): number {
  return sumOfStatus(pids, "VmHWM");
}

/** Starts a new count of the largest resident size. */
export function resetPeak(pids: readonly number[]): void {
  for (const pid of family(pids)) writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

function sumOfStatus(pids: readonly number[], key: string): number {
  let kibibytes = 0;
  for (const pid of family(pids)) {
    const status = readFileSync(`/proc/${pid}/status`, "latin1");
    kibibytes += Number(new RegExp(`^${key}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0);
  }
  return (kibibytes * 1024) / 1e6;
}

function family(pids: readonly number[]): Set<number> {
  const members = new Set(pids);
  const parents = new Map<number, number>();
  for (const entry of readdirSync("/proc")) {
    const pid = Number(entry);
    if (Number.isInteger(pid)) parents.set(pid, Number(statFields(pid)?.[1] ?? 0));
  }
  for (const pid of parents.keys()) {
    if (descends(pid, members, parents)) members.add(pid);
  }
  return members;
}

function descends(pid: number, members: ReadonlySet<number>, parents: ReadonlyMap<number, number>): boolean {
  for (let at = pid; at > 1; at = parents.get(at) ?? 0) {
    if (members.has(at)) return true;
  }
  return false;
}

/** What follows the command's name in /proc/PID/stat (the name may hold spaces); undefined when the process has gone. */
function statFields(pid: number): string[] | undefined {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, "latin1");
    return line.slice(line.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
