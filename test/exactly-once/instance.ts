import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** What an instance is asked to do with orders; it tells of which of them it came true. */
export interface Asked {
  /** `claim`: its claim is its own. `submit`: and it has sent it. `take`: has taken it over. `settle`: has written its outcome. `foreign`: another living one has it. */
  readonly what: "claim" | "submit" | "take" | "settle" | "foreign";
  readonly orderNos: readonly string[];
}

/** What it tells. */
export interface Told {
  readonly what: Asked["what"] | "ready";
  readonly orderNos: readonly string[];
}

/** A process that has a store open together with others. */
export interface Instance {
  /** The orders of which it came true. One question at a time. */
  ask(what: Asked["what"], orderNos: readonly string[]): Promise<readonly string[]>;
  signal(name: NodeJS.Signals): void;
  /** Lets it end, or waits until it has. */
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("instance-program.ts", import.meta.url));

/** Starts one; resolves once it has the store open. */
export async function startInstance(directory: string, platformPort: number): Promise<Instance> {
  const child = fork(PROGRAM, [directory, String(platformPort)]);
  const ended = once(child, "exit");
  await answerOf(child);
  return {
    async ask(what, orderNos) {
      child.send({ what, orderNos } satisfies Asked);
      return (await answerOf(child)).orderNos;
    },
    signal: (name) => void child.kill(name),
    async stop() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function answerOf(child: ChildProcess): Promise<Told> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null): void => reject(new Error(`asking an instance: it ended with ${String(code)}`));
    child.once("exit", ended);
    child.once("message", (told) => {
      child.off("exit", ended);
      resolve(told as Told);
    });
  });
}
