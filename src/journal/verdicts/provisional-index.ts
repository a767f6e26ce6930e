import { hash } from "node:crypto";
import { createIdTable, type IdTable } from "../../base/id-table.ts";
import type { Entry, Provisional } from "../entry.ts";
import type { SubmissionPolicy } from "../policy.ts";

/** An entry that awaits its verdict; its answer is in the store alone. */
export type ProvisionalEntry = Entry & { readonly state: Provisional };

/** One that awaits its verdict, in memory. */
export interface Awaiting {
  /** As it was last seen; of a batch more and more is known until it has its verdict. */
  entry: ProvisionalEntry;
  /** What it was claimed under; null where that is not known any more. */
  readonly policy: SubmissionPolicy | null;
  readonly operation: string;
  /** Monotonic ms at which this process came to know it. */
  readonly knownAt: number;
  /** Monotonic ms after which it counts as accepted: the wall may jump. */
  readonly dueAt: number;
  /** Its verdict is known, and being written. */
  settling: boolean;
}

/** Finds entries that await their verdict by the platform's number, and by their own. */
export interface ProvisionalIndex {
  /** False where it is full. */
  add(one: Awaiting): boolean;
  remove(id: string): Awaiting | undefined;
  get(id: string): Awaiting | undefined;
  /** All of them under the number of an operation: platforms that number by taxpayer or region give one number twice. */
  byReference(site: string, operation: string, reference: string): readonly Awaiting[];
  all(): Iterable<Awaiting>;
  readonly size: number;
  /** Those of them that are batches. */
  readonly batches: number;
}

/** Makes an empty one that holds at most `most`. */
export function createProvisionalIndex(most: number): ProvisionalIndex {
  const byId: IdTable<Awaiting> = createIdTable();
  const byReference: IdTable<readonly Awaiting[]> = createIdTable();
  let batches = 0;

  function unlink(one: Awaiting): void {
    const place = placeOf(one);
    if (place === null) return;
    const left = (byReference.get(place) ?? []).filter((other) => other !== one);
    if (left.length === 0) byReference.delete(place);
    else byReference.set(place, left);
  }

  function remove(id: string): Awaiting | undefined {
    const one = byId.get(id);
    if (one === undefined) return undefined;
    byId.delete(id);
    if (isBatch(one)) batches--;
    unlink(one);
    return one;
  }

  return {
    add(one) {
      const { id } = one.entry;
      remove(id);
      if (byId.size >= most) return false;
      byId.set(id, one);
      if (isBatch(one)) batches++;
      const place = placeOf(one);
      if (place !== null) byReference.set(place, [...(byReference.get(place) ?? []), one]);
      return true;
    },
    remove,
    get: (id) => byId.get(id),
    byReference: (site, operation, reference) => byReference.get(digest(site, operation, reference)) ?? [],
    all: () => byId.values(),
    get size() {
      return byId.size;
    },
    get batches() {
      return batches;
    },
  };
}

/** Whether it is a batch: its items may have verdicts of their own. */
export function isBatch({ policy }: Awaiting): boolean {
  return policy !== null && policy.batch !== null;
}

function placeOf({ entry, operation }: Awaiting): string | null {
  const { reference } = entry.state;
  return reference === null ? null : digest(entry.site, operation, reference);
}

function digest(site: string, operation: string, reference: string): string {
  return hash("sha256", JSON.stringify([site, operation, reference]), "hex").slice(0, 32);
}
