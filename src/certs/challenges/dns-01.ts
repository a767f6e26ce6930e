import type { Clock } from "../../base/clock.ts";
import { pause } from "../../base/pause.ts";
import type { DnsOptions } from "../options.ts";
import type { DnsLook } from "./dns-look.ts";
import { recordOf, type DnsRecord } from "./dns-record.ts";
import { waitForRecord } from "./dns-wait.ts";
import { createDnsWriter, type HookEnv, type Written } from "./dns-writer.ts";
import type { Challenge } from "./solver.ts";

/** Records that are shown to authorities (RFC 8555 section 8.4). */
export interface Dns01 {
  /** Written and seen, or why not; what was written is taken away again then. */
  present(challenge: Challenge, signal: AbortSignal): Promise<Written>;
  /** Takes away what was written; without a word where nothing was. */
  clear(challenge: Challenge): Promise<Written>;
}

/** What it needs of the world. */
export interface Dns01Env extends HookEnv {
  readonly clock: Clock;
  readonly look: DnsLook;
  /** A record that had to be taken away after a failure could not be. */
  readonly left: (record: DnsRecord, why: string) => void;
}

/** Longest wait where name servers are looked at: some providers' secondaries fetch a zone every few minutes. */
const LOOKED_MS = 300_000;
/** The pause where nothing is looked at. */
const UNSEEN_MS = 30_000;

/** How long a record gets to reach the world, in ms. */
export function propagationOf({ propagation, resolvers }: DnsOptions): number {
  return propagation ?? (resolvers.length > 0 ? LOOKED_MS : UNSEEN_MS);
}

/** Makes one with a certificate's options. */
export function createDns01(options: DnsOptions, { clock, look, left, run, call }: Dns01Env): Dns01 {
  const write = createDnsWriter(options, { run, call });
  /** What may stand in DNS; also what a hook failed to write, for it may have failed behind that. */
  const written = new Map<string, DnsRecord>();
  const keyOf = ({ name, value }: DnsRecord): string => `${name} ${value}`;

  async function show(record: DnsRecord, signal: AbortSignal): Promise<Written> {
    const done = await write("present", record, signal);
    if (!done.ok) return done;
    const bound = propagationOf(options);
    if (options.resolvers.length > 0) return waitForRecord(record, { resolvers: options.resolvers, bound, look, clock, signal });
    return (await pause(clock, bound, signal)) ? done : { ok: false, why: `waiting for ${record.name} to spread: it was stopped` };
  }

  async function clear(record: DnsRecord): Promise<Written> {
    return written.delete(keyOf(record)) ? write("clear", record) : { ok: true };
  }

  return {
    async present(challenge, signal) {
      if (signal.aborted) return { ok: false, why: "it was stopped" };
      const record = recordOf(challenge);
      written.set(keyOf(record), record);
      const shown = await show(record, signal);
      if (shown.ok) return shown;
      const cleared = await clear(record);
      if (!cleared.ok) left(record, cleared.why);
      return shown;
    },
    clear: (challenge) => clear(recordOf(challenge)),
  };
}
