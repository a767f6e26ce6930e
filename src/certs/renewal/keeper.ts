import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { KeyPair } from "../key-pair.ts";
import type { CertificateStore } from "../store/store.ts";
import { createDesk } from "./desk.ts";
import type { KeeperEvents, KeeperStatus, RenewAnswer } from "./keeper-status.ts";
import { createNap } from "./nap.ts";
import type { Settings } from "./next-try.ts";
import { round } from "./rounds.ts";

/** What the keeper of a certificate needs. */
export interface KeeperEnv extends Settings {
  /** The certificate's name in the configuration. */
  readonly name: string;
  readonly store: CertificateStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly events: KeeperEvents;
}

/** One certificate's life: shows what there is, and sees to it that there is always one. */
export interface Keeper {
  /** What handshakes are answered with; null: nothing that could be shown. */
  pair(): KeyPair | null;
  status(): KeeperStatus;
  /** A person asks for a new one now: neither blackouts nor earlier failures count, but a store that cannot be written and a process that is ordering do. Joins an order that is under way. Never rejects. */
  renew(): Promise<RenewAnswer>;
  /** Somebody else may have changed the store: what is there now is taken over at once. */
  look(): void;
  /** Takes new options into use; what is shown stays until something better has proven itself. Another store needs another keeper. */
  configure(settings: Settings): void;
  /** Stops at once, and leaves no timer; resolves when nothing runs any more. */
  stop(): Promise<void>;
}

/** Makes the keeper of a certificate: what its store has is shown at the return, the rest is done in the background. */
export function createKeeper({ name, store, clock, random, events, ...settings }: KeeperEnv): Keeper {
  const desk = createDesk({ name, store, clock, random, events, settings });
  const nap = createNap(clock);
  const stopped = new AbortController();

  async function live(): Promise<void> {
    while (!stopped.signal.aborted) {
      const ms = await round(desk, stopped.signal);
      if (!stopped.signal.aborted) await nap.sleep(ms);
    }
    desk.close();
  }
  const life = live();

  return {
    pair: desk.shown.pair,
    status: desk.status,
    renew() {
      const answer = desk.ask();
      nap.wake();
      return answer;
    },
    look: nap.wake,
    configure(next) {
      if (desk.configure(next)) nap.wake();
    },
    stop() {
      stopped.abort();
      nap.wake();
      return life;
    },
  };
}
