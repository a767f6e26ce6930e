import assert from "node:assert/strict";
import { manualClock, type ManualClock } from "../../../src/base/clock.ts";
import { seededRandom, type Random } from "../../../src/base/random.ts";
import type { AcmeFailure, Issuer, IssueRequest, IssueResult, RenewalInfoResult } from "../../../src/certs/acme/issuer.ts";
import type { KeyPair } from "../../../src/certs/key-pair.ts";
import type { AcmeOptions } from "../../../src/certs/options.ts";
import { createKeeper, type Keeper, type KeeperEnv } from "../../../src/certs/renewal/keeper.ts";
import type { KeeperState } from "../../../src/certs/renewal/keeper-state.ts";
import type { OrderBegun, OrderRecord } from "../../../src/certs/renewal/place-order.ts";
import type { CertificateStore } from "../../../src/certs/store/store.ts";
import { madeAuthority, madeKey, madeLeaf, pairOf, type Made } from "../made-pair.ts";
import { memoryStore } from "../memory-store.ts";

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** Three in the morning. */
export const START = Date.parse("2026-11-20T03:00:00Z");

const key = madeKey();
const root = await madeAuthority("root", { notBefore: Date.UTC(2000, 0), notAfter: Date.UTC(2080, 0) });
const intermediate = await madeAuthority("intermediate", { by: root, notBefore: Date.UTC(2000, 0), notAfter: Date.UTC(2080, 0) });

/** What differs from a pair for gate.example of 90 days from START. */
export interface PairOptions {
  readonly from?: number;
  readonly life?: number;
  readonly names?: readonly string[];
  /** Signs it, and stands behind it. */
  readonly by?: Made;
}

/** A pair that proves itself. */
export async function pair({ from = START, life = 90 * DAY, names = ["gate.example"], by = intermediate }: PairOptions = {}): Promise<KeyPair> {
  return pairOf(await madeLeaf("gate.example", { by, key, names, notBefore: from, notAfter: from + life }), by);
}

/** An intermediate that is valid until then. */
export function intermediateUntil(notAfter: number): Promise<Made> {
  return madeAuthority("short intermediate", { by: root, notBefore: Date.UTC(2000, 0), notAfter });
}

/** The certificate of another key. */
export function wrongKey(good: KeyPair): KeyPair {
  return { cert: good.cert, key: madeKey().privateKey.export({ type: "pkcs8", format: "pem" }) };
}

/** A clock that runs from timer to timer, and lets everything come to rest between. */
export interface WorldClock extends ManualClock {
  /** Moves on, until everything that was due has been done. */
  run(ms: number): Promise<void>;
  /** Lets what is under way come to rest. */
  rest(): Promise<void>;
}

let working = 0;

/** Counts as work until it is done. */
function work<T>(promise: Promise<T>): Promise<T> {
  working++;
  return promise.finally(() => working--);
}

/** Makes one. */
export function worldClock(startWall = START): WorldClock {
  const inner = manualClock(startWall);
  const due = new Set<{ at: number }>();
  async function rest(): Promise<void> {
    for (let quiet = 0, turns = 0; quiet < 3; quiet = working === 0 ? quiet + 1 : 0, turns++) {
      assert.ok(turns < 100_000, "an order does not come to its end");
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return {
    ...inner,
    rest,
    after(ms, run) {
      const entry = { at: inner.now() + ms };
      due.add(entry);
      const timer = inner.after(ms, () => {
        due.delete(entry);
        run();
      });
      return {
        cancel() {
          due.delete(entry);
          timer.cancel();
        },
      };
    },
    async run(ms) {
      const until = inner.now() + ms;
      await rest();
      for (let steps = 0; ; steps++) {
        assert.ok(steps < 20 + ms / SECOND, "timers go round in circles");
        const next = Math.min(...[...due].map(({ at }) => at));
        if (next > until) break;
        inner.advance(Math.max(0, next - inner.now()));
        await rest();
      }
      inner.advance(until - inner.now());
      await rest();
    },
  };
}

/** A failure of an authority. */
export function failure(kind: AcmeFailure["kind"], retryAfter: number | null = null): IssueResult {
  return { ok: false, failure: { kind, detail: `ordering: ${kind}`, retryAfter } };
}

/** An authority that does as its script says. */
export interface ScriptedIssuer extends Issuer {
  /** What was asked of it, and when by the monotonic clock. */
  readonly orders: { readonly at: number; readonly request: IssueRequest }[];
  /** How often renewal information was asked for. */
  looks: number;
  /** What comes of the next orders; unless set a good pair. */
  turn: (request: IssueRequest, signal: AbortSignal, nth: number) => Promise<IssueResult> | IssueResult;
  /** What it says of renewal; nothing unless set. */
  info: () => RenewalInfoResult;
  /** Ms that its certificates live. */
  life: number;
  /** Its own clock, ms since 1970; that of the world unless set. */
  wall: () => number;
}

/** Makes one. */
export function scriptedIssuer(clock: ManualClock, directory = "https://ca.example/directory"): ScriptedIssuer {
  const issuer: ScriptedIssuer = {
    directory,
    orders: [],
    looks: 0,
    life: 90 * DAY,
    wall: () => clock.wall(),
    turn: async ({ identifiers }) => ({ ok: true, pair: await pair({ from: issuer.wall(), life: issuer.life, names: identifiers }) }),
    info: () => ({ kind: "none" }),
    async issue(request, signal) {
      issuer.orders.push({ at: clock.now(), request });
      const turn = issuer.turn(request, signal, issuer.orders.length);
      return hangs.has(turn) ? turn : work(Promise.resolve(turn));
    },
    async renewalInfo() {
      issuer.looks++;
      return issuer.info();
    },
  };
  return issuer;
}

const hangs = new Set<unknown>();

/** An order that never ends, whatever is aborted. */
export function hanging(): Promise<IssueResult> {
  const never = new Promise<IssueResult>(() => {});
  hangs.add(never);
  return never;
}

/** Options of a certificate for gate.example, changed. */
export function options(changes: Partial<AcmeOptions> = {}): AcmeOptions {
  return { directory: "letsencrypt", domains: ["gate.example"], challenge: "http-01", key: "ecdsa-p256", renew: { check: 6 * HOUR, blackouts: [] }, fallback: [], ...changes };
}

/** A keeper with all that it told. */
export interface Kept {
  readonly keeper: Keeper;
  readonly records: OrderRecord[];
  readonly begun: OrderBegun[];
  readonly states: KeeperState[];
  /** What was shown, one after another; null: nothing. */
  readonly shown: (KeyPair | null)[];
}

/** What a test may set. */
export type KeptOptions = Partial<Pick<KeeperEnv, "store" | "issuers" | "rehearsal" | "options" | "random">>;

/** Starts a keeper. */
export function kept(clock: ManualClock, { store = memoryStore(clock), issuers = [scriptedIssuer(clock)], rehearsal = null, options: wanted = options(), random = seededRandom(7) }: KeptOptions = {}): Kept {
  const [records, begun, states, shown]: [OrderRecord[], OrderBegun[], KeeperState[], (KeyPair | null)[]] = [[], [], [], []];
  const events = { changed: (now: KeyPair | null) => shown.push(now), ordering: (order: OrderBegun) => begun.push(order), ordered: (record: OrderRecord) => records.push(record), moved: (state: KeeperState) => states.push(state) };
  const keeper = createKeeper({ name: "edge", options: wanted, store, issuers, rehearsal, clock, random, events });
  return { keeper, records, begun, states, shown };
}

/** Chance that always draws the same. */
export function always(value: number): Random {
  return { next: () => value };
}

/** A store that has this pair. */
export function storeWith(clock: ManualClock, held: KeyPair): CertificateStore & ReturnType<typeof memoryStore> {
  const store = memoryStore(clock);
  assert.ok(store.write("edge", held).ok);
  return store;
}
