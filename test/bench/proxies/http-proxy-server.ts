import { Agent, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createRequire } from "node:module";

// Run as a process of its own by peers.ts. The package brings no types, so its one used part is described here.
interface ClassicProxy {
  web(request: IncomingMessage, response: ServerResponse): void;
  on(event: "error", listener: (error: Error, request: IncomingMessage, response: ServerResponse) => void): void;
}
interface Classic {
  createProxyServer(options: { target: string; agent: Agent }): ClassicProxy;
}

const classic = createRequire(import.meta.url)("http-proxy-classic") as Classic;
const proxy = classic.createProxyServer({
  target: `http://127.0.0.1:${process.env["ORIGIN"]}`,
  agent: new Agent({ keepAlive: true, maxSockets: 128 }),
});
proxy.on("error", (_error, _request, response) => response.writeHead(502).end());
createServer((request, response) => proxy.web(request, response)).listen(Number(process.env["PORT"]), "127.0.0.1");
