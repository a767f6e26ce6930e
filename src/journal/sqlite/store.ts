import { randomHex } from "../../base/random.ts";
import { STATES, type Entry, type StateName } from "../entry.ts";
import type { HeldItem } from "../batch/items.ts";
import { raised, type Epoch, type EpochFinding } from "../epoch.ts";
import type { Filter, Page, Retention, Store, StoreStats } from "../store.ts";
import { type Cells, ENDED, type EntryCells, OPERATION, type Reply, type UpdatedCells } from "./cells.ts";
import { type Engine, type EngineOptions, startEngine } from "./engine.ts";
import { heldItems, itemOf } from "./items.ts";
import { changedEntry, entryOf, insertCells, insertedEntry, requestOf, updateCells } from "./wire.ts";

/** How an embedded store is opened. */
export interface SqliteOptions extends EngineOptions {
  /** Told of another epoch, after a backup: the journal has it, the witness is to follow. */
  readonly epochChanged?: (epoch: Epoch) => void;
}

/** An embedded store. */
export interface SqliteStore extends Store {
  /** The epoch with the mark of the last commit. */
  epoch(): Epoch;
  /** What the opening found, or the last one that found anything; null: nothing is missing. */
  readonly finding: EpochFinding | null;
  /** Forgets what was found: a person has seen to it. */
  clearFinding(): Promise<void>;
}

/** Opens the store in a directory. Rejects with a StoreFault where it cannot be written, or is not ours. */
export async function openSqliteStore(options: SqliteOptions): Promise<SqliteStore> {
  const engine = await startEngine(options);
  const { owner, finding } = engine.life;
  let { epoch } = engine.life;
  const present = (): Epoch => ({ ...epoch, mark: engine.mark() });

  async function enter(next: Epoch, kept: EpochFinding | null): Promise<void> {
    const { journal, number, life, mark } = next;
    await engine.write([OPERATION.epoch, journal, number, life, mark, kept && JSON.stringify(kept)], 0);
    epoch = next;
  }

  return {
    owner,
    ...entriesOf(engine),
    ...wholeOf(engine, options),
    isOwned: (entry) => entry.owner === owner || engine.isLiving(entry.owner),
    async backup(file) {
      await engine.longJob("backup", { file });
      await enter(raised(present(), randomHex(8)), finding);
      options.epochChanged?.(present());
    },
    onChange: () => undefined,
    fault: engine.fault,
    close: engine.close,
    epoch: present,
    finding,
    clearFinding: () => enter(present(), null),
  };
}

/** What is done with single entries. */
function entriesOf({ life, write }: Engine): Pick<Store, "insert" | "update" | "read" | "items" | "holders" | "request" | "keepProfile" | "profile"> {
  const kept = new Set<string>();
  return {
    async insert(entry) {
      const [ended, rows] = await write(insertCells(entry), entry.request?.body.length ?? 0);
      if (ended === ENDED.taken) return { kind: "taken", holders: holdersIn(rows) };
      return ended === ENDED.inserted ? { kind: "inserted", entry: insertedEntry(entry, life.owner, rows[0] as Cells) } : { kind: "known", entries: entriesIn(rows) };
    },
    async update(change) {
      const [ended, rows] = await write(updateCells(change), (change.answer?.body.length ?? 0) + (change.request?.body.length ?? 0));
      if (ended === ENDED.nothing) return null;
      if (change.from !== undefined) return changedEntry(change.from, change, life.owner, rows[0] as unknown as UpdatedCells);
      return entryOf(rows[0] as unknown as EntryCells, change.answer);
    },
    read: async (id) => entriesIn((await write([OPERATION.read, id], 0))[1]),
    items: async (id, revision) => (await write([OPERATION.items, id, revision], 0))[1].map(itemOf),
    holders: async (ids) => (ids.length === 0 ? [] : holdersIn((await write([OPERATION.holders, ...ids], 0))[1])),
    async request(id, revision) {
      const [ended, rows] = await write([OPERATION.request, id, revision], 0);
      return ended === ENDED.nothing ? null : requestOf(rows[0] as Cells, id, revision);
    },
    async keepProfile(hash, text) {
      if (kept.has(hash)) return;
      await write([OPERATION.keepProfile, hash, text], text.length);
      kept.add(hash);
    },
    async profile(hash) {
      const [ended, rows] = await write([OPERATION.profile, hash], 0);
      return ended === ENDED.nothing ? null : String(rows[0]?.[0]);
    },
  };
}

function entriesIn(rows: Reply[1]): Entry[] {
  return rows.map((cells) => entryOf(cells as unknown as EntryCells));
}

/** First how many items, then the items, then their entries. */
function holdersIn([[count = 0] = [], ...rows]: Reply[1]): HeldItem[] {
  return heldItems(rows.slice(0, Number(count)), entriesIn(rows.slice(Number(count))));
}

/** What is done with the store as a whole. */
function wholeOf({ write, quickJob, longJob }: Engine, { clock }: SqliteOptions): Pick<Store, "list" | "stats" | "compact" | "verify" | "checkKeys"> {
  return {
    async list(filter: Filter, limit: number): Promise<Page> {
      const { rows, next } = await quickJob("list", { filter, limit: Math.min(1000, Math.max(1, Math.floor(limit))) });
      return { entries: rows.map((cells) => entryOf(cells, null)), next };
    },
    async stats(): Promise<StoreStats> {
      const [, [entries = [], [oldestOpenAt, oldestProvisionalAt, bytes] = []]] = await write([OPERATION.stats], 0);
      const states = Object.fromEntries(STATES.map((state, index) => [state, Number(entries[index] ?? 0)])) as Record<StateName, number>;
      const wallOf = (cell: typeof oldestOpenAt): number | null => (cell === null ? null : Number(cell));
      return { states, oldestOpenAt: wallOf(oldestOpenAt), oldestProvisionalAt: wallOf(oldestProvisionalAt), bytes: Number(bytes) };
    },
    async compact(retention: Retention): Promise<boolean> {
      const { copied, removed, more } = await longJob("archive", { retention, wall: clock.wall() });
      if (copied.length > 0) await write([OPERATION.forget, ...copied], 0);
      for (const [state, entries] of removed.entries()) if (entries > 0) await write([OPERATION.subtract, state, entries], 0);
      return more;
    },
    verify: () => longJob("verify", null),
    checkKeys: () => longJob("checkKeys", null),
  };
}
