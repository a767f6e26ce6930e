import type { Clock } from "../../base/clock.ts";
import { pause } from "../../base/pause.ts";
import { formatDuration } from "../../base/units-text.ts";
import type { DnsLook, DnsSight } from "./dns-look.ts";
import type { DnsRecord } from "./dns-record.ts";
import type { Written } from "./dns-writer.ts";

/** Whom to ask, and for how long. */
export interface DnsWait {
  readonly resolvers: readonly string[];
  /** In ms. */
  readonly bound: number;
  readonly look: DnsLook;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Between two looks, in ms: soon at first, for most servers have it at once. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
/** Values of others that are quoted. */
const MOST_QUOTED = 3;

interface Missing {
  readonly server: string;
  readonly sight: DnsSight;
}

/** Waits until every resolver has had the record; one that has is not asked again. What each of the others says, where the time is up. */
export async function waitForRecord(record: DnsRecord, { resolvers, bound, look, clock, signal }: DnsWait): Promise<Written> {
  const until = clock.now() + bound;
  let left = resolvers;
  for (let next = FIRST_PAUSE_MS; ; next = Math.min(LONGEST_PAUSE_MS, next * 2)) {
    const seen = await Promise.all(left.map(async (server): Promise<Missing> => ({ server, sight: await look(server, record.name, signal) })));
    const missing = seen.filter(({ sight }) => !("values" in sight && sight.values.includes(record.value)));
    if (missing.length === 0) return { ok: true };
    left = missing.map(({ server }) => server);
    const remaining = until - clock.now();
    if (remaining <= 0) return { ok: false, why: tellMissing(record, missing, bound) };
    if (!(await pause(clock, Math.min(next, remaining), signal))) return { ok: false, why: `waiting for ${record.name}: it was stopped` };
  }
}

function tellMissing({ name, value }: DnsRecord, missing: readonly Missing[], bound: number): string {
  const told = missing.map(({ server, sight }) => `${server} says ${tellSight(sight)}`).join("; ");
  return `waiting for the TXT record '${name}' to have the value '${value}': after ${formatDuration(bound)} ${told}`;
}

function tellSight(sight: DnsSight): string {
  if ("fault" in sight) return sight.fault;
  const quoted = sight.values.slice(0, MOST_QUOTED).map((value) => `'${value.slice(0, 100)}'`);
  return `${quoted.join(", ")}${sight.values.length > MOST_QUOTED ? " and others" : ""} only`;
}
