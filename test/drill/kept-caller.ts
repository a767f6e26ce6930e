import { Agent, request } from "node:https";
import type { KeptRequest } from "./certificates-record.ts";

/** Requests on one TLS connection, one after another. */
export interface KeptCaller {
  readonly requests: readonly KeptRequest[];
  /** Connections that were made so far. */
  connections(): number;
  /** Asks no more; resolves once the last answer is in. */
  stop(): Promise<void>;
}

/** Where it calls, and how often. */
export interface KeptPlan {
  readonly port: number;
  readonly host: string;
  /** Pause between two requests, in ms. */
  readonly every: number;
  /** PEM of the authority that is trusted. */
  readonly ca: string;
}

/** An answer that takes longer is none, in ms. */
const BOUND_MS = 5000;

/** Opens the connection and asks now and then. */
export function startKeptCaller(plan: KeptPlan): KeptCaller {
  const startedAt = performance.now();
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: plan.ca });
  const sockets = new Set<object>();
  const requests: KeptRequest[] = [];
  const until = new AbortController();
  const run = async (): Promise<void> => {
    while (!until.signal.aborted) {
      const fault = await ask(plan, agent, sockets);
      requests.push({ at: performance.now() - startedAt, fault });
      await new Promise((resolve) => setTimeout(resolve, plan.every));
    }
  };
  const running = run();
  return {
    requests,
    connections: () => sockets.size,
    async stop() {
      until.abort();
      await running;
      agent.destroy();
    },
  };
}

/** Null: answered well. */
function ask({ port, host }: KeptPlan, agent: Agent, sockets: Set<object>): Promise<string | null> {
  return new Promise((resolve) => {
    const sent = request({ host: "127.0.0.1", port, servername: host, headers: { host }, path: "/kept", agent, signal: AbortSignal.timeout(BOUND_MS) });
    sent.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code ?? String(fault)));
    sent.once("socket", (socket) => void sockets.add(socket));
    sent.once("response", (response) => {
      response.on("error", (fault: NodeJS.ErrnoException) => resolve(fault.code ?? String(fault)));
      response.resume().once("end", () => resolve(response.statusCode === 200 ? null : `status ${response.statusCode}`));
    });
    sent.end();
  });
}
