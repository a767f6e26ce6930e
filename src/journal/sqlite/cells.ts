/*
 * What goes between the event loop and the store's threads: flat lists of primitives and bytes, because their structured
 * clone is cheap.
 */

/** A value as SQLite and structured clone both know it. */
export type Cell = null | number | string | Uint8Array;

/** A row, an operation or an answer, cell by cell. */
export type Cells = readonly Cell[];

/** What a group may ask of the writer: the first cell of each operation. */
export const OPERATION = { insert: 0, update: 1, read: 2, request: 3, keepProfile: 4, profile: 5, forget: 6, subtract: 7, epoch: 8, heartbeat: 9, stats: 10, items: 11, holders: 12 } as const;

/** Operations that change nothing: they go on where nothing can be written. */
export const READ_ONLY: ReadonlySet<Cell> = new Set([OPERATION.read, OPERATION.request, OPERATION.profile, OPERATION.stats, OPERATION.items, OPERATION.holders]);

/** A new entry. */
export type InsertCells = readonly [
  kind: number, id: string, revision: number, state: number, detail: string | null, site: string, route: string, region: string, profile: string,
  fingerprint: string, key: string, scope: string, taxpayer: string | null, lane: string | null, principal: string | null,
  fields: Uint8Array | null, content: Uint8Array | null, /** JSON: id, fingerprint, key and `after` of each. */ items: string | null,
];

/** What an update does with the answer. */
export const ANSWER = { keep: 0, set: 1, clear: 2 } as const;

/** A change; null in `attempts`, `endpoint` and `content` leaves them, and `brief` wants no more than {@link UpdatedCells}. */
export type UpdateCells = readonly [
  kind: number, id: string, revision: number, fence: number, state: number, detail: string | null, take: number, attempts: number | null,
  endpoint: string | null, answerMode: number, answer: Uint8Array | null, drop: number, fields: Uint8Array | null, content: Uint8Array | null, brief: number,
  /** JSON: id, outcome, reference and `until` of each. */
  items: string | null,
];

/** What a brief reply to an update says. */
export type UpdatedCells = readonly [fence: number, attempts: number, updated: number];

/** An entry with its names written out. */
export type EntryCells = readonly [
  sequence: number, id: string, revision: number, site: string, route: string, region: string, profile: string, taxpayer: string | null,
  lane: string | null, principal: string | null, key: string, scope: string, fingerprint: string, state: number, detail: string | null,
  fence: number, owner: string, attempts: number, endpoint: string, created: number, updated: number, answer: Uint8Array | null,
];

/** Another epoch, see epoch.ts. */
export type EpochCells = readonly [kind: number, journal: string, number: number, life: string, mark: number, finding: string | null];

/** How an operation ended. `fault` carries one row: kind and text. */
export const ENDED = { done: 0, inserted: 1, known: 2, nothing: 3, fault: 4, taken: 5 } as const;

/** Answer to one operation: how it ended, and rows. */
export type Reply = readonly [ended: number, rows: readonly Cells[]];

/** Operations that become durable together. */
export interface Group {
  /** Wall ms. */
  readonly wall: number;
  /** Monotonic ms: how long ago the last try for room was. */
  readonly now: number;
  readonly operations: readonly Cells[];
}

/** What became of a group. */
export interface GroupReply {
  readonly replies: readonly Reply[];
  /** The fault that kept the group, or a part of it, from being written; kind and text. */
  readonly fault: readonly [string, string] | null;
  /** True while new entries are refused for want of room, though changes of known ones may still be written. */
  readonly short: boolean;
  /** The mark and wall ms of the last commit. */
  readonly mark: readonly [mark: number, lastAt: number];
  /** Other living owners and the wall ms of their last heartbeat; null where nobody else can be alive. */
  readonly owners: readonly (readonly [string, number])[] | null;
}

/** The reply that tells of a fault. */
export function faultReply(kind: string, text: string): Reply {
  return [ENDED.fault, [[kind, text]]];
}
