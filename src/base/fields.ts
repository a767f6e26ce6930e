import { z } from "zod";
import { parseAddress } from "./cidr.ts";
import { parseBytes, parseDuration, parseRate, parseShare } from "./units.ts";

/*
 * Building blocks of every room's options.ts. Each says in `want` what it accepts, so that one text serves
 * the error message, the JSON Schema and the console.
 */

/** A string that `parse` turns into a value, or refuses. `want` completes "got X, want …"; `unit` says how to write the value again. */
function written<T>(unit: string, want: string, pattern: string, parse: (text: string) => T | null) {
  return z
    .string({ error: () => want })
    .transform((text, context): T => {
      const value = parse(text);
      if (value !== null) return value;
      context.issues.push({ code: "custom", message: want, input: text });
      return z.NEVER;
    })
    .meta({ type: "string", pattern, description: want, unit });
}

/** A duration with its unit, in milliseconds. `min` and `max` are written the same way. */
export function duration(min = "0ms", max = "100y") {
  const low = parseDuration(min) ?? 0;
  const high = parseDuration(max) ?? Infinity;
  const range = min === "0ms" && max === "100y" ? "" : ` from ${min} to ${max}`;
  return written("duration", `a duration with its unit${range}, such as 250ms, 30s or 5min`, "^[0-9.]+(ms|s|min|h|d|y)$", (text) => {
    const ms = parseDuration(text);
    return ms === null || ms < low || ms > high ? null : ms;
  });
}

/** A size with its unit, in bytes. */
export function bytes(max = "64GiB") {
  const high = parseBytes(max) ?? Infinity;
  return written("bytes", `a size with its unit up to ${max}, such as 64KiB or 5MB`, "^[0-9.]+(B|kB|KB|MB|GB|KiB|MiB|GiB)$", (text) => {
    const size = parseBytes(text);
    return size === null || size > high ? null : size;
  });
}

/** A share from 0 to 1, written `0.5` or `50%`. */
export function share() {
  const want = "a share from 0 to 1, such as 0.5 or 50%";
  return z
    .union([z.number().min(0, { error: () => want }).max(1, { error: () => want }), z.string().regex(/^\d+(\.\d+)?%$/, { error: () => want })], { error: () => want })
    .transform((given, context): number => {
      const value = typeof given === "number" ? given : parseShare(given);
      if (value !== null && value >= 0 && value <= 1) return value;
      context.issues.push({ code: "custom", message: want, input: given });
      return z.NEVER;
    })
    .meta({ description: want, unit: "share" });
}

/** How many in how long, such as `100/s`; see {@link parseRate}. */
export function rate() {
  return written("rate", "a rate such as 100/s, 30/min or 1000/d", "^[0-9]+/([1-9][0-9]{0,2})?(s|min|h|d)$", (text) => {
    const rate = parseRate(text);
    return rate === null || rate.count === 0 ? null : rate;
  });
}

/** A whole number within bounds. */
export function whole(min: number, max: number) {
  const want = `a whole number from ${min} to ${max}`;
  return z.number({ error: () => want }).int({ error: () => want }).min(min, { error: () => want }).max(max, { error: () => want });
}

/** A name that operators choose and metrics carry: letters, digits, dot, dash, underscore. */
export function name(want = "a name of letters, digits, '.', '-' and '_', at most 64 long") {
  return z.string({ error: () => want }).regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, { error: () => want });
}

/** Where to listen. */
export interface Bind {
  readonly host: string;
  readonly port: number;
}

/** Reads `ADDRESS:PORT` or `[IPV6]:PORT`; null when it is neither. */
export function parseBind(text: string): Bind | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const host = match?.[1] ?? match?.[2] ?? "";
  const numeric = match?.[1] !== undefined || /^[0-9.]+$/.test(host);
  return match === null || port > 65_535 || (numeric && parseAddress(host) === null) ? null : { host, port };
}

/** A name server: `ADDRESS`, `ADDRESS:PORT` or `[IPV6]:PORT`, 53 unless written. By its address, because a name would have to be looked up by those who are to be asked. */
export function nameServer() {
  const want = "the address of a name server such as 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53";
  return z.string({ error: () => want }).refine(
    (text) => {
      const found = /^(?:\[([^\]]+)\]|([\d.]+))(?::([1-9]\d{0,4}))?$/.exec(text);
      return parseAddress(found?.[1] ?? found?.[2] ?? text) !== null && Number(found?.[3] ?? 0) <= 65_535;
    },
    { error: () => want },
  );
}

/** `ADDRESS:PORT`, `[IPV6]:PORT`; port 0 lets the system choose. */
export function bind() {
  return written("bind", "an address and port such as 127.0.0.1:8080 or [::]:8443", "^(\\[[0-9A-Fa-f:.]+\\]|[^:]+):[0-9]+$", parseBind);
}
