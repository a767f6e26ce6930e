import type { Concurrency } from "../limits/concurrency/concurrency.ts";
import type { Slots, SlotsOptions } from "../limits/concurrency/slots.ts";
import type { Endpoint } from "./endpoint.ts";
import type { UpstreamOptions } from "./options.ts";

/** What `concurrency` comes to with the options around it; null where the mode is off. */
export function slotsOptions({ concurrency, connections, queue, queueTimeout }: UpstreamOptions, classes: readonly string[]): SlotsOptions | null {
  const { mode, min, max, reserve } = concurrency;
  if (mode === "off") return null;
  const most = Math.min(max, connections);
  return {
    mode, max: most, min: Math.min(min, most),
    queue: concurrency.queue ?? queue, queueTimeout: concurrency.queueTimeout ?? queueTimeout,
    // Where nobody submits, nothing is kept free.
    reserve: classes.includes("submit") ? reserve : 0,
  };
}

/** The slots of a region's endpoints, by what stands for an endpoint across configurations; `later` is told how to let go. */
export function slotsOfRegion(site: string, endpoints: readonly Endpoint[], options: SlotsOptions | null, concurrency: Concurrency | undefined, later: (letGo: () => void) => void): (endpoint: Endpoint) => Slots | null {
  if (options === null || concurrency === undefined) return () => null;
  const slots = new Map(endpoints.map((endpoint) => {
    const key = JSON.stringify([site, endpoint.id, endpoint.url]);
    later(() => concurrency.letGo(key, options));
    return [endpoint, concurrency.use(key, options)] as const;
  }));
  return (endpoint) => slots.get(endpoint) ?? null;
}
