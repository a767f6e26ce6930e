import { isLoopback } from "../../base/cidr.ts";
import { clientOf } from "../../base/client-of.ts";
import type { Clock } from "../../base/clock.ts";
import { networkSet, type NetworkSet } from "../../base/network-set.ts";
import type { BanOptions, BanReason } from "./options.ts";
import { createTarpit } from "./tarpit.ts";
import { TimedTable, type Timed } from "./timed-table.ts";

/** A client that is shut out. */
export interface Ban {
  /** An address, or the /64 of an IPv6 client. */
  readonly address: string;
  /** The refusal that was one too many. */
  readonly reason: BanReason;
  /** Wall time, ms. */
  readonly since: number;
  /** Ms from now. */
  readonly left: number;
  /** Requests refused since. */
  readonly refused: number;
}

/** Who is shut out. Outlives configurations. */
export interface Bans {
  /** Ms for which this client is still shut out, and counts its request; 0: it is not. */
  refuses(address: string): number;
  /** The same without counting. */
  isBanned(address: string): boolean;
  /** A request of this client was refused with this code. */
  struck(address: string, code: string): void;
  /** Settles after the time for which a refusal is held back; null: it goes at once. */
  holdBack(): Promise<void> | null;
  /** Those that stand, the ones that end first in front. */
  list(): readonly Ban[];
  /** False where there was none. What was counted against it is forgotten. */
  lift(address: string): boolean;
  /** All of them; how many there were. */
  liftAll(): number;
  /** Null: nobody is banned from now on, and nobody stays so. `proxies` stand for many clients. */
  configure(options: BanOptions | null, proxies: readonly string[]): void;
}

/** What bans need. */
export interface BansEnv {
  readonly clock: Clock;
  readonly banned: (address: string, reason: BanReason, ms: number) => void;
}

const MOST_BANS = 10_000;
const MOST_COUNTED = 50_000;

interface Standing extends Timed {
  readonly reason: BanReason;
  readonly since: number;
  refused: number;
}

/** Strikes of a client in the window since `from`, and in the one before it. */
interface Strikes extends Timed {
  readonly from: number;
  readonly count: number;
  readonly before: number;
}

function oneMore(last: Strikes | null, now: number, per: number): Strikes {
  if (last === null || now >= last.from + 2 * per) return { from: now, count: 1, before: 0, until: now + 2 * per };
  if (now < last.from + per) return { ...last, count: last.count + 1 };
  return { from: last.from + per, count: 1, before: last.count, until: last.from + 3 * per };
}

/** Within the last `per` ms: of the window before as much as reaches into them, as if its strikes lay evenly there. */
function strikesIn({ from, count, before }: Strikes, now: number, per: number): number {
  return count + before * (1 - (now - from) / per);
}

/** Compiled from a configuration. */
interface Policy {
  readonly options: BanOptions;
  readonly reasons: ReadonlySet<string>;
  readonly isExempt: (address: string) => boolean;
}

/** Makes an empty table; nobody is banned before it is configured. */
export function createBans({ clock, banned }: BansEnv): Bans {
  const table = new TimedTable<Standing>(clock, MOST_BANS);
  const counted = new TimedTable<Strikes>(clock, MOST_COUNTED);
  const tarpit = createTarpit(clock);
  let policy: Policy | null = null;

  const find = (address: string): Standing | null => (policy === null || table.size === 0 ? null : table.get(clientOf(address)));

  return {
    refuses(address) {
      const standing = find(address);
      if (standing === null) return 0;
      standing.refused += 1;
      return standing.until - clock.now();
    },
    isBanned: (address) => find(address) !== null,
    struck(address, code) {
      if (policy === null || !policy.reasons.has(code) || policy.isExempt(address)) return;
      const { after, for: ms } = policy.options;
      const client = clientOf(address);
      if (table.get(client) !== null) return;
      const strikes = oneMore(counted.get(client), clock.now(), after.per);
      if (strikesIn(strikes, clock.now(), after.per) < after.count) return counted.set(client, strikes);
      counted.delete(client);
      table.set(client, { until: clock.now() + ms, reason: code as BanReason, since: clock.wall(), refused: 0 });
      banned(client, code as BanReason, ms);
    },
    holdBack: () => (policy === null ? null : tarpit.enter(policy.options.tarpit, policy.options.maxTarpitted)),
    list: () => table.list().map(([address, { until, reason, since, refused }]) => ({ address, reason, since, left: until - clock.now(), refused })),
    lift(address) {
      const client = clientOf(address);
      counted.delete(client);
      return table.delete(client);
    },
    liftAll() {
      const { length } = table.list();
      table.clear();
      counted.clear();
      return length;
    },
    configure(options, proxies) {
      policy = options === null ? null : { options, reasons: new Set(options.reasons), isExempt: exemptionOf(options, networkSet(proxies, "identity.trustedProxies")) };
      if (policy === null) {
        table.clear();
        counted.clear();
        return;
      }
      for (const [address, { reason }] of table.list()) if (policy.isExempt(address.replace(/\/64$/, "")) || !policy.reasons.has(reason)) table.delete(address);
    },
  };
}

function exemptionOf({ exempt, include }: BanOptions, proxies: NetworkSet): (address: string) => boolean {
  const never = networkSet(exempt, "waf.ban.exempt");
  const all = networkSet(include, "waf.ban.include");
  return (address) => never.has(address) || ((isLoopback(address) || proxies.has(address)) && !all.has(address));
}
