import { Cluster, ReplyError } from "ioredis";
import type { Timer } from "../base/clock.ts";
import type { RedisClient } from "./client.ts";
import { openConnection } from "./connection.ts";
import type { ConnectionSetting } from "./connection.ts";
import { createRests } from "./rests.ts";
import { within } from "./within.ts";

/** How a link stands. */
export type LinkState = "up" | "down";

/** What Redis answered, or why it did not. */
export type Asked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: "down" | "timeout" | "error" };

/** The connection with its breaker: up, or refusing at once. */
export interface RedisLink {
  readonly state: LinkState;
  /** Sends, and waits at most `limit` ms. Never rejects. `send` is not called where the link is down. */
  ask<T>(send: (client: RedisClient) => Promise<T>, limit: number): Promise<Asked<T>>;
  /** Takes the link down until it has been brought up to date again. */
  distrust(why: string): void;
  stop(): void;
}

/** What a link needs. Times in ms. */
export interface LinkSetting extends ConnectionSetting {
  /** What an answer may take that counts as swift. */
  readonly timeout: number;
  /** Brings the instance up to date before the link is up; rejects where that failed. */
  readonly synchronise: (client: RedisClient) => Promise<void>;
  readonly changed: (state: LinkState, why: string) => void;
}

const MOST_FAILURES = 3;
/** A client that could not connect for so many connect timeouts is made anew: some states it never leaves by itself. */
const PATIENCE = 8;

const STARTING = "connecting";

type Phase = "connecting" | "reviving" | "up" | "resting" | "stopped";

/** Connects. The link is down from the loss of the connection, or from three failures in a row; after a rest one trial may bring it back. */
export function createRedisLink(setting: LinkSetting): RedisLink {
  const { connectTimeout, timeout, clock } = setting;
  const rests = createRests(clock);
  let phase: Phase = "connecting";
  let trial = 0;
  let failures = 0;
  let countedAt = -Infinity;
  let timer: Timer | null = null;
  let told: LinkState | null = null;

  const enter = (next: Phase, why: string): void => {
    trial += 1; // what is under way belongs to the past
    failures = 0;
    phase = next;
    timer?.cancel();
    // That it is down at first is no news until a reason is known.
    if (stateOf(next) === told || (told === null && (next === "reviving" || why === STARTING))) return;
    setting.changed((told = stateOf(next)), why);
  };
  const wait = (why: string): void => {
    if (phase === "stopped") return;
    enter("connecting", why);
    timer = clock.after(connectTimeout * PATIENCE, renew, true);
  };
  const renew = (): void => {
    connection.renew();
    wait("no connection");
  };
  const rest = (why: string): void => {
    enter("resting", why);
    timer = clock.after(rests.next(), () => void revive(), true);
  };
  const revive = async (): Promise<void> => {
    if (phase === "stopped") return;
    enter("reviving", "connected anew");
    const mine = trial;
    const client = connection.client();
    if (client instanceof Cluster) await within(clock, connectTimeout, warm(client));
    const current = await within(clock, connectTimeout, setting.synchronise(client));
    const swift = current.ok ? await within(clock, timeout, client.ping()) : current;
    if (mine !== trial) return;
    if (swift.ok) {
      rests.stood();
      enter("up", "connected and up to date");
    } else rest(swift.fault === "timeout" ? "no answer in time" : "the server refuses");
  };
  const failed = (fault: "timeout" | "error", startedAt: number): void => {
    // Many that wait at once fail at once: they count as one.
    if (startedAt < countedAt) return;
    countedAt = clock.now();
    failures += 1;
    if (failures >= MOST_FAILURES) rest(`${MOST_FAILURES} ${fault === "timeout" ? "timeouts" : "failures"} in a row`);
  };
  const connection = openConnection(setting, () => void revive(), wait);
  wait(STARTING);
  return {
    get state() {
      return stateOf(phase);
    },
    async ask(send, limit) {
      if (phase !== "up") return { ok: false, fault: "down" };
      const startedAt = clock.now();
      const mine = trial;
      const asked = await within(clock, limit, send(connection.client()));
      if (mine !== trial) return asked;
      if (asked.ok) failures = 0;
      else if (asked.fault === "timeout" || !isRefusal(asked.reason)) failed(asked.fault, startedAt);
      return asked;
    },
    distrust: (why) => phase === "up" && rest(why),
    stop() {
      enter("stopped", told === null ? STARTING : "stopped");
      void connection.stop();
    },
  };
}

function stateOf(phase: Phase): LinkState {
  return phase === "up" ? "up" : "down";
}

/** The server is well and says no to this one command: its memory is full, or a value has another type. */
function isRefusal(fault: unknown): boolean {
  return fault instanceof ReplyError && fault instanceof Error && !/^(CLUSTERDOWN|LOADING|MASTERDOWN|TRYAGAIN|NOAUTH|READONLY)/.test(fault.message);
}

/** Connections to the nodes are made on first use: better now than in the first look-ups. */
function warm(cluster: Cluster): Promise<unknown> {
  return Promise.allSettled(cluster.nodes("master").map((node) => node.ping()));
}
