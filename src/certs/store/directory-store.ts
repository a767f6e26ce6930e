import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { ensurePrivateDirectory, fillFile, removeFile, writeAtomic, type Done } from "../../base/files.ts";
import { randomHex } from "../../base/random.ts";
import { sweepDrafts } from "../../base/shared-files.ts";
import type { KeyPair } from "../key-pair.ts";
import { parsePair } from "../parsed-pair.ts";
import { createAccounts } from "./accounts.ts";
import { createChallenges } from "./challenges.ts";
import { certificateFolder, lockFolder } from "./file-names.ts";
import { readJsonFile } from "./json-file.ts";
import { createLocks } from "./lock.ts";
import { pairText, readPairFile } from "./pair-file.ts";
import type { CertificateStore, StoredState } from "./store.ts";
import type { Put } from "./put.ts";

/*
 * What is in the directory, for whoever looks in:
 *
 *   certificates/edge/current.pem          the certificate in use, its intermediates, and its key: one file, replaced by one rename
 *   certificates/edge/previous.pem         the one before, which is read where `current.pem` is broken
 *   certificates/edge/state.json           what is known of its renewal: tries, times, the authority's window
 *   accounts/acme.example-0123456789abcdef.json   our account at an authority, with its key
 *   challenges/TOKEN                       what an authority is going to ask for; gone after a day
 *   holder                                 whose locks these are, in the state directory of each process; those of the one before are free
 *   locks/edge/0000000007.json             who renews it now; the highest number counts
 *   .NAME.HEX                              a file that was being written when its process was killed; swept away
 *
 * Directories are 0700 and files 0600. A copy of the directory is a backup; removing a certificate's folder makes it be
 * ordered anew. Nothing is remembered in memory: what another process writes is seen at the next read.
 */

/** What a directory store needs. */
export interface DirectoryStoreEnv {
  readonly directory: string;
  /** Who we are, for people who look at a lock: process and machine. */
  readonly holder: string;
  /** Who held locks before us and is gone, see `takeHolder`. */
  readonly former?: string | null;
  readonly clock: Clock;
  /** Told what is wrong with a file that was passed over, once as long as it stays so. */
  readonly fault?: (fault: { readonly path: string; readonly why: string }) => void;
  /** Ms by which the clocks of processes that share the store may differ; 10 s unless given. */
  readonly margin?: number;
}

/** More than a pair with its chain, twice: the one before is written too. */
const PROOF_BYTES = 64 * 1024;
const CLOCK_MARGIN = 10_000;
const DRAFT_AGE = 600_000;
const DRAFTS_KEPT = 8;

/** Opens a store in a directory, which is made when something is first written. Never throws. */
export function createDirectoryStore({ directory, holder, former = null, clock, fault, margin = CLOCK_MARGIN }: DirectoryStoreEnv): CertificateStore {
  const told = new Map<string, string>();
  const tell = (path: string, why: string): void => {
    if (told.get(path) === why) return;
    told.set(path, why);
    fault?.({ path, why });
  };
  const well = (path: string): void => void told.delete(path);

  const put: Put = (folder, name, text) => {
    const room = ensurePrivateDirectory(directory);
    const made = room.ok ? ensurePrivateDirectory(folder) : room;
    if (!made.ok) return { ok: false, reason: `making '${folder}': ${made.reason}` };
    try {
      writeAtomic(join(folder, name), text);
      sweepDrafts(folder, name, DRAFT_AGE, DRAFTS_KEPT);
      return { ok: true };
    } catch (thrown) {
      return { ok: false, reason: (thrown as Error).message };
    }
  };

  const locks = createLocks({ holder, former, clock, margin, fault: tell });

  function read(name: string): KeyPair | null {
    const folder = certificateFolder(directory, name);
    if (folder === null) return null;
    const path = join(folder, "current.pem");
    const current = readPairFile(path);
    if (current.kind === "pair") {
      well(path);
      return current.pair;
    }
    const previous = readPairFile(join(folder, "previous.pem"));
    if (current.kind === "broken") tell(path, `${current.why}; ${previous.kind === "pair" ? "the one before is used" : "there is none before it"}`);
    else if (previous.kind === "pair") tell(path, "it is gone; the one before is used");
    if (previous.kind === "broken") tell(join(folder, "previous.pem"), previous.why);
    return previous.kind === "pair" ? previous.pair : null;
  }

  function write(name: string, pair: KeyPair): Done {
    const folder = certificateFolder(directory, name);
    if (folder === null) return badName(name);
    const parsing = parsePair(pair);
    if (!parsing.ok) return { ok: false, reason: `writing certificate '${name}': ${parsing.why}` };
    const text = pairText(pair);
    const current = readPairFile(join(folder, "current.pem"));
    if (current.kind === "pair" && current.text === text) return { ok: true };
    // A broken one must not take the place of the last good one.
    const kept = current.kind === "pair" ? put(folder, "previous.pem", current.text) : { ok: true as const };
    return kept.ok ? put(folder, "current.pem", text) : kept;
  }

  return {
    read,
    write,
    writable() {
      const made = ensurePrivateDirectory(directory);
      if (!made.ok) return { ok: false, reason: `making '${directory}': ${made.reason}` };
      const name = `.writable.${randomHex(6)}`;
      const filled = fillFile(join(directory, name), PROOF_BYTES);
      if (!filled.ok) return { ok: false, reason: `writing ${PROOF_BYTES} bytes to '${directory}': ${filled.reason}` };
      sweepDrafts(directory, name, DRAFT_AGE, DRAFTS_KEPT);
      return removeFile(join(directory, name));
    },
    lock(name, ms) {
      const folder = lockFolder(directory, name);
      return folder === null ? null : locks.take(folder, ms);
    },
    state(name) {
      const folder = certificateFolder(directory, name);
      if (folder === null) return null;
      const path = join(folder, "state.json");
      const reading = readJsonFile(path);
      if (reading.kind === "broken") tell(path, `${reading.why}; nothing is known of earlier tries`);
      else well(path);
      return reading.kind === "object" ? reading.value : null;
    },
    writeState(name: string, state: StoredState) {
      const folder = certificateFolder(directory, name);
      return folder === null ? badName(name) : put(folder, "state.json", `${JSON.stringify(state, null, 2)}\n`);
    },
    ...createAccounts(directory, put, tell),
    ...createChallenges(directory, clock, put),
  };
}

function badName(name: string): Done {
  return { ok: false, reason: `writing certificate ${JSON.stringify(name.slice(0, 80))}: the name cannot be one of a file` };
}
