import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo, Server } from "node:net";

/**
 * Different loopback ports that are free, below those that the system gives to outgoing connections: a server that is
 * killed must find its port free again, while clients try to connect to it.
 */
export async function quietPorts(count: number): Promise<number[]> {
  const servers: Server[] = [];
  while (servers.length < count) {
    const server = await listening(randomInt(20_000, 32_000));
    if (server !== null) servers.push(server);
  }
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening(port: number): Promise<Server | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(null)).listen(port, "127.0.0.1", () => resolve(server));
  });
}
