import type { Bind } from "./fields.ts";
import type { Rate } from "./units.ts";

const TIMES: readonly (readonly [string, number])[] = [["y", 31_557_600_000], ["d", 86_400_000], ["h", 3_600_000], ["min", 60_000], ["s", 1000], ["ms", 1]];
const RATE_TIMES = TIMES.filter(([unit]) => unit !== "y" && unit !== "ms");
const SIZES: readonly (readonly [string, number])[] = [["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024], ["GB", 1e9], ["MB", 1e6], ["kB", 1e3], ["B", 1]];

function inLargest(value: number, units: readonly (readonly [string, number])[]): string {
  const [name, size] = units.find(([, each]) => value !== 0 && value % each === 0) ?? units.at(-1) ?? ["", 1];
  return `${value / size}${name}`;
}

/** Milliseconds in the largest unit that leaves no fraction: 120000 is `2min`, 90000 is `90s`. */
export function formatDuration(ms: number): string {
  return inLargest(ms, TIMES);
}

/** Bytes in the largest unit that leaves no fraction. */
export function formatBytes(bytes: number): string {
  return inLargest(bytes, SIZES);
}

/** An address and port; IPv6 stands in brackets. */
export function formatBind({ host, port }: Bind): string {
  return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** A rate such as `100/s` or `50/30d`. */
export function formatRate({ count, per }: Rate): string {
  const [unit, size] = RATE_TIMES.find(([, ms]) => per % ms === 0) ?? ["s", 1000];
  return `${count}/${per === size ? "" : per / size}${unit}`;
}
