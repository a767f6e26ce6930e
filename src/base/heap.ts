import { setFlagsFromString } from "node:v8";

/**
 * How far the heap may grow beyond what is alive before it is collected, in per cent. V8 takes a machine's memory as
 * leave to keep garbage: with 24 GiB a cache of 64 MiB grew to ten times that. The flag is read at each collection.
 */
const GROWTH = 10;

/** Keeps this process near the size of what it holds. Costs collections only where much is stored and dropped. */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
