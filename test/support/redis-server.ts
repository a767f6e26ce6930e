import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { Redis } from "ioredis";
import { waitForExit, waitForPort } from "./child-process.ts";
import { quietPorts } from "./quiet-ports.ts";
import { until } from "./until.ts";

/** A Redis of Debian's package for one test, on loopback. */
export interface RedisServer {
  /** One URL for each node. */
  readonly urls: readonly string[];
  /** Sends a signal to all nodes; with SIGKILL it waits until they are gone. */
  kill(signal: "SIGKILL" | "SIGSTOP" | "SIGCONT"): Promise<void>;
  /** Starts nodes that were killed again, on the same ports; what they had in memory is gone. */
  restart(): Promise<void>;
  /** Ends all nodes and removes their folder. */
  stop(): Promise<void>;
}

/** Why tests skip where {@link redisBinary} is null. */
export const NO_REDIS = "redis-server is not installed (Debian: apt install redis-server)";

/** Path of redis-server, or null. */
export function redisBinary(): string | null {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
  return folders.map((folder) => join(folder, "redis-server")).find((path) => existsSync(path)) ?? null;
}

/** Starts one server, or with `nodes: 3` a cluster without replicas; null where there is no redis-server. */
export async function startRedis({ nodes = 1, settings = [] }: { nodes?: number; settings?: readonly string[] } = {}): Promise<RedisServer | null> {
  const binary = redisBinary();
  if (binary === null) return null;
  const folder = mkdtempSync(join(tmpdir(), "taxgate-redis-"));
  const ports = await quietPorts(nodes * 2);
  const places = Array.from({ length: nodes }, (_, i): Place => ({ folder: join(folder, String(i)), port: ports[2 * i] as number, bus: ports[2 * i + 1] as number }));
  let children: ChildProcess[] = [];
  const start = async (): Promise<void> => {
    children = places.map((place) => launch(binary, place, nodes > 1, settings));
    await Promise.all(children.map((child, i) => answers(child, places[i] as Place)));
  };
  const end = async (): Promise<void> => {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => gone(child)));
  };
  const stop = async (): Promise<void> => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await start();
    if (nodes > 1) await introduce(places);
  } catch (fault) {
    await stop(); // a child that is left would keep the test's process alive
    throw fault;
  }
  return {
    urls: places.map(({ port }) => `redis://127.0.0.1:${port}`),
    restart: start,
    stop,
    async kill(signal) {
      if (signal === "SIGKILL") return end();
      for (const child of children) child.kill(signal);
    },
  };
}

async function answers(child: ChildProcess, { port }: Place): Promise<void> {
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`starting redis-server on port ${port}: it ended with ${String(code)}`);
  });
  await Promise.race([ended, waitForPort(port)]);
  ended.catch(() => {}); // it will end, later
}

interface Place {
  readonly folder: string;
  readonly port: number;
  readonly bus: number;
}

function launch(binary: string, { folder, port, bus }: Place, cluster: boolean, settings: readonly string[]): ChildProcess {
  mkdirSync(folder, { recursive: true });
  const common = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder, "--maxmemory", "64mb"];
  const clustered = ["--cluster-enabled", "yes", "--cluster-port", String(bus), "--cluster-node-timeout", "2000", "--cluster-config-file", "nodes.conf"];
  return spawn(binary, [...common, ...(cluster ? clustered : []), ...settings], { stdio: "ignore" });
}

async function gone(child: ChildProcess): Promise<void> {
  if (child.signalCode === null) await waitForExit(child, 5000);
}

/** Shares the slots out, introduces the nodes to each other, and waits until all of them find the cluster complete. */
async function introduce(places: readonly Place[]): Promise<void> {
  const clients = places.map(({ port }) => new Redis({ host: "127.0.0.1", port }));
  const bound = (i: number): number => Math.floor((16384 * i) / places.length);
  try {
    await Promise.all(clients.map((client, i) => client.call("CLUSTER", "ADDSLOTSRANGE", bound(i), bound(i + 1) - 1)));
    await Promise.all(clients.map((client) => Promise.all(places.map(({ port, bus }) => client.call("CLUSTER", "MEET", "127.0.0.1", port, bus)))));
    const complete = async (): Promise<boolean> => {
      const infos = await Promise.all(clients.map((client) => client.call("CLUSTER", "INFO")));
      return infos.every((info) => /cluster_state:ok/.test(String(info)) && String(info).includes(`cluster_known_nodes:${places.length}`));
    };
    if (!(await until(complete, 15_000))) throw new Error("starting a Redis cluster: the nodes do not find each other");
  } finally {
    for (const client of clients) client.disconnect();
  }
}
