import type { KeyLookUp } from "../../base/secret-keys.ts";
import { createLasting } from "../lasting.ts";
import { compileCost, type CostReader } from "./cost.ts";
import { compileKey, type CallerFacts, type KeyReader } from "./key.ts";
import { Limit, type LimitStatus } from "./limit.ts";
import type { LimitOptions } from "./options.ts";
import { Passage, type Part, type PassageEnv } from "./passage.ts";

/*
 * What callers are allowed, by the limits that routes name. Only what is about to go to the platform passes here.
 */

/** The limits of one route, ready to be asked. */
export interface RouteLimits {
  /** Whether facts need their source. */
  readonly needsSource: boolean;
  /** A request's way through them. */
  passage(facts: CallerFacts): Passage;
}

/** The limits of one configuration. */
export interface OpenLimits {
  /** Those of these names, in their order; null where there are none. `keys` are those that the site decodes with. */
  of(names: readonly string[], keys?: KeyLookUp): RouteLimits | null;
  /** Lets go of what it shares with other configurations. */
  letGo(): void;
}

/** All limits of this process. They outlive configurations: one that changes goes on with what it has counted. */
export interface Limits {
  open(options: Readonly<Record<string, LimitOptions>>): OpenLimits;
  status(): LimitStatus[];
  stop(): void;
}

/** Makes an empty table of limits. */
export function createLimits(env: PassageEnv): Limits {
  const limits = createLasting<LimitOptions, Limit>();
  return {
    open(all) {
      // Connected before the first request asks.
      if (Object.values(all).some(({ shared }) => shared)) env.shared();
      const uses = Object.entries(all).map(([name, options]) => ({ name, options, limit: limits.use(name, options, () => new Limit(name, options, env.clock)) }));
      const byName = new Map(uses.map((one) => [one.name, one]));
      return {
        of(names, keys) {
          const parts = [...new Set(names)].map((name) => {
            const found = byName.get(name);
            if (found === undefined) throw new Error(`open limits: no limit is called '${name}'`);
            return { limit: found.limit, key: compileKey(found.options.key, keys), cost: compileCost(found.options.cost) };
          });
          return parts.length === 0 ? null : routeLimits(parts, env);
        },
        letGo() {
          for (const { name, options } of uses.splice(0)) limits.letGo(name, options);
        },
      };
    },
    status: () => limits.all().map((limit) => limit.status()),
    stop: limits.stop,
  };
}

function routeLimits(parts: readonly { readonly limit: Limit; readonly key: KeyReader; readonly cost: CostReader }[], env: PassageEnv): RouteLimits {
  return {
    needsSource: parts.some(({ key, cost }) => key.needsSource || cost.needsSource),
    passage(facts) {
      const taken: Part[] = [];
      for (const { limit, key, cost } of parts) taken.push({ limit, key: key.read(facts), units: cost.read(facts), takenAt: NaN, share: 1, count: null });
      return new Passage(env, taken, facts);
    },
  };
}
