import type { Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Config } from "../config/config.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import { DEFAULT_KIND } from "../sandbox/kinds/kinds.ts";
import { startSandbox, type Sandbox } from "../sandbox/sandbox.ts";

/** Simulated platforms that run in this process, by name and kind. */
export interface Sandboxes extends Stoppable {
  /** Starts those that a configuration names and that do not run yet. Rejects for a kind that does not exist. */
  ensure(config: Config): Promise<void>;
  /** The origin behind `sandbox:NAME` in a site, whose profile says of which kind it is; any other URL as it is. */
  origin(url: string, site: SiteOptions): string;
  /** Names and control addresses, for people. */
  list(): readonly { readonly name: string; readonly kind: string; readonly control: string }[];
}

interface Running {
  readonly kind: string;
  readonly sandbox: Sandbox;
}

const PREFIX = "sandbox:";

/** Makes an empty set. Once started a platform keeps its ledger until the process ends, whatever is reloaded. */
export function createSandboxes(clock: Clock): Sandboxes {
  const running = new Map<string, Running>();

  async function ensure(name: string, kind: string): Promise<void> {
    const key = keyOf(name, kind);
    if (!running.has(key)) running.set(key, { kind, sandbox: await startSandbox({ name, kind, seed: 1 + running.size, clock }) });
  }

  return {
    async ensure(config) {
      for (const site of config.sites) for (const name of namesIn(site)) await ensure(name, kindOf(site));
    },
    origin: (url, site) => (url.startsWith(PREFIX) ? (running.get(keyOf(url.slice(PREFIX.length), kindOf(site)))?.sandbox.origin ?? url) : url),
    list: () => [...running.values()].map(({ kind, sandbox: { name, controlOrigin } }) => ({ name, kind, control: controlOrigin })),
    async stop() {
      await Promise.all([...running.values()].map(({ sandbox }) => sandbox.stop()));
    },
  };
}

function kindOf({ platform }: SiteOptions): string {
  return platform?.sandbox ?? DEFAULT_KIND;
}

// Two sites may call platforms of two kinds by one name.
function keyOf(name: string, kind: string): string {
  return `${kind}/${name}`;
}

function namesIn(site: SiteOptions): Set<string> {
  const urls = site.regions.flatMap((region) => region.endpoints.map((endpoint) => endpoint.url));
  return new Set(urls.filter((url) => url.startsWith(PREFIX)).map((url) => url.slice(PREFIX.length)));
}
