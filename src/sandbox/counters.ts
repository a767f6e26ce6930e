/**
 * How a request ended for its caller: answered in full; reset without an answer, cut in the middle
 * of one, answered with garbage, left hanging; `gone` when the caller left before its answer was
 * complete, `stopped` when the sandbox was stopped before.
 */
export type Ending = (typeof ENDINGS)[number];

const ENDINGS = ["answered", "reset", "cut", "garbage", "held", "gone", "stopped"] as const;

/** Counts of requests to the platform; every key is from a closed list, so memory is bounded. */
export interface Counters {
  arrived(): void;
  /** Told when it is known what a request asks for: with its head or, where the body tells, with its body. */
  asked(operation: string): void;
  ended(ending: Ending, status?: number): void;
  /** Bytes of request bodies that were read. */
  read(bytes: number): void;
  report(): CounterReport;
}

/** The counts as the control API shows them; `O` are operations of a kind that the reader knows. */
export interface CounterReport<O extends string = string> {
  readonly total: number;
  readonly inFlight: number;
  readonly bytesRead: number;
  /** Requests whose operation is known: less than `total` when bodies that tell it broke off. */
  readonly byOperation: Readonly<Record<O, number>>;
  readonly byEnding: Readonly<Record<Ending, number>>;
  /** Complete answers by status. */
  readonly byStatus: Readonly<Record<string, number>>;
}

/** Makes counters that stand at 0, for the operations of a kind. */
export function createCounters(operations: readonly string[]): Counters {
  const byOperation: Record<string, number> = zeros(operations);
  const byEnding = zeros(ENDINGS);
  const byStatus: Record<string, number> = {};
  let total = 0;
  let ended = 0;
  let bytesRead = 0;
  return {
    arrived() {
      total += 1;
    },
    asked(operation) {
      byOperation[operation] = (byOperation[operation] ?? 0) + 1;
    },
    ended(ending, status) {
      ended += 1;
      byEnding[ending] += 1;
      if (ending === "answered" && status !== undefined) byStatus[status] = (byStatus[status] ?? 0) + 1;
    },
    read(bytes) {
      bytesRead += bytes;
    },
    report: () => ({
      total, inFlight: total - ended, bytesRead,
      byOperation: { ...byOperation }, byEnding: { ...byEnding }, byStatus: { ...byStatus },
    }),
  };
}

function zeros<K extends string>(keys: readonly K[]): Record<K, number> {
  // Object.fromEntries widens the keys to string; they are exactly the ones that were given.
  return Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
}
