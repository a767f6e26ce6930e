import { totalmem } from "node:os";
import { getHeapStatistics } from "node:v8";

/** Share of the memory that this process may use which it uses: of the container's or the machine's, or of its heap, whichever is nearer to its end. */
export function memoryShare(): number {
  // Without a bound of its own the system tells an absurd number, or 0.
  const constrained = process.constrainedMemory();
  const most = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  const heap = getHeapStatistics();
  return Math.max(process.memoryUsage.rss() / most, heap.used_heap_size / heap.heap_size_limit);
}
