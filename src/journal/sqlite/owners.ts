import type { DatabaseSync } from "node:sqlite";

/** Who has the store open. A process that says so is alone; otherwise each gives a heartbeat with its writes. */
export interface Owners {
  /** Gives a heartbeat where one is due. Inside a transaction. */
  write(wall: number): void;
  /** The others and their last heartbeats in wall ms; null where there can be none. */
  others(): readonly (readonly [string, number])[] | null;
  /** Is no longer alive. */
  leave(): void;
}

/** An owner is dead when it has not been heard of for this long, in ms. */
export const OWNER_LEASE = 10_000;

/** A heartbeat is given this often, in ms. */
export const OWNER_HEARTBEAT = 3000;

/** The dead are forgotten after so long, in ms. */
const FORGET_AFTER = 86_400_000;

/** Enters a new life. Inside a transaction. `exclusive`: nobody else has the store open. */
export function enterOwners(database: DatabaseSync, owner: string, exclusive: boolean, wall: number): Owners {
  database.prepare(`DELETE FROM owners WHERE ? OR abs(? - seen) > ${FORGET_AFTER}`).run(exclusive ? 1 : 0, wall);
  database.prepare("INSERT INTO owners (owner, seen) VALUES (?, ?)").run(owner, wall);
  const sign = database.prepare("UPDATE owners SET seen = ? WHERE owner = ?");
  const list = database.prepare("SELECT owner, seen FROM owners WHERE owner <> ?");
  let signed = wall;
  return {
    write(now) {
      if (exclusive || Math.abs(now - signed) < OWNER_HEARTBEAT) return;
      sign.run(now, owner);
      signed = now;
    },
    others: () => (exclusive ? null : list.all(owner).map((row) => [String(row["owner"]), Number(row["seen"])] as const)),
    leave: () => void database.prepare("DELETE FROM owners WHERE owner = ?").run(owner),
  };
}
