import { spawn, spawnSync } from "node:child_process";
import { connect } from "node:net";
import { fileURLToPath } from "node:url";
import { waitForExit } from "../support/child-process.ts";
import type { SlowKind, SlowPlan } from "./slow-plan.ts";
import type { AttackReport } from "./slow-record.ts";

const PROGRAM = fileURLToPath(new URL("./slow-attackers.py", import.meta.url));

/** Why the attackers cannot run here; null: they can. */
export function noAttackers(): string | null {
  const found = spawnSync("python3", ["-c", "import socket; socket.TCP_MAXSEG, socket.TCP_INFO"]);
  return found.status === 0 ? null : "python3 is not there, which plays the attackers";
}

/** Starts attackers of one kind in a process of their own; `stop` gives their report. */
export function startAttack(kind: SlowKind, port: number, { attackers, every, ramp }: SlowPlan): { stop(): Promise<AttackReport> } {
  const child = spawn("python3", [PROGRAM, kind, String(port), String(attackers), String(every), String(ramp)], { stdio: ["pipe", "pipe", "inherit"] });
  let told = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (told += text));
  const over = new Promise<void>((resolve) => void child.once("close", () => resolve()));
  return {
    async stop() {
      child.stdin.end();
      await waitForExit(child, 10_000);
      await over;
      return JSON.parse(told) as AttackReport;
    },
  };
}

/** A branch office on a slow line submits an invoice; settles with the status it was given, 0 where it was cut off. */
export function honestUpload(port: number, { honest: { rate, bytes } }: SlowPlan, number: number): Promise<number> {
  const body = JSON.stringify({ orderNo: `slow-line-${number}`, sellerTaxNo: "91440300MA5EXAMPL1", amount: 1, items: [{ name: "x".repeat(bytes), amount: 1 }] });
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  socket.write(`POST /api/invoices HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`);
  let at = 0;
  const step = rate / 10;
  const timer = setInterval(() => {
    socket.write(body.slice(at, at + step));
    at += step;
    if (at >= body.length) clearInterval(timer);
  }, 100);
  let answer = "";
  return new Promise((resolve) => {
    socket.on("data", (part: Buffer) => (answer += part.toString("latin1")));
    socket.on("error", () => undefined);
    socket.once("close", () => {
      clearInterval(timer);
      resolve(Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1] ?? 0));
    });
  });
}
