import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { waitForExit, waitForPort } from "./child-process.ts";

/** What to run: one of the programs of Debian's package `pebble`. */
export interface PebbleProgram {
  readonly command: "pebble" | "pebble-challtestsrv";
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** File that its output is appended to. */
  readonly log: string;
  /** Loopback ports on which it accepts connections once it is up. */
  readonly ports: readonly number[];
}

/** A program that can be killed and started again on the same ports. */
export interface PebbleProcess {
  /** Starts it and waits until it accepts connections. Throws where it ends first. */
  start(): Promise<void>;
  /** Sends a signal; with SIGKILL it waits until the process is gone. Nothing happens to one that is not running. */
  signal(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void>;
}

/** A program that does not run yet. It is killed with this process at the latest. */
export function pebbleProcess(program: PebbleProgram): PebbleProcess {
  let child: ChildProcess | null = null;
  const kill = (): boolean | undefined => child?.kill("SIGKILL");
  return {
    async start() {
      child = launch(program);
      process.once("exit", kill);
      await accepting(child, program);
    },
    async signal(signal) {
      if (child === null) return;
      child.kill(signal);
      if (signal !== "SIGKILL") return;
      process.off("exit", kill);
      if (child.signalCode === null) await waitForExit(child, 5000);
      child = null;
    },
  };
}

function launch({ command, args, env, log }: PebbleProgram): ChildProcess {
  const file = openSync(log, "a");
  try {
    return spawn(command, args, { stdio: ["ignore", file, file], env: { PATH: process.env["PATH"], ...env } });
  } finally {
    closeSync(file);
  }
}

async function accepting(child: ChildProcess, { command, ports }: PebbleProgram): Promise<void> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`starting ${command}: it ended with ${String(code)}`);
  });
  await Promise.race([ended, Promise.all(ports.map((port) => waitForPort(port)))]);
  ended.catch(() => {}); // it will end, later
}
