import { performance } from "node:perf_hooks";
import { output } from "./children.ts";
import { loadCore, type Driven } from "./load.ts";

/** Processes of the load, each with one connection at a time: enough that the client's work and the proxy's overlap. */
export const processes = 4;

/**
 * Makes TLS connections one after another for so long with OpenSSL's own timer, in four processes. One that fails ends its
 * process, and counts as a failure.
 */
export async function handshakes(target: readonly string[], seconds: number): Promise<Driven> {
  const from = performance.now();
  const run = { command: "openssl", args: ["s_time", "-tls1_3", "-time", String(seconds), ...target], core: loadCore };
  const printed = await Promise.all(Array.from({ length: processes }, () => output(run, (seconds + 15) * 1000)));
  return { ...added(printed.map(readTimer)), seconds: (performance.now() - from) / 1000 };
}

/** Connections of one process. */
type Count = Omit<Driven, "seconds">;

function added(counts: readonly Count[]): Count {
  const sum = (of: (count: Count) => number): number => counts.reduce((all, count) => all + of(count), 0);
  return { requests: sum(({ requests }) => requests), failures: sum(({ failures }) => failures), resumed: sum(({ resumed = 0 }) => resumed) };
}

/** Reads what the timer prints: a character a connection, `r` for a resumed one and `*` for others, then their number; without the number it ended early. */
export function readTimer(printed: string): Count {
  const letters = /^[r*]+$/m.exec(printed)?.[0] ?? "";
  const ended = /^\d+ connections in \d+ real seconds/m.test(printed);
  return { requests: letters.length, failures: ended ? 0 : 1, resumed: letters.replaceAll(/[^r]/g, "").length };
}
