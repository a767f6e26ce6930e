import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Pool } from "undici";

// Run as a process of its own by peers.ts: the least that node:http and undici can do together, hence no proxy to use.
const pool = new Pool(`http://127.0.0.1:${process.env["ORIGIN"]}`, { connections: 128, allowH2: false });
const unwanted = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade", "expect", "te", "host"]);

createServer(forward).listen(Number(process.env["PORT"]), "127.0.0.1");

function forward(request: IncomingMessage, response: ServerResponse): void {
  const { method = "GET", url = "/", rawHeaders } = request;
  const body = method === "GET" || method === "HEAD" ? null : request;
  pool.dispatch(
    { method, path: url, headers: wanted(rawHeaders), body },
    {
      onRequestStart() {},
      onResponseStart: (_controller, status, headers) => {
        delete headers.connection;
        delete headers["keep-alive"];
        delete headers["transfer-encoding"];
        response.writeHead(status, headers);
      },
      onResponseData: (_controller, piece) => void response.write(piece),
      onResponseEnd: () => void response.end(),
      onResponseError: () => void response.destroy(),
    },
  );
}

function wanted(rawHeaders: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? "";
    if (!unwanted.has(name.toLowerCase())) kept.push(name, rawHeaders[i + 1] ?? "");
  }
  return kept;
}
