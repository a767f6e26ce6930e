import { spawn, spawnSync } from "node:child_process";
import type { SlowPlan } from "./slow-plan.ts";

/** What slowhttptest says of one mode. */
export interface ToolReport {
  readonly mode: string;
  /** Looks at whether others are served, and those that found they are not. */
  readonly looks: number;
  readonly unavailable: number;
  readonly exit: string;
}

const MODES: readonly (readonly [mode: string, path: string, more: readonly string[]])[] = [
  ["-H slow headers", "/api/codes", ["-H", "-i", "2"]],
  ["-B slow body", "/api/invoices", ["-B", "-i", "2", "-s", "8192", "-t", "POST"]],
  ["-X slow read", "/api/echo?bytes=300000", ["-X", "-w", "512", "-y", "1024", "-n", "5", "-z", "32", "-k", "3"]],
  ["-R range", "/api/codes", ["-R", "-a", "10", "-b", "3000", "-t", "HEAD"]],
];

/** Lets Debian's slowhttptest attack in each of its modes; a text where it is not there. */
export async function runTool(port: number, { attackers, ramp, tool }: SlowPlan, tell: (text: string) => void): Promise<readonly ToolReport[] | string> {
  if (tool === 0) return "not asked";
  if (spawnSync("slowhttptest", ["-h"]).error !== undefined) return "slowhttptest is not there (apt-get install slowhttptest)";
  const reports: ToolReport[] = [];
  for (const [mode, path, more] of MODES) {
    tell(`slowhttptest ${mode}`);
    const told = await toldBy([...more, "-c", String(attackers), "-r", String(ramp), "-l", String(tool), "-p", "3", "-u", `http://127.0.0.1:${port}${path}`]);
    const looks = [...told.matchAll(/service available:\s*(YES|NO)/g)].map(([, word]) => word);
    reports.push({ mode, looks: looks.length, unavailable: looks.filter((word) => word === "NO").length, exit: /Exit status:\s*(.*)/.exec(told)?.[1]?.trim() ?? "nothing told" });
  }
  return reports;
}

function toldBy(args: readonly string[]): Promise<string> {
  const child = spawn("slowhttptest", [...args], { stdio: ["ignore", "pipe", "ignore"] });
  let told = "";
  child.stdout.setEncoding("latin1").on("data", (text: string) => (told += text));
  // Without the colours it paints with.
  return new Promise((resolve) => void child.once("close", () => resolve(told.replaceAll(/\u001B\[[0-9;]*[A-Za-z]/g, ""))));
}
