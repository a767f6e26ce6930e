import type { Random } from "../../base/random.ts";
import type { Leaf } from "../leaf.ts";
import type { CertificateStore } from "../store/store.ts";
import type { FailureBook, Room } from "./failure-book.ts";
import { readMemory, storedMemory, type CertificateNotes, type RenewalMemory } from "./renewal-memory.ts";

/** What is known of a certificate's renewal, here and in the store. */
export interface KeptMemory {
  /** What is known of this certificate; of one that was never seen, only what is drawn for it now. */
  notesOf(leaf: Leaf): CertificateNotes;
  value(): RenewalMemory;
  /** Changes it and writes it; where the disk does not take it, it counts here and is written by the next {@link save}. */
  change(patch: Partial<RenewalMemory>): void;
  /** Writes what could not be written. */
  save(): void;
  /** Takes over what another process wrote meanwhile; what we could not write counts more. */
  refresh(room: Room): void;
}

/** Opens the memory of a certificate; failures are kept with it. */
export function openMemory(name: string, store: Pick<CertificateStore, "state" | "writeState">, book: FailureBook, random: Random): KeptMemory {
  let memory = readMemory(null);
  let seen = "";
  let unwritten = false;

  function write(): void {
    memory = { ...memory, failures: book.kept() };
    const stored = storedMemory(memory);
    unwritten = !store.writeState(name, stored).ok;
    if (!unwritten) seen = JSON.stringify(stored);
  }

  return {
    notesOf(leaf) {
      if (memory.certificate?.fingerprint !== leaf.fingerprint) memory = { ...memory, certificate: { fingerprint: leaf.fingerprint, ordered: null, jitter: random.next(), window: null } };
      return memory.certificate as CertificateNotes;
    },
    value: () => memory,
    change(patch) {
      memory = { ...memory, ...patch };
      write();
    },
    save() {
      if (unwritten) write();
    },
    refresh(room) {
      const state = store.state(name);
      const text = JSON.stringify(state);
      if (unwritten || state === null || text === seen) return;
      seen = text;
      memory = readMemory(state);
      book.load(memory.failures, room);
    },
  };
}
