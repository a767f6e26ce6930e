const SIZES: readonly (readonly [string, number])[] = [["GiB", 1024 ** 3], ["MiB", 1024 ** 2], ["KiB", 1024]];
const TIMES: readonly (readonly [string, number])[] = [["d", 86_400], ["h", 3600], ["min", 60]];
/** C0, DEL and C1: a terminal obeys them. */
const CONTROLS = /[\u0000-\u001F\u007F-\u009F]/g;

/** Bytes as a person reads them, to a tenth of the unit. */
export function bytesText(bytes: number): string {
  const [name, size] = SIZES.find(([, each]) => bytes >= each) ?? ["B", 1];
  return size === 1 ? `${bytes} B` : `${(bytes / size).toFixed(1)} ${name}`;
}

/** Seconds as a person reads them, in the two largest units: `1 h 5 min`, `4.2 s`. */
export function secondsText(seconds: number): string {
  const at = TIMES.findIndex(([, each]) => seconds >= each);
  if (at < 0) return `${seconds < 10 ? Math.round(seconds * 10) / 10 : Math.round(seconds)} s`;
  const [name, each] = TIMES[at] as readonly [string, number];
  const [smaller, eachSmaller] = TIMES[at + 1] ?? ["s", 1];
  const rest = Math.floor((seconds % each) / eachSmaller);
  return `${Math.floor(seconds / each)} ${name}${rest === 0 ? "" : ` ${rest} ${smaller}`}`;
}

/** Counts by name, those above 0, in their order; `none` where there are none. */
export function countsText(counts: Readonly<Record<string, number>>): string {
  const above = Object.entries(counts).filter(([, count]) => count > 0);
  return above.length === 0 ? "none" : above.map(([name, count]) => `${name} ${count}`).join(", ");
}

/** A number with its noun. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** Text from callers and platforms, safe to be put on a terminal. */
export function printable(text: string): string {
  return text.replace(CONTROLS, "?");
}
