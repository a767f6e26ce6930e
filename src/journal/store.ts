import type { Entry, EntryFacts, EntryState, StateName, StoredAnswer, StoredRequest } from "./entry.ts";
import type { HeldItem, Item, ItemChange, NewItem } from "./batch/items.ts";

/*
 * What the journal asks of a place that keeps entries. One conformance suite tests every implementation. Everything that
 * changes is durable once its promise resolves; a promise that rejects with a StoreFault has changed nothing.
 */

/** A new entry. Its owner is the one that the store was opened for, its fence 1. */
export interface NewEntry extends EntryFacts {
  readonly state: EntryState;
  /** Null where nothing is ever sent by us. */
  readonly request: StoredRequest | null;
  /** Of a batch, in its order. */
  readonly items?: readonly NewItem[];
}

/** What became of a new entry. In all but the first nothing was written. */
export type Insertion =
  | { readonly kind: "inserted"; readonly entry: Entry }
  /** All revisions of its id, the oldest first. */
  | { readonly kind: "known"; readonly entries: readonly Entry[] }
  /** Another entry has an item of the batch, and came after the item's `after`; all that is known of its items, the oldest first. */
  | { readonly kind: "taken"; readonly holders: readonly HeldItem[] };

/** A change of the entry at (id, revision). What is left out stays. */
export interface Change {
  readonly id: string;
  readonly revision: number;
  /** The fence it is made under. Where the entry has another one by now, nothing happens. */
  readonly fence: number;
  /** The entry as it was last seen: what the change leaves alone need not be read again. */
  readonly from?: Entry;
  readonly state: EntryState;
  /** Takes the entry over: its fence is raised by one, and its owner is the one that the store was opened for. */
  readonly take?: boolean;
  readonly attempts?: number;
  readonly endpoint?: string;
  readonly answer?: StoredAnswer | null;
  /** Another request to send in its place: the same content with new credentials. */
  readonly request?: StoredRequest;
  /** Forgets the fields of the request, which hold credentials; its body stays for its retention. */
  readonly dropHeaders?: boolean;
  /** What became of items of a batch; those that are left out stay. */
  readonly items?: readonly ItemChange[];
}

/** Names an entry as it was last seen, for a change. */
export function under(entry: Entry): Pick<Change, "id" | "revision" | "fence" | "from"> {
  return { id: entry.id, revision: entry.revision, fence: entry.fence, from: entry };
}

/** Entries to list; what is left out does not narrow. */
export interface Filter {
  readonly states?: readonly StateName[];
  readonly site?: string;
  readonly route?: string;
  readonly taxpayer?: string;
  readonly region?: string;
  readonly lane?: string;
  /** Any value of the key, or of that of an item. */
  readonly key?: string;
  /** Wall ms: created at or after. */
  readonly from?: number;
  /** Wall ms: created before. */
  readonly to?: number;
  /** Only after this place in the order of claims. */
  readonly after?: number;
}

/** Some entries in the order of claims; `next` is the `after` of the page that follows, null at the end. */
export interface Page {
  readonly entries: readonly Entry[];
  readonly next: number | null;
}

/** The store in numbers. */
export interface StoreStats {
  /** Entries by state, those in archives included. */
  readonly states: Readonly<Record<StateName, number>>;
  /** Wall ms at which the oldest open entry was made, provisional ones left out; null where none is open. */
  readonly oldestOpenAt: number | null;
  /** Wall ms at which the oldest provisional entry was made; null where none awaits its verdict. */
  readonly oldestProvisionalAt: number | null;
  /** Bytes on disk, all files. */
  readonly bytes: number;
}

/** What a check of everything that is stored found. */
export interface Verification {
  readonly entries: number;
  /** One line each: which entry or page, and what is wrong with it. At most 1,000. */
  readonly faults: readonly string[];
}

/** How long things are kept, in ms. */
export interface Retention {
  /** Entries whose outcome is known. */
  readonly outcome: number;
  /** Requests, and answers too large to stay with the outcome. */
  readonly bodies: number;
}

/** Why a store cannot do what it was asked. Closed: it is a metric label. */
export type StoreFaultKind = "full" | "read-only" | "corrupt" | "busy" | "closed" | "io";

/** Says that nothing was written or read, and why; its text tells an operator what to do. */
export class StoreFault extends Error {
  readonly kind: StoreFaultKind;
  constructor(kind: StoreFaultKind, text: string) {
    super(text);
    this.kind = kind;
  }
}

/** A place that keeps entries. */
export interface Store {
  /** Tells this process from others, and from its own earlier lives. */
  readonly owner: string;
  /** Writes an entry that is not there yet: the one of its revision, with no newer one. Exactly one of several callers gets `inserted`. */
  insert(entry: NewEntry): Promise<Insertion>;
  /** Changes an entry; the entry as it is now, or null where the fence is another or there is no such entry. */
  update(change: Change): Promise<Entry | null>;
  /** All revisions, the oldest first. */
  read(id: string): Promise<readonly Entry[]>;
  /** The items of a batch in its order; none of anything else. */
  items(id: string, revision: number): Promise<readonly Item[]>;
  /** Every entry that has or had one of these items, the oldest first. */
  holders(ids: readonly string[]): Promise<readonly HeldItem[]>;
  /** What was sent; null where it is not kept (any more). `headers` are empty once they were dropped. */
  request(id: string, revision: number): Promise<StoredRequest | null>;
  /** True while somebody alive works on it: nobody else may take it over. Told from the entry alone. */
  isOwned(entry: Entry): boolean;
  /** At most `limit` entries (1 to 1,000), without their answers. */
  list(filter: Filter, limit: number): Promise<Page>;
  stats(): Promise<StoreStats>;
  /** Remembers a text under its hash: what entries were claimed under. */
  keepProfile(hash: string, text: string): Promise<void>;
  profile(hash: string): Promise<string | null>;
  /** Forgets what is beyond its time, a bounded piece of work each call; false when nothing is left to do. */
  compact(retention: Retention): Promise<boolean>;
  verify(): Promise<Verification>;
  /** Looks whether every entry is found by its key; one line for each fault. Quicker than `verify`: it reads no bodies. */
  checkKeys(): Promise<readonly string[]>;
  /** Copies everything into a new file while work goes on. Rejects where the file exists or cannot be written. */
  backup(file: string): Promise<void>;
  /** Ids of entries that another instance has changed; an embedded store never calls. */
  onChange(listener: (id: string) => void): void;
  /** Whether the last write went well, and the fault where not. */
  fault(): StoreFault | null;
  /** Waits for what was begun. */
  close(): Promise<void>;
}

/** What a store tells about its work: a group of changes made durable together. Times in ms. */
export interface StoreEvents {
  readonly committed: (operations: number, ms: number) => void;
  readonly failed: (fault: StoreFault) => void;
}
