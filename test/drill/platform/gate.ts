import { Agent, request } from "node:http";
import type { AppAnswer, AppRequest, Gate } from "./app.ts";

const BOUND_MS = 10_000;

/** The way through a loopback port, on connections that are kept. */
export function gateTo(port: number): Gate & { close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1000 });
  return { send: (asked) => send(asked, port, agent), close: () => agent.destroy() };
}

function send({ method, path, headers = {}, body, patience = BOUND_MS }: AppRequest, port: number, agent: Agent): Promise<AppAnswer> {
  const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
  return new Promise((resolve) => {
    const nothing = (): void => resolve(null);
    const sent = request({ host: "127.0.0.1", port, method, path, headers: { ...headers, ...length }, agent, signal: AbortSignal.timeout(patience) });
    sent.once("error", nothing);
    sent.once("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", nothing).once("aborted", nothing);
      response.once("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }));
    });
    sent.end(body);
  });
}

/** The document of an answer; an empty one where there is none. */
export function jsonOf(answer: AppAnswer): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(answer?.body.toString("utf8") ?? "") ?? {}) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}
