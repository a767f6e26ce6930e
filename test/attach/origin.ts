import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import type { TLSSocket } from "node:tls";
import { WebSocketServer } from "ws";

/** What a platform got to see of a request. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly host: string;
  /** The host that was asked for in TLS. */
  readonly sni: string;
  readonly fields: readonly string[];
  readonly body: string;
}

/** A small platform over TLS on loopback that tells what it sees, and echoes over WebSocket under /ws. */
export interface Origin {
  readonly port: number;
  readonly seen: SeenRequest[];
  stop(): Promise<void>;
}

/** Starts one with this certificate. */
export async function startOrigin(pair: { readonly cert: string; readonly key: string }): Promise<Origin> {
  const seen: SeenRequest[] = [];
  const server: Server = createServer({ ...pair }, (request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (text: string) => (body += text)).on("end", () => {
      const { method = "", url = "", rawHeaders } = request;
      seen.push({ method, path: url, host: request.headers.host ?? "", sni: String((request.socket as TLSSocket).servername), fields: rawHeaders.filter((_field, index) => index % 2 === 0).map((name) => name.toLowerCase()), body });
      response.writeHead(201, { "Content-Type": "application/json" }).end(JSON.stringify({ echo: body }));
    });
  });
  const echo = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => echo.handleUpgrade(request, socket, head, (client) => client.on("message", (data: Buffer) => client.send(`${String((request.socket as TLSSocket).servername)} ${request.headers.host ?? ""} ${data.toString()}`))));
  await new Promise<void>((resolve) => void server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    stop: () => new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    }),
  };
}
