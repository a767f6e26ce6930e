import { every, type Clock } from "../../base/clock.ts";
import { randomHex } from "../../base/random.ts";
import type { SealKey } from "../../base/seal.ts";
import type { Witness } from "../epoch.ts";
import type { StoreEvents, StoreFault } from "../store.ts";
import { type Cells, type GroupReply, OPERATION, type Reply } from "./cells.ts";
import { createCheckpoints } from "./checkpoints.ts";
import type { Life } from "./enter-epoch.ts";
import { namedFault } from "./faults.ts";
import { createGroups, type Groups } from "./groups.ts";
import type { Ask } from "./jobs.ts";
import { OWNER_HEARTBEAT, OWNER_LEASE } from "./owners.ts";
import { createReader } from "./reader.ts";
import { startThread } from "./thread.ts";

/** What the threads work on. */
export interface EngineOptions {
  /** Directory of its own; made where it is missing, for its owner alone. */
  readonly directory: string;
  readonly clock: Clock;
  readonly events: StoreEvents;
  /** Keys that requests and answers are encrypted with, the present one first; none: they are not. */
  readonly sealKeys: readonly SealKey[];
  /** Nobody else has the directory open: all other owners are dead. False where several processes share it on one machine. */
  readonly exclusive: boolean;
  /** What the witness says; null: none is kept, and a rollback is not noticed. */
  readonly witness: Witness | "missing" | "damaged" | null;
  /** Bytes kept so that outcomes can still be written on a full disk; default 16 MiB, 0: none. */
  readonly reserve?: number;
}

/** The store's threads at work. */
export interface Engine {
  readonly life: Life;
  /** Hands an operation of about `bytes` to the writer. Rejects with a StoreFault. */
  write(operation: Cells, bytes: number): Promise<Reply>;
  /** Does a short job, which waits for nothing long. */
  readonly quickJob: Ask;
  /** Does a job that takes as long as there is data. */
  readonly longJob: Ask;
  /** Whether another owner is alive. */
  isLiving(owner: string): boolean;
  /** The mark of the last commit. */
  mark(): number;
  fault(): StoreFault | null;
  close(): Promise<void>;
}

/** Starts the writer's thread; the readers' start with their first job. Rejects with a StoreFault. */
export async function startEngine({ directory, clock, events, sealKeys, exclusive, witness, reserve = 16 << 20 }: EngineOptions): Promise<Engine> {
  const data = { directory, sealKeys, exclusive, witness, drawn: randomHex(8), wall: clock.wall(), reserve };
  let living: ReadonlyMap<string, number> = new Map();
  let mark = 0;
  let groups: Groups | null = null;
  const writer = await startThread({ ...data, role: "writer" }, {
    message(message) {
      const reply = message as GroupReply;
      if (reply.owners !== null) living = new Map(reply.owners);
      [mark] = reply.mark;
      groups?.replied(reply);
    },
    ended(fault) {
      if (groups?.end(fault) === true) events.failed(fault);
    },
  });
  const life = writer.life as Life;
  const quick = createReader({ ...data, role: "reader" }, clock, events.failed);
  const slow = createReader({ ...data, role: "reader" }, clock, events.failed);
  const checkpoints = createCheckpoints(quick.ask, () => writer.post({ checkpoint: true }));
  const queue = (groups = createGroups((group) => writer.post({ group }), clock, events, checkpoints.committed));
  const heartbeat = exclusive ? null : every(clock, OWNER_HEARTBEAT, () => void queue.ask([OPERATION.heartbeat], 0).catch(() => undefined));
  let closing: Promise<void> | null = null;

  async function close(): Promise<void> {
    heartbeat?.cancel();
    queue.shut(namedFault("closed", "using the journal: it is closed"));
    await queue.idle();
    await Promise.all([quick.close(), slow.close()]);
    writer.post({ close: true });
    await writer.ended();
  }

  return {
    life, write: queue.ask, quickJob: quick.ask, longJob: slow.ask, fault: queue.fault,
    isLiving: (owner) => Math.abs(clock.wall() - (living.get(owner) ?? Number.NEGATIVE_INFINITY)) < OWNER_LEASE,
    mark: () => Math.max(mark, life.epoch.mark),
    close: () => (closing ??= close()),
  };
}
