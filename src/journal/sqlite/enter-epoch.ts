import type { DatabaseSync } from "node:sqlite";
import { decideEpoch, type Epoch, type EpochFinding, type Witness } from "../epoch.ts";
import { namedFault } from "./faults.ts";
import type { Meta } from "./meta.ts";
import { enterOwners, type Owners } from "./owners.ts";

/** A life of the store. */
export interface Life {
  readonly owner: string;
  readonly epoch: Epoch;
  /** What this opening found, or the last that found anything; null where all is well. */
  readonly finding: EpochFinding | null;
}

/** What decides about it. */
export interface Entering {
  /** Null: no witness is kept, and nothing is compared. */
  readonly witness: Witness | "missing" | "damaged" | null;
  readonly exclusive: boolean;
  /** New random text. */
  readonly drawn: string;
  /** Wall ms. */
  readonly wall: number;
}

/** Compares the journal with its witness and begins a new life, durably. Throws a StoreFault where it must not be opened. */
export function enterEpoch(database: DatabaseSync, meta: Meta, { witness, exclusive, drawn, wall }: Entering): { readonly life: Life; readonly owners: Owners } {
  database.exec("BEGIN IMMEDIATE");
  const before = meta.epoch();
  const unwatched = before === null ? "missing" : { ...before.epoch, writtenAt: wall };
  const found = decideEpoch(before?.epoch ?? null, witness ?? unwatched, drawn);
  if (found.next === null) throw namedFault("corrupt", "opening the journal: it belongs to another witness");
  const isWell = found.kind === "same" || found.kind === "fresh";
  const finding = isWell ? (before?.finding ?? null) : JSON.stringify(found);
  meta.setEpoch(found.next, finding, before?.epoch.lastAt ?? wall);
  const owner = `${found.next.number}-${drawn.slice(0, 8)}`;
  const owners = enterOwners(database, owner, exclusive, wall);
  database.exec("COMMIT");
  return { life: { owner, epoch: found.next, finding: finding === null ? null : (JSON.parse(finding) as EpochFinding) }, owners };
}
