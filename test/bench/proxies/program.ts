import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { launch, type Launch } from "../children.ts";
import { freePort, untilServed } from "../port.ts";
import type { Proxy, RunningProxy } from "./proxy.ts";

/** Files of the certificate that is shown over TLS, the same by all. */
export const serverCertificate = { cert: inSupport("localhost.pem"), key: inSupport("localhost.key") };

function inSupport(file: string): string {
  return fileURLToPath(new URL(`../../support/tls/${file}`, import.meta.url));
}

/** The core that the measured proxy has for itself. */
export const proxyCore = 0;

/** Asks a program for its version; undefined when it is not installed. */
export function programVersion(command: string, args: readonly string[]): string | undefined {
  const { error, stdout, stderr } = spawnSync(command, args, { encoding: "utf8", timeout: 5000 });
  if (error !== undefined) return undefined;
  return /\d+\.\d+(\.\d+)?/.exec(`${stdout}${stderr}`)?.[0] ?? "unknown";
}

/** What the measurements need and is not installed. */
export function missingTools(): string[] {
  const tools = { nginx: ["-v"], wrk: ["-v"], openssl: ["version"], taskset: ["-V"] };
  return Object.entries(tools).flatMap(([tool, args]) => (programVersion(tool, args) === undefined ? [tool] : []));
}

/** The version of an npm package as installed; undefined when it is not. */
export function packageVersion(name: string): string | undefined {
  try {
    const file = new URL(`../../../node_modules/${name}/package.json`, import.meta.url);
    const manifest: unknown = JSON.parse(readFileSync(file, "utf8"));
    return typeof manifest === "object" && manifest !== null && "version" in manifest ? String(manifest.version) : undefined;
  } catch {
    return undefined;
  }
}

/** Starts a program on the proxy's core and waits until it forwards on `port`. */
export async function serve(port: number, what: Omit<Launch, "core">): Promise<RunningProxy> {
  const child = launch({ ...what, core: proxyCore });
  await untilServed(port, child.exited);
  return { port, pids: [child.pid] };
}

/** A proxy that is a package of ours' development dependencies: `script` in this folder serves PORT and forwards to ORIGIN. */
export function nodeProxy(name: string, packageName: string, script: string): Proxy {
  return {
    name,
    caches: false,
    version: () => packageVersion(packageName),
    async start({ origin }) {
      const port = await freePort();
      const args = [fileURLToPath(new URL(script, import.meta.url))];
      return serve(port, { command: process.execPath, args, env: { PORT: String(port), ORIGIN: String(origin) } });
    },
  };
}
