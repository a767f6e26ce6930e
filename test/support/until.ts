import { performance } from "node:perf_hooks";

/** Waits until a condition on another process or the network holds; false if `bound` milliseconds pass first. */
export async function until(holds: () => boolean | Promise<boolean>, bound: number): Promise<boolean> {
  const giveUp = performance.now() + bound;
  while (!(await holds())) {
    if (performance.now() > giveUp) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return true;
}
