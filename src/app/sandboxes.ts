import type { Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Config } from "../config/config.ts";
import { startSandbox, type Sandbox } from "../sandbox/sandbox.ts";

/** Simulated platforms that run in this process, by name. */
export interface Sandboxes extends Stoppable {
  /** Starts those that a configuration names and that do not run yet. */
  ensure(config: Config): Promise<void>;
  /** The origin behind `sandbox:NAME`; any other URL as it is. */
  origin(url: string): string;
  /** Names and control addresses, for people. */
  list(): readonly { readonly name: string; readonly control: string }[];
}

const PREFIX = "sandbox:";

/** Makes an empty set. Once started a platform keeps its ledger until the process ends, whatever is reloaded. */
export function createSandboxes(clock: Clock): Sandboxes {
  const running = new Map<string, Sandbox>();
  return {
    async ensure(config) {
      for (const name of namesIn(config)) {
        if (!running.has(name)) running.set(name, await startSandbox({ name, seed: 1 + running.size, clock }));
      }
    },
    origin: (url) => (url.startsWith(PREFIX) ? (running.get(url.slice(PREFIX.length))?.origin ?? url) : url),
    list: () => [...running.values()].map(({ name, controlOrigin }) => ({ name, control: controlOrigin })),
    async stop() {
      await Promise.all([...running.values()].map((sandbox) => sandbox.stop()));
    },
  };
}

function namesIn(config: Config): Set<string> {
  const urls = config.sites.flatMap((site) => site.regions.flatMap((region) => region.endpoints.map((endpoint) => endpoint.url)));
  return new Set(urls.filter((url) => url.startsWith(PREFIX)).map((url) => url.slice(PREFIX.length)));
}
