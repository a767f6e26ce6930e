import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** Well: answers. Refuses: nobody listens, and open connections are cut. Hangs: takes requests and never answers. */
export type Mood = "well" | "refuses" | "hangs";

/** A request that reached the platform; monotonic milliseconds. */
export interface Arrival {
  readonly path: string;
  readonly at: number;
}

/**
 * A platform of code tables in this process. The sandbox counts by operation; here every key's arrivals count, and each
 * answer tells when it was made.
 */
export interface CodePlatform {
  readonly origin: string;
  readonly arrivals: readonly Arrival[];
  /** Connections accepted so far, health probes among them. */
  connections(): number;
  /** Settles when listener and connections agree. Requests left hanging stay so when it is well again. */
  become(mood: Mood): Promise<void>;
  stop(): Promise<void>;
}

/** Time that an answer takes, in milliseconds. */
const WORK_MS = 5;
/** Makes an answer of about 1 kB. */
const NOTE = "x".repeat(900);

/** Starts one that is well, on a free loopback port that stays its own. */
export async function startCodePlatform(region: string): Promise<CodePlatform> {
  const arrivals: Arrival[] = [];
  let mood: Mood = "well";
  let accepted = 0;

  function serve(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? "";
    arrivals.push({ path, at: performance.now() });
    if (mood === "well") setTimeout(() => answer(response, path), WORK_MS);
  }

  function answer(response: ServerResponse, path: string): void {
    if (response.destroyed) return;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ region, path, madeAt: performance.now(), note: NOTE }));
  }

  const server = createServer({ keepAliveTimeout: 65_000, noDelay: true }, serve).on("connection", () => (accepted += 1));
  const listen = (port: number): Promise<void> => new Promise((resolve, reject) => void server.once("error", reject).listen(port, "127.0.0.1", resolve));
  const close = (): Promise<void> => new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

  await listen(0);
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    arrivals,
    connections: () => accepted,
    async become(next) {
      mood = next;
      if (next === "refuses") await close();
      else if (!server.listening) await listen(port);
    },
    stop: close,
  };
}
