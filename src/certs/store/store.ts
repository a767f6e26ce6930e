import type { Done } from "../../base/files.ts";
import type { KeyPair } from "../key-pair.ts";

/** Our account at an authority. */
export interface StoredAccount {
  /** The account's address (`kid`); null: the key is there, the account has yet to be made. */
  readonly url: string | null;
  /** Private key, PKCS#8 PEM. */
  readonly key: string;
}

/** What must outlive a restart beside certificates: one JSON file a certificate, opaque here. */
export type StoredState = Readonly<Record<string, unknown>>;

/** A lock that was had. */
export interface StoreLock {
  /** Holds it for longer; false: it was lost, and somebody else may have it. */
  renew(): boolean;
  release(): void;
}

/**
 * Where certificates, keys, accounts and what is known of renewals are kept: files of 0600 below a directory of 0700,
 * replaced as a whole and synced. Several processes may share it.
 */
export interface CertificateStore {
  /** The pair in use; where it is broken, the one before; null: none. */
  read(name: string): KeyPair | null;
  /** Takes a new pair into use; the one before is kept until the next. */
  write(name: string, pair: KeyPair): Done;
  /** Can a pair be written now? Proven by writing one's length and syncing it. */
  writable(): Done;
  /** The lock of a certificate's renewal for so many ms; null: another has it. */
  lock(name: string, ms: number): StoreLock | null;
  account(directory: string): StoredAccount | null;
  writeAccount(directory: string, account: StoredAccount): Done;
  /** Our account there is gone: the key too is thrown away. */
  forgetAccount(directory: string): Done;
  state(name: string): StoredState | null;
  writeState(name: string, state: StoredState): Done;
  /** The key authorization of a token, written by whichever process ordered; null: unknown. */
  challenge(token: string): string | null;
  putChallenge(token: string, keyAuthorization: string): Done;
  dropChallenge(token: string): void;
}
