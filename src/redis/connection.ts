import type { Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Random } from "../base/random.ts";
import type { RedisAddress } from "./address.ts";
import { hangBell } from "./bell.ts";
import { connectRedis, endClient, reasonOf } from "./client.ts";
import type { RedisClient } from "./client.ts";

/** The client in use, with its bell where it has one. */
export interface RedisConnection extends Stoppable {
  client(): RedisClient;
  /** Drops the client for a new one. */
  renew(): void;
}

/** What a connection needs; `connectTimeout` in ms. */
export interface ConnectionSetting {
  readonly address: RedisAddress;
  readonly connectTimeout: number;
  readonly clock: Clock;
  readonly random: Random;
  /** What the server lists the connection under. */
  readonly name: string;
  /** A channel to listen to, and what hears that somebody may have news; null where there is none. */
  readonly bell: { readonly channel: string; readonly ring: () => void } | null;
}

/** Connects; calls `ready` after each connection, `lost` after each that ended or failed. Neither comes before this returns. */
export function openConnection(setting: ConnectionSetting, ready: () => void, lost: (why: string) => void): RedisConnection {
  let bell: Stoppable | null = null;
  let lastFault: unknown = null;
  let client = open();
  function open(): RedisClient {
    const mine = connectRedis(setting.address, setting.connectTimeout, setting.random, setting.name);
    mine.on("error", (fault: unknown) => (lastFault = fault));
    mine.on("node error", (fault: unknown) => (lastFault = fault));
    mine.on("ready", () => {
      if (client !== mine) return;
      if (setting.bell !== null) bell ??= hangBell(mine, setting.bell.channel, setting.clock, setting.bell.ring);
      ready();
    });
    mine.on("close", () => {
      if (client === mine) lost(reasonOf(lastFault));
      lastFault = null;
    });
    return mine;
  }
  const close = (): void => {
    void bell?.stop();
    bell = null;
    endClient(client);
  };
  return {
    client: () => client,
    renew() {
      close();
      client = open();
    },
    stop: close,
  };
}
