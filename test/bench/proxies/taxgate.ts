import { existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, type Child } from "../children.ts";
import { freePort, untilServed } from "../port.ts";
import { RUNTIME_FLAGS } from "../../support/runtime-flags.ts";
import { proxyCore } from "./program.ts";
import type { Proxy, Setup } from "./proxy.ts";

/** How the product is started: its sources as they are, or the release bundle. */
export interface Taxgate extends Proxy {
  /** Starts it without waiting, for the measurement of the start itself. `nodeFlags` come before the program. */
  begin(setup: Setup, nodeFlags?: readonly string[]): Promise<BegunTaxgate>;
}

/** A process that may not serve yet. */
export interface BegunTaxgate {
  readonly port: number;
  readonly child: Child;
}

/** `node src/main.ts run FILE`, with everything on that a production configuration has on. */
export const taxgateSources = taxgate("taxgate", "src/main.ts");

/** `node dist/taxgate.js run FILE`, as the container runs it; absent until `npm run build`. */
export const taxgateBundled = taxgate("taxgate-bundled", "dist/taxgate.js");

let started = 0;

function taxgate(name: string, program: string): Taxgate {
  const path = fileURLToPath(new URL(`../../../${program}`, import.meta.url));
  const begin = async (setup: Setup, nodeFlags: readonly string[] = []): Promise<BegunTaxgate> => {
    const port = await freePort();
    const own = join(setup.folder, `${name}-${(started += 1)}`);
    mkdirSync(own, { recursive: true });
    const file = join(own, "taxgate.yaml");
    writeFileSync(file, await configuration(own, port, setup.origin));
    const args = [...RUNTIME_FLAGS, ...nodeFlags, path, "run", file];
    const child = launch({ command: process.execPath, args, core: proxyCore, output: openSync(join(own, "access.log"), "a") });
    return { port, child };
  };
  return {
    name,
    caches: true,
    version: () => (existsSync(path) ? program : undefined),
    begin,
    async start(setup) {
      const { port, child } = await begin(setup);
      await untilServed(port, child.exited);
      return { port, pids: [child.pid] };
    },
  };
}

/** Access lines go to standard output, hence to a file; metrics and the breaker have no switch. Nobody waits for the drain. */
async function configuration(own: string, port: number, origin: number): Promise<string> {
  return `version: 1
state: { dir: ${JSON.stringify(join(own, "state"))} }
listeners: [{ name: plain, bind: "127.0.0.1:${port}" }]
admin: { bind: "127.0.0.1:${await freePort()}" }
health: { bind: "127.0.0.1:${await freePort()}" }
regions: { home: { endpoints: [{ url: "http://127.0.0.1:${origin}" }] } }
drain: { grace: 0ms, max: 1s }
upstream: { health: { connect: true, every: 5s } }
routes:
  - { name: reads, match: { path: /read/** }, class: read }
  - { name: hits, match: { path: /hit/** }, class: read, cache: { ttl: 1h } }
  - { name: rest, match: { path: /** }, class: pass }
`;
}
