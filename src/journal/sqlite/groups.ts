import type { Clock } from "../../base/clock.ts";
import { StoreFault, type StoreEvents } from "../store.ts";
import { type Cells, ENDED, type Group, type GroupReply, READ_ONLY, type Reply } from "./cells.ts";
import { faultOf, namedFault } from "./faults.ts";

/** Gathers operations while a commit runs, and hands them over as one group. */
export interface Groups {
  /** What became of an operation of about `bytes`. Rejects with a StoreFault. */
  ask(operation: Cells, bytes: number): Promise<Reply>;
  /** A group's reply has come. */
  replied(reply: GroupReply): void;
  /** Nothing more is taken; what is pending goes on. */
  shut(fault: StoreFault): void;
  /** The thread has ended: what is pending fails, and everything after. True where that was not asked for. */
  end(fault: StoreFault): boolean;
  /** Resolves once nothing is pending. */
  idle(): Promise<void>;
  /** Whether the last write went well. */
  fault(): StoreFault | null;
}

/** What may wait for a commit. */
const WAITING_OPERATIONS = 10_000;
const WAITING_BYTES = 64 << 20;
/** What shares one. More would make the first wait for the last. */
const GROUP_OPERATIONS = 512;

interface Waiting {
  readonly operation: Cells;
  readonly bytes: number;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (fault: StoreFault) => void;
}

/** Makes an empty queue before `send`; `committed` is told of operations and their bytes. */
export function createGroups(send: (group: Group) => void, clock: Clock, events: StoreEvents, committed: (operations: number, bytes: number) => void): Groups {
  let waiting: Waiting[] = [];
  let running: Waiting[] = [];
  let bytes = 0;
  let sent = 0;
  let began = 0;
  let fault: StoreFault | null = null;
  let ended: StoreFault | null = null;
  let whenIdle: (() => void)[] = [];

  function next(): void {
    if (waiting.length === 0) {
      for (const resolve of whenIdle.splice(0)) resolve();
      return;
    }
    running = waiting.length <= GROUP_OPERATIONS ? waiting : waiting.slice(0, GROUP_OPERATIONS);
    waiting = waiting.length <= GROUP_OPERATIONS ? [] : waiting.slice(GROUP_OPERATIONS);
    sent = running.reduce((sum, { bytes }) => sum + bytes, 0);
    bytes -= sent;
    began = clock.now();
    send({ wall: clock.wall(), now: began, operations: running.map(({ operation }) => operation) });
  }

  function note(reply: GroupReply, done: readonly Waiting[]): void {
    // A group that only looked says nothing about whether anything can be written.
    if (reply.fault === null && done.every(({ operation }) => READ_ONLY.has(operation[0] ?? null))) return;
    if (reply.fault !== null) {
      fault = faultOf(reply.fault);
      events.failed(fault);
    } else {
      const wasShort = fault?.kind === "full";
      fault = reply.short ? namedFault("full", "writing to the journal: the disk is full, and what room is left is for the outcomes of known entries") : null;
      if (fault !== null && !wasShort) events.failed(fault);
      events.committed(done.length, clock.now() - began);
      committed(done.length, sent);
    }
  }

  return {
    ask(operation, size) {
      if (ended !== null) return Promise.reject(ended);
      if (waiting.length >= WAITING_OPERATIONS || (waiting.length > 0 && bytes + size > WAITING_BYTES)) {
        return Promise.reject(new StoreFault("busy", `writing to the journal: ${waiting.length} operations wait already; slow down, or give it a faster disk`));
      }
      return new Promise((resolve, reject) => {
        waiting.push({ operation, bytes: size, resolve, reject });
        bytes += size;
        // The rest of this turn of the event loop shares the first commit.
        if (running.length === 0 && waiting.length === 1) queueMicrotask(begin);
      });
    },
    replied(reply) {
      const done = running;
      running = [];
      note(reply, done);
      next();
      done.forEach((each, index) => settle(each, reply.replies[index]));
    },
    shut(cause) {
      ended = cause;
    },
    end(cause) {
      const asked = ended !== null;
      ended ??= cause;
      fault = ended;
      for (const { reject } of [...running.splice(0), ...waiting.splice(0)]) reject(cause);
      for (const resolve of whenIdle.splice(0)) resolve();
      return !asked;
    },
    idle: () => (running.length === 0 && waiting.length === 0 ? Promise.resolve() : new Promise((resolve) => whenIdle.push(resolve))),
    fault: () => fault,
  };

  function begin(): void {
    if (running.length === 0) next();
  }
}

function settle({ resolve, reject }: Waiting, reply: Reply | undefined): void {
  if (reply === undefined) reject(namedFault("io", "writing to the journal: the thread did not answer"));
  else if (reply[0] === ENDED.fault) reject(faultOf(reply[1][0] ?? []));
  else resolve(reply);
}
