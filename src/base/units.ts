const DURATION = /^(\d+(?:\.\d+)?)(ms|s|min|h|d|y)$/;
const BYTES = /^(\d+(?:\.\d+)?)(B|kB|KB|MB|GB|KiB|MiB|GiB)$/;
const RATE = /^(\d+)\/([1-9]\d{0,2})?(s|min|h|d)$/;
const PERCENT = /^(\d+(?:\.\d+)?)%$/;

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000, y: 31_557_600_000 };
const SIZE: Readonly<Record<string, number>> = {
  B: 1, kB: 1e3, KB: 1e3, MB: 1e6, GB: 1e9, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3,
};

function scaled(pattern: RegExp, scale: Readonly<Record<string, number>>, text: string): number | null {
  const match = pattern.exec(text);
  const factor = match === null ? undefined : scale[match[2] ?? ""];
  return match === null || factor === undefined ? null : Number(match[1]) * factor;
}

/** A duration such as `250ms`, `30s`, `5min`, `6y` in milliseconds; null when it is not one. A year has 365.25 days. */
export function parseDuration(text: string): number | null {
  return scaled(DURATION, MS, text);
}

/** A size such as `64KiB` or `5MB` in bytes; null when it is not one. `MB` is decimal, `MiB` is binary. */
export function parseBytes(text: string): number | null {
  const bytes = scaled(BYTES, SIZE, text);
  return bytes === null ? null : Math.floor(bytes);
}

/** How many of something in how many milliseconds. */
export interface Rate {
  readonly count: number;
  readonly per: number;
}

/** A rate such as `100/s`, `12/min` or `50/30d`; null when it is not one. */
export function parseRate(text: string): Rate | null {
  const match = RATE.exec(text);
  const unit = MS[match?.[3] ?? ""];
  return match === null || unit === undefined ? null : { count: Number(match[1]), per: unit * Number(match[2] ?? 1) };
}

/** A share in per cent, such as `20%`, as a number from 0 up; null when it is not one. */
export function parseShare(text: string): number | null {
  const match = PERCENT.exec(text);
  return match === null ? null : Number(match[1]) / 100;
}
