import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import type { ProxyUnderTest } from "./proxy-under-test.ts";

/** The twelve-line proxy that everybody writes first: what the attack suite must find fault with. */
export async function startNaiveProxy(upstreamPort: number): Promise<ProxyUnderTest> {
  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming;
    // Without this line one request with a Trailer field ends the whole process.
    delete headers.trailer;
    const onward = request({ host: "127.0.0.1", port: upstreamPort, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on("error", () => { if (outgoing.headersSent) outgoing.destroy(); else outgoing.writeHead(502).end(); });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    name: "naive",
    port: (server.address() as AddressInfo).port,
    stop: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections(); }),
  };
}
