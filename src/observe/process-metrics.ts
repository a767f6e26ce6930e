import { performance } from "node:perf_hooks";
import type { MetricRegistry, Sample } from "./registry.ts";

const one = (value: number): readonly Sample[] => [{ labels: {}, value }];

/**
 * What the process tells about itself, asked for at scrapes alone: no timer and no observer runs for it. (prom-client's
 * own default metrics start a 10 ms event-loop timer and a collector of garbage-collection events.)
 */
export function pullProcessMetrics(registry: MetricRegistry): void {
  registry.pull("process_cpu_seconds_total", () => {
    const used = process.cpuUsage();
    return one((used.user + used.system) / 1e6);
  });
  registry.pull("process_resident_memory_bytes", () => one(process.memoryUsage.rss()));
  registry.pull("nodejs_heap_size_used_bytes", () => one(process.memoryUsage().heapUsed));
  registry.pull("nodejs_external_memory_bytes", () => one(process.memoryUsage().external));
  registry.pull("taxgate_event_loop_busy_seconds_total", () => one(performance.eventLoopUtilization().active / 1000));
}
