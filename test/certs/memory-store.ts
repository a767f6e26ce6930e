import type { Clock } from "../../src/base/clock.ts";
import type { Done } from "../../src/base/files.ts";
import type { KeyPair } from "../../src/certs/key-pair.ts";
import type { CertificateStore, StoredAccount, StoredState } from "../../src/certs/store/store.ts";

/** A store in memory whose disk can be filled. Several keepers may share it. */
export interface MemoryStore extends CertificateStore {
  /** Nothing can be written. */
  full: boolean;
  /** How often a pair was written. */
  writes: number;
}

/** Makes an empty one; `clock` ends locks. */
export function memoryStore(clock: Clock): MemoryStore {
  const pairs = new Map<string, KeyPair>();
  const accounts = new Map<string, StoredAccount>();
  const states = new Map<string, string>();
  const challenges = new Map<string, string>();
  const locks = new Map<string, { readonly owner: symbol; readonly until: number }>();
  const put = (write: () => void): Done => {
    if (store.full) return { ok: false, reason: "no space left" };
    write();
    return { ok: true };
  };
  const store: MemoryStore = {
    full: false,
    writes: 0,
    read: (name) => pairs.get(name) ?? null,
    write: (name, pair) =>
      put(() => {
        pairs.set(name, pair);
        store.writes++;
      }),
    writable: () => put(() => {}),
    lock(name, ms) {
      const held = locks.get(name);
      if (store.full || (held !== undefined && held.until > clock.wall())) return null;
      const owner = Symbol("owner");
      const isOurs = (): boolean => locks.get(name)?.owner === owner;
      locks.set(name, { owner, until: clock.wall() + ms });
      return {
        renew: () => isOurs() && put(() => locks.set(name, { owner, until: clock.wall() + ms })).ok,
        release: () => void (isOurs() && locks.delete(name)),
      };
    },
    account: (directory) => accounts.get(directory) ?? null,
    writeAccount: (directory, account) => put(() => accounts.set(directory, account)),
    forgetAccount: (directory) => put(() => accounts.delete(directory)),
    state: (name) => JSON.parse(states.get(name) ?? "null") as StoredState | null,
    writeState: (name, state) => put(() => states.set(name, JSON.stringify(state))),
    challenge: (token) => challenges.get(token) ?? null,
    putChallenge: (token, keyAuthorization) => put(() => challenges.set(token, keyAuthorization)),
    dropChallenge: (token) => void challenges.delete(token),
  };
  return store;
}
