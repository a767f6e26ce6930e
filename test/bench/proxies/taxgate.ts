import { existsSync, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, type Child } from "../children.ts";
import { freePort, untilServed } from "../port.ts";
import { RUNTIME_FLAGS } from "../../support/runtime-flags.ts";
import { invoicePath } from "../invoice.ts";
import { proxyCore, serverCertificate } from "./program.ts";
import type { Proxy, RunningProxy, Setup } from "./proxy.ts";

/** How the product is started: its sources as they are, or the release bundle. */
export interface Taxgate extends Proxy {
  /** Starts it without waiting, for the measurement of the start itself. */
  begin(setup: Setup, variant?: Variant): Promise<BegunTaxgate>;
  /** Starts one with a route of submissions, whose journal is in a folder of its own below `disk`. */
  startJournalled(setup: Setup, disk: string): Promise<RunningProxy>;
  startSecure(setup: Setup): Promise<RunningProxy>;
}

/** What an instance has beside what all have. */
export interface Variant {
  /** Come before the program. */
  readonly nodeFlags?: readonly string[];
  /** As of `startJournalled`. */
  readonly disk?: string | undefined;
  /** Listens over TLS as well. */
  readonly tls?: boolean;
}

/** A process that may not serve yet. */
export interface BegunTaxgate {
  readonly port: number;
  readonly admin: number;
  /** Port of its TLS listener, where it was asked for. */
  readonly secure: number;
  readonly child: Child;
}

/** `node src/main.ts run FILE`, with everything on that a production configuration has on. */
export const taxgateSources = taxgate("taxgate", "src/main.ts");

/** `node dist/taxgate.js run FILE`, as the container runs it; absent until `npm run build`. */
export const taxgateBundled = taxgate("taxgate-bundled", "dist/taxgate.js");

let started = 0;

function taxgate(name: string, program: string): Taxgate {
  const path = fileURLToPath(new URL(`../../../${program}`, import.meta.url));
  const begin = async (setup: Setup, { nodeFlags = [], disk, tls = false }: Variant = {}): Promise<BegunTaxgate> => {
    const [port, admin, secure] = [await freePort(), await freePort(), await freePort()];
    const folder = `${name}-${(started += 1)}`;
    const own = join(setup.folder, folder);
    mkdirSync(own, { recursive: true });
    const file = join(own, "taxgate.yaml");
    writeFileSync(file, await configuration({ state: join(disk ?? own, folder, "state"), port, admin, origin: setup.origin, routes: disk === undefined ? "" : submissionRoute, tls: tls ? tlsListener(secure) : "" }));
    const args = [...RUNTIME_FLAGS, ...nodeFlags, path, "run", file];
    const child = launch({ command: process.execPath, args, core: proxyCore, output: openSync(join(own, "access.log"), "a") });
    return { port, admin, secure, child };
  };
  const serving = async ({ port, admin, child }: BegunTaxgate): Promise<RunningProxy> => {
    await untilServed(port, child.exited);
    return { port, admin, pids: [child.pid] };
  };
  return {
    name,
    caches: true,
    version: () => (existsSync(path) ? program : undefined),
    begin,
    start: async (setup) => serving(await begin(setup)),
    startJournalled: async (setup, disk) => serving(await begin(setup, { disk })),
    startSecure: async (setup) => {
      const begun = await begin(setup, { tls: true });
      return { ...(await serving(begun)), port: begun.secure };
    },
  };
}

interface Parts {
  readonly state: string;
  readonly port: number;
  readonly admin: number;
  readonly origin: number;
  /** Routes before the others, as lines of YAML. */
  readonly routes: string;
  /** A listener and its certificate, as lines of YAML. */
  readonly tls: string;
}

const tlsListener = (port: number): string => `
  - { name: tls, bind: "127.0.0.1:${port}", tls: { certificates: [edge] } }
certificates: { edge: { files: ${JSON.stringify(serverCertificate)} } }`;

const submissionRoute = `
  - name: issue
    match: { methods: [POST], path: ${invoicePath} }
    class: submit
    submission:
      key: [{ json: /orderNo }]
      scope: [{ json: /sellerTaxNo }]
      accepted: [{ status: 200, json: /code, equals: 0 }]
      reference: { json: /invoiceNo }`;

/** Access lines go to standard output, hence to a file; metrics and the breaker have no switch. Nobody waits for the drain. */
async function configuration({ state, port, admin, origin, routes, tls }: Parts): Promise<string> {
  return `version: 1
state: { dir: ${JSON.stringify(state)} }
listeners:
  - { name: plain, bind: "127.0.0.1:${port}" }${tls}
admin: { bind: "127.0.0.1:${admin}" }
health: { bind: "127.0.0.1:${await freePort()}" }
regions: { home: { endpoints: [{ url: "http://127.0.0.1:${origin}" }] } }
drain: { grace: 0ms, max: 1s }
upstream: { health: { connect: true, every: 5s } }
routes:${routes}
  - { name: reads, match: { path: /read/** }, class: read }
  - { name: hits, match: { path: /hit/** }, class: read, cache: { ttl: 1h } }
  - { name: rest, match: { path: /** }, class: pass }
`;
}
