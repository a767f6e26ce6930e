import { Cluster } from "ioredis";
import type { Redis } from "ioredis";
import type { Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import { endClient } from "./client.ts";
import type { RedisClient } from "./client.ts";

const NEXT_NODE = 500;

/**
 * Listens to a channel over a connection of its own, on any node that there is, and calls `ring` with each message and
 * after each connection. One that fails is made anew on the next node.
 */
export function hangBell(client: RedisClient, channel: string, clock: Clock, ring: () => void): Stoppable {
  let stopped = false;
  let ear: Redis | null = null;
  let again = clock.after(0, hang, true);
  function hang(): void {
    const nodes = client instanceof Cluster ? client.nodes("master") : [client];
    const node = nodes[Math.floor(clock.now()) % nodes.length];
    if (stopped) return;
    if (node === undefined) return later();
    const mine = node.duplicate({ lazyConnect: false, enableOfflineQueue: false, retryStrategy: null, readOnly: false });
    ear = mine;
    mine.on("error", () => {});
    mine.on("ready", () => void mine.subscribe(channel).then(ring, () => mine.disconnect()));
    mine.on("message", ring);
    mine.on("end", later);
  }
  function later(): void {
    if (!stopped) again = clock.after(NEXT_NODE, hang, true);
  }
  return {
    stop() {
      stopped = true;
      again.cancel();
      if (ear !== null) endClient(ear);
    },
  };
}
