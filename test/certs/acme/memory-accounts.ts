import type { AccountStore } from "../../../src/certs/acme/account.ts";
import type { StoredAccount } from "../../../src/certs/store/store.ts";

/** Accounts in memory, and what was done with them. */
export interface MemoryAccounts extends AccountStore {
  readonly steps: readonly string[];
  /** Writing fails with this reason; null: it works. */
  broken: string | null;
}

/** Starts empty, or with an account for every directory. */
export function memoryAccounts(first: StoredAccount | null = null): MemoryAccounts {
  const kept = new Map<string, StoredAccount>();
  const steps: string[] = [];
  const accounts: MemoryAccounts = {
    steps,
    broken: null,
    account: (directory) => kept.get(directory) ?? first,
    writeAccount(directory, account) {
      if (accounts.broken !== null) return { ok: false, reason: accounts.broken };
      steps.push(account.url === null ? "key" : "account");
      kept.set(directory, account);
      return { ok: true };
    },
    forgetAccount(directory) {
      steps.push("forget");
      kept.delete(directory);
      return { ok: true };
    },
  };
  return accounts;
}
