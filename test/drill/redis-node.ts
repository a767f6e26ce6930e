import { spawn } from "node:child_process";
import { once } from "node:events";
import { Redis } from "ioredis";
import { waitForExit, waitForPort } from "../support/child-process.ts";
import { redisBinary } from "../support/redis-server.ts";
import { until } from "../support/until.ts";

/** One node of a cluster that `startRedis` started. */
export interface RedisNode {
  /** SIGKILL; settles when it is gone. */
  kill(): Promise<void>;
  /** Starts it again with its own folder and ports: it keeps its place in the cluster, and has lost its data. */
  restart(): Promise<void>;
  /** Ends what `restart` started. */
  stop(): Promise<void>;
}

const SETTINGS = ["port", "cluster-port", "dir", "bind", "save", "appendonly", "maxmemory", "cluster-enabled", "cluster-node-timeout", "cluster-config-file"] as const;
const GONE_MS = 5000;

/** A node of this process's own by its URL, so that it can be killed alone and come back. Each kill asks it for its id and settings first. */
export function redisNode(url: string): RedisNode {
  const port = Number(new URL(url).port);
  let args: readonly string[] = [];
  let child: ReturnType<typeof spawn> | null = null;
  return {
    async kill() {
      const client = new Redis(url, { retryStrategy: null });
      const [info, settings] = await Promise.all([client.info("server"), client.config("GET", ...SETTINGS)]).finally(() => client.disconnect());
      const pid = Number(/process_id:(\d+)/.exec(info)?.[1]);
      args = pairs(settings).flatMap(([name, value]) => [`--${name}`, value]);
      process.kill(pid, "SIGKILL");
      if (!(await until(() => !runs(pid), GONE_MS))) throw new Error(`killing redis-server on port ${port}: it is still there`);
    },
    async restart() {
      child = spawn(redisBinary() ?? "redis-server", args, { stdio: "ignore" });
      const ended = once(child, "exit").then(([code]) => {
        throw new Error(`starting redis-server on port ${port} again: it ended with ${String(code)}`);
      });
      await Promise.race([ended, waitForPort(port)]);
      ended.catch(() => {}); // it will end, later
    },
    async stop() {
      if (child === null || child.signalCode !== null) return;
      child.kill("SIGKILL");
      await waitForExit(child, GONE_MS);
    },
  };
}

/** Names and values in turn. */
function pairs(list: readonly string[]): (readonly [string, string])[] {
  return list.flatMap((name, index) => (index % 2 === 0 ? [[name, list[index + 1] ?? ""] as const] : []));
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
