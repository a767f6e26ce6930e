import { OPEN_STATES, STATES, type Entry, type StateName, type StoredRequest } from "../../src/journal/entry.ts";
import { StoreFault, type Change, type Filter, type Insertion, type NewEntry, type Page, type Retention, type Store, type StoreEvents, type StoreStats } from "../../src/journal/store.ts";
import { areTaken, changedItems, holdersIn, withItems, type MemoryItems } from "./memory-items.ts";

/** Where a model test takes a hand in. */
export interface MemoryHooks {
  /** Wall ms. */
  readonly now: () => number;
  /** Before a group becomes durable: waits, or throws a StoreFault, which fails the group without a trace. */
  readonly commit?: () => Promise<void> | void;
  readonly events?: StoreEvents;
}

/** A store in memory for model tests. */
export interface MemoryStore extends Store {
  /** Kills this life: nothing that is pending is ever answered. The next life holds what was durable, and nothing else. */
  crash(): MemoryStore;
  /** Another store, on what is durable now. */
  copy(): MemoryStore;
  /** What is durable now, in the order of claims. */
  peek(): readonly Entry[];
}

/** What survives a crash. Values are frozen copies, so a life that is gone cannot change them. */
interface Disk {
  readonly entries: readonly Entry[];
  readonly requests: ReadonlyMap<number, StoredRequest>;
  readonly profiles: ReadonlyMap<string, string>;
  readonly items: MemoryItems;
  readonly sequence: number;
  readonly lives: number;
}

/** An operation gives the disk as it is after it, and its answer. */
type Work<T> = (disk: Disk) => readonly [Disk, T];

interface Waiting {
  readonly run: (disk: Disk) => Disk;
  readonly done: () => void;
  readonly failed: (fault: unknown) => void;
}

const EMPTY: Disk = { entries: [], requests: new Map(), profiles: new Map(), items: new Map(), sequence: 0, lives: 0 };

/** Opens an empty store, or the next life of one. */
export function openMemoryStore(hooks: MemoryHooks, before: Disk = EMPTY): MemoryStore {
  let disk: Disk = { ...before, lives: before.lives + 1 };
  const owner = `${disk.lives}-memory`;
  let waiting: Waiting[] = [];
  let working: Promise<void> | null = null;
  let state: "open" | "closing" | "dead" = "open";
  let fault: StoreFault | null = null;

  function ask<T>(work: Work<T>): Promise<T> {
    if (state === "closing") return Promise.reject(new StoreFault("closed", "using the journal: it is closed"));
    return new Promise((resolve, reject) => {
      let answer: T;
      const run = (disk: Disk): Disk => {
        const [next, given] = work(disk);
        answer = given;
        return next;
      };
      waiting.push({ run, done: () => resolve(structuredClone(answer)), failed: reject });
      working ??= commitAll();
    });
  }

  async function commitAll(): Promise<void> {
    await Promise.resolve(); // the rest of this turn shares the first commit
    while (waiting.length > 0 && !isDead()) await commitGroup(waiting.splice(0));
    working = null;
  }

  /** Nothing is changed before the hook lets it through, and all of it at once after. */
  async function commitGroup(group: readonly Waiting[]): Promise<void> {
    try {
      await hooks.commit?.();
      if (isDead()) return;
      disk = group.reduce((disk, { run }) => run(disk), disk);
      fault = null;
      hooks.events?.committed(group.length, 0);
      for (const { done } of group) done();
    } catch (thrown) {
      if (isDead()) return;
      fault = thrown instanceof StoreFault ? thrown : new StoreFault("io", String(thrown));
      hooks.events?.failed(fault);
      for (const { failed } of group) failed(fault);
    }
  }

  const isDead = (): boolean => state === "dead";
  const entry = { owner, now: hooks.now };
  return {
    owner,
    insert: (given) => withCopy(given, (copy) => ask((disk) => insert(disk, copy, entry))),
    update: (change) => withCopy(change, (copy) => ask((disk) => update(disk, copy, entry))),
    read: (id) => ask((disk) => [disk, revisions(disk, id)]),
    items: (id, revision) => ask((disk) => [disk, disk.items.get(revisions(disk, id).find((one) => one.revision === revision)?.sequence ?? 0) ?? []]),
    holders: (ids) => ask((disk) => [disk, holdersIn(disk.items, disk.entries, ids)]),
    request: (id, revision) => ask((disk) => [disk, disk.requests.get(revisions(disk, id).find((one) => one.revision === revision)?.sequence ?? 0) ?? null]),
    isOwned: (given) => given.owner === owner,
    list: (filter, limit) => ask((disk) => [disk, list(disk, filter, limit)]),
    stats: () => ask((disk) => [disk, stats(disk)]),
    keepProfile: (hash, text) => ask((disk) => [{ ...disk, profiles: new Map(disk.profiles).set(hash, text) }, undefined]),
    profile: (hash) => ask((disk) => [disk, disk.profiles.get(hash) ?? null]),
    compact: (retention) => ask((disk) => [compact(disk, retention, hooks.now()), false]),
    checkKeys: () => ask((disk) => [disk, []]),
    verify: () => ask((disk) => [disk, { entries: disk.entries.length, faults: [] }]),
    backup: () => Promise.reject(new StoreFault("io", "copying the journal: it is in memory alone")),
    onChange: () => undefined,
    fault: () => fault,
    async close() {
      if (state === "open") state = "closing";
      await working;
    },
    copy: () => openMemoryStore(hooks, disk),
    peek: () => disk.entries,
    crash() {
      state = "dead";
      waiting = [];
      return openMemoryStore(hooks, disk);
    },
  };
}

/** The caller may change at once what it gave. */
function withCopy<T, R>(given: T, use: (copy: T) => R): R {
  return use(structuredClone(given));
}

interface Writer {
  readonly owner: string;
  readonly now: () => number;
}

function revisions({ entries }: Disk, id: string): Entry[] {
  return entries.filter((entry) => entry.id === id).toSorted((a, b) => a.revision - b.revision);
}

function insert(disk: Disk, { request, items, ...facts }: NewEntry, { owner, now }: Writer): readonly [Disk, Insertion] {
  const known = revisions(disk, facts.id);
  if (known.some(({ revision }) => revision >= facts.revision)) return [disk, { kind: "known", entries: known }];
  const holders = holdersIn(disk.items, disk.entries, (items ?? []).map(({ id }) => id));
  if (areTaken(holders, items ?? [])) return [disk, { kind: "taken", holders }];
  const sequence = disk.sequence + 1;
  const wall = now();
  const entry: Entry = { ...facts, sequence, fence: 1, owner, attempts: 0, endpoint: "", createdAt: wall, updatedAt: wall, answer: null };
  const requests = request === null ? disk.requests : new Map(disk.requests).set(sequence, request);
  const held = items === undefined ? disk.items : withItems(disk.items, sequence, items);
  return [{ ...disk, sequence, requests, items: held, entries: [...disk.entries, entry] }, { kind: "inserted", entry }];
}

function update(disk: Disk, change: Change, { owner, now }: Writer): readonly [Disk, Entry | null] {
  const { id, revision, fence, state, take = false, dropHeaders = false } = change;
  const old = disk.entries.find((entry) => entry.id === id && entry.revision === revision);
  if (old === undefined || old.fence !== fence) return [disk, null];
  const entry: Entry = {
    ...old, state, updatedAt: now(), fence: take ? fence + 1 : fence, owner: take ? owner : old.owner,
    attempts: change.attempts ?? old.attempts, endpoint: change.endpoint ?? old.endpoint, answer: change.answer === undefined ? old.answer : change.answer,
  };
  const request = change.request ?? disk.requests.get(old.sequence);
  const kept = request && { ...request, headers: dropHeaders ? [] : request.headers };
  const requests = kept === undefined ? disk.requests : new Map(disk.requests).set(old.sequence, kept);
  const items = change.items === undefined ? disk.items : changedItems(disk.items, old.sequence, change.items);
  return [{ ...disk, requests, items, entries: disk.entries.map((one) => (one === old ? entry : one)) }, entry];
}

function list({ entries, items }: Disk, filter: Filter, limit: number): Page {
  const hasItem = (entry: Entry): boolean => items.get(entry.sequence)?.some(({ key }) => key.includes(filter.key ?? "")) === true;
  const matching = entries.filter((entry) => matches(entry, hasItem(entry) ? withoutKey(filter) : filter));
  const page = matching.slice(0, limit).map((entry) => ({ ...entry, answer: null }));
  return { entries: page, next: matching.length > limit ? (page.at(-1)?.sequence ?? null) : null };
}

function matches(entry: Entry, { states, key, from, to, after, ...equal }: Filter): boolean {
  return (
    (states === undefined || states.includes(entry.state.kind)) &&
    (key === undefined || entry.key.includes(key)) &&
    entry.createdAt >= (from ?? -Infinity) &&
    entry.createdAt < (to ?? Infinity) &&
    entry.sequence > (after ?? 0) &&
    Object.entries(equal).every(([name, value]) => value === undefined || entry[name as keyof typeof equal] === value)
  );
}

function stats({ entries }: Disk): StoreStats {
  const count = (state: StateName): number => entries.filter((entry) => entry.state.kind === state).length;
  const states = Object.fromEntries(STATES.map((state) => [state, count(state)])) as Record<StateName, number>;
  const oldest = (of: (kind: StateName) => boolean): number | null => entries.find((entry) => of(entry.state.kind))?.createdAt ?? null;
  return { states, oldestOpenAt: oldest((kind) => kind !== "provisional" && OPEN_STATES.has(kind)), oldestProvisionalAt: oldest((kind) => kind === "provisional"), bytes: 0 };
}

function compact(disk: Disk, { outcome, bodies }: Retention, now: number): Disk {
  const old = (entry: Entry, ms: number): boolean => !OPEN_STATES.has(entry.state.kind) && entry.updatedAt < now - ms;
  const gone = new Set(disk.entries.filter((entry) => old(entry, bodies)).map(({ sequence }) => sequence));
  const requests = new Map([...disk.requests].filter(([sequence]) => !gone.has(sequence)));
  return { ...disk, requests, entries: disk.entries.filter((entry) => !old(entry, outcome)) };
}

function withoutKey(filter: Filter): Filter {
  const { key: _key, ...rest } = filter;
  return rest;
}
