import { z } from "zod";
import { makeKey } from "../make-key.ts";
import type { CertificateStore } from "../store/store.ts";
import { done, failed, tame, type Step } from "./fault.ts";
import { readAccountKey, signHs256, type AccountKey } from "./jws.ts";
import { address, readAs } from "./read-answer.ts";
import { post, type SignedEnv } from "./signed-calls.ts";
import { isSecure } from "./transport.ts";

/** Our account at an authority, ready to sign. */
export interface Account {
  readonly key: AccountKey;
  readonly url: string;
}

/** External account binding (RFC 8555 section 7.3.4): ties ours to an account that somebody has with the authority. */
export interface ExternalAccount {
  readonly kid: string;
  /** Base64url; a secret. */
  readonly hmacKey: string;
}

/** Where accounts are kept. */
export type AccountStore = Pick<CertificateStore, "account" | "writeAccount" | "forgetAccount">;

/** What making an account needs. */
export interface AccountEnv {
  /** Address of the directory, by which it is kept. */
  readonly directory: string;
  readonly accounts: AccountStore;
  readonly email: string | null;
  readonly eab: ExternalAccount | null;
}

const DOING = "making an account";

/**
 * The account of the store, or a new one: its key is stored before the authority hears of it, so that a crash in between
 * ends with the same account.
 */
export async function openAccount(env: AccountEnv, calls: SignedEnv): Promise<Step<Account>> {
  const stored = env.accounts.account(env.directory);
  const key = stored === null ? null : readAccountKey(stored.key);
  if (stored !== null && key !== null && stored.url !== null && isSecure(stored.url)) return done({ key, url: stored.url });
  if (calls.directory.meta.externalAccountRequired === true && env.eab === null) {
    return failed("refused", `${DOING}: the authority wants an external account: write the 'eab' that it gave out`);
  }
  return stored !== null && key !== null ? register(env, calls, key, stored.key) : registerNew(env, calls);
}

async function registerNew(env: AccountEnv, calls: SignedEnv): Promise<Step<Account>> {
  const { pem } = await makeKey("ecdsa-p256");
  const key = readAccountKey(pem);
  if (key === null) throw new Error("making an account key: it cannot be read back");
  const written = env.accounts.writeAccount(env.directory, { url: null, key: pem });
  return written.ok ? register(env, calls, key, pem) : failed("challenge", `${DOING}: storing its key: ${written.reason}`);
}

async function register(env: AccountEnv, calls: SignedEnv, key: AccountKey, pem: string): Promise<Step<Account>> {
  const url = calls.directory.newAccount;
  const payload = {
    termsOfServiceAgreed: true,
    ...(env.email === null ? {} : { contact: [`mailto:${env.email}`] }),
    ...(env.eab === null ? {} : { externalAccountBinding: signHs256(env.eab.hmacKey, { kid: env.eab.kid, url }, key.jwk) }),
  };
  const step = await post(calls, { key, url: null }, { url, payload, doing: DOING });
  if (!step.ok) return step;
  const body = readAs(z.object({ status: z.string().max(50) }), DOING, step.value);
  if (!body.ok) return body;
  if (body.value.status !== "valid") return failed("refused", `${DOING}: the authority has it as '${tame(body.value.status)}'`);
  const place = address.safeParse(step.value.header("location"));
  if (!place.success) return failed("server", `${DOING}: the answer does not say where the account is`);
  const written = env.accounts.writeAccount(env.directory, { url: place.data, key: pem });
  return written.ok ? done({ key, url: place.data }) : failed("challenge", `${DOING}: storing it: ${written.reason}`);
}

/** The authority does not know this account: it is forgotten, unless another process has already made a new one. */
export function forgetAccount({ accounts, directory }: AccountEnv, url: string): void {
  if (accounts.account(directory)?.url === url) accounts.forgetAccount(directory);
}
