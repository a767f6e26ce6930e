import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { freePort, waitForExit, waitForPort } from "../support/child-process.ts";
import { openEntries } from "./journal-metrics.ts";
import { operatorOf } from "./operator.ts";
import { stormConfig, type LaneName } from "./storm-plan.ts";
import { startTaxgate } from "./taxgate-process.ts";

/** A way to the platform. */
export interface Lane {
  readonly port: number;
  /** Submissions that it is still busy with on its own account; NaN where it does not tell. */
  open(): Promise<number>;
  /** Throws where it had ended by itself. */
  stop(): Promise<void>;
}

const HTTP_PROXY = fileURLToPath(new URL("../bench/proxies/http-proxy-server.ts", import.meta.url));
const STOP_BOUND_MS = 3000;

const OPEN: Readonly<Record<LaneName, (origin: string) => Promise<Lane>>> = {
  directly: (origin) => Promise.resolve({ port: Number(new URL(origin).port), open: () => Promise.resolve(0), stop: () => Promise.resolve() }),
  "http-proxy": throughHttpProxy,
  taxgate: throughTaxgate,
};

/** Starts what stands on the way to the platform at `origin`. */
export function openLane(name: LaneName, origin: string): Promise<Lane> {
  return OPEN[name](origin);
}

async function throughHttpProxy(origin: string): Promise<Lane> {
  const port = await freePort();
  const child = spawn(process.execPath, ["--no-deprecation", HTTP_PROXY], {
    env: { ...process.env, ORIGIN: new URL(origin).port, PORT: String(port) }, stdio: ["ignore", "ignore", "inherit"],
  });
  await waitForPort(port);
  return {
    port, open: () => Promise.resolve(0),
    async stop() {
      if (child.exitCode !== null) throw new Error(`running http-proxy: it ended with ${child.exitCode}`);
      child.kill("SIGTERM");
      await waitForExit(child, STOP_BOUND_MS);
    },
  };
}

async function throughTaxgate(origin: string): Promise<Lane> {
  const taxgate = await startTaxgate(stormConfig(origin));
  const operator = operatorOf(taxgate);
  return { port: taxgate.port("plain"), open: async () => openEntries(await operator.metrics()), stop: async () => void (await taxgate.stop()) };
}
