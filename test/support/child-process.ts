import type { ChildProcess } from "node:child_process";
import { connect } from "node:net";

/** Waits until a child ends by itself; after `bound` milliseconds it is killed by its id, and `killed` is true. */
export function waitForExit(child: ChildProcess, bound: number): Promise<{ code: number | null; killed: boolean }> {
  if (child.exitCode !== null) return Promise.resolve({ code: child.exitCode, killed: false });
  return new Promise((resolve) => {
    let killed = false;
    const timer = setTimeout(() => { killed = true; child.kill("SIGKILL"); }, bound);
    child.once("exit", (code) => { clearTimeout(timer); resolve({ code, killed }); });
  });
}

/** Polls a loopback port until it accepts a connection. Throws after five seconds. */
export async function waitForPort(port: number): Promise<void> {
  const giveUp = Date.now() + 5000;
  while (Date.now() < giveUp) {
    if (await accepts(port)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`waiting for port ${port}: nothing listens after 5 s`);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.on("connect", () => { socket.destroy(); resolve(true); });
    socket.on("error", () => resolve(false));
  });
}

/** A loopback port that was free a moment ago. For programs that cannot be asked to choose one themselves. */
export async function freePort(): Promise<number> {
  const { createServer } = await import("node:net");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("finding a free port: no port in the address");
  return address.port;
}
