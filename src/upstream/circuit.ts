import { EventEmitter } from "node:events";
import Opossum from "opossum";

/** The longest delay a timer takes; anything above would fire after 1 ms. */
const NEVER_MS = 2_147_483_647;

type Circuit = InstanceType<typeof Opossum>;

async function nothing(): Promise<void> {}

/**
 * An opossum circuit that only holds a state: our trip rules move it, nothing is ever fired through it. opossum 10
 * starts three timers by default; all three are avoided here, because it takes no clock.
 */
function circuitIn(state: { readonly closed: boolean; readonly halfOpen: boolean }): Circuit {
  const options = {
    state,
    timeout: false as const,
    resetTimeout: NEVER_MS,
    enableSnapshots: false,
    rollingPercentilesEnabled: false,
    rollingCountBuckets: 1,
    // Without this it rotates its statistics by an interval of its own.
    rotateBucketController: new EventEmitter(),
  };
  const circuit = new Opossum(nothing, options);
  // Its listener for `open` starts the reset timer, which would half-open the circuit behind our back after 24 days.
  circuit.removeAllListeners("open");
  return circuit;
}

/** The state of one breaker and its only three moves. */
export interface CircuitState {
  readonly closed: boolean;
  readonly opened: boolean;
  readonly halfOpen: boolean;
  open(): void;
  close(): void;
  /** Lets trials through. */
  tryOut(): void;
  stop(): void;
}

/** Makes a closed circuit. */
export function circuitState(): CircuitState {
  let circuit = circuitIn({ closed: true, halfOpen: false });
  return {
    get closed() {
      return circuit.closed;
    },
    get opened() {
      return circuit.opened;
    },
    get halfOpen() {
      return circuit.halfOpen;
    },
    open: () => circuit.open(),
    close: () => circuit.close(),
    tryOut() {
      // opossum half-opens by its timer alone; a circuit can be born half-open, though.
      circuit.shutdown();
      circuit = circuitIn({ closed: false, halfOpen: true });
    },
    stop: () => circuit.shutdown(),
  };
}
