import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { Solver } from "../challenges/solver.ts";
import { forgetAccount, openAccount, type Account, type AccountStore, type ExternalAccount } from "./account.ts";
import { createDirectoryKeeper, type DirectoryKeeper } from "./directory.ts";
import { done, failed, tame, type Fault, type Step } from "./fault.ts";
import { fetchCertificate } from "./fetch-certificate.ts";
import { identifiersOf } from "./identifiers.ts";
import type { Issuer, IssueRequest, IssueResult, RenewalInfo, RenewalInfoResult } from "./issuer.ts";
import { createNonces, type Nonces } from "./nonces.ts";
import { newOrder } from "./order.ts";
import { proveNames } from "./prove-names.ts";
import { fetchRenewalInfo } from "./renewal-info.ts";
import { createTransport, type Transport } from "./transport.ts";
import type { KeyPair } from "../key-pair.ts";

/** How we stand with one authority. */
export interface Access {
  /** Authorities to trust for calls to it instead of the system's, PEM; null: the system's. */
  readonly ca: string | null;
  readonly eab: ExternalAccount | null;
  readonly profile: string | null;
  readonly preferredChain: string | null;
}

/** What an issuer needs. */
export interface IssuerEnv {
  /** Address of the directory, https. */
  readonly directory: string;
  readonly access: Access;
  /** Where the authority may write to; null: nowhere. */
  readonly email: string | null;
  readonly accounts: AccountStore;
  readonly solver: Solver;
  readonly clock: Clock;
  readonly random: Random;
}

/** What an issuer knows between two tries. */
interface Memory {
  readonly directories: DirectoryKeeper;
  readonly nonces: Nonces;
}

/** What one try remembers of itself: each mend is done once. */
interface Try {
  readonly startedAt: number;
  account: Account | null;
  /** An order was made: what is not found from here on is the order, which does not come back. */
  ordered: boolean;
  accountMended: boolean;
  directoryMended: boolean;
}

/**
 * Makes the client of one authority (RFC 8555). Bounds: an answer of 256 KiB, a call of 90 s, five minutes of waiting for the
 * names and five for the certificate, beside what the solver takes; connections are closed after each try. An account that the
 * authority has forgotten is made anew, and a directory that has moved is fetched again, each once a try.
 */
export function createIssuer(env: IssuerEnv): Issuer {
  const memory: Memory = { directories: createDirectoryKeeper(env.directory, env.clock), nonces: createNonces() };
  return {
    directory: env.directory,
    async issue(request, signal): Promise<IssueResult> {
      const step = await withTransport(env, signal, (transport) => issueOnce(env, memory, transport, request, signal));
      return step.ok ? { ok: true, pair: step.value } : { ok: false, failure: step.fault.failure };
    },
    async renewalInfo(cert, signal): Promise<RenewalInfoResult> {
      const step = await withTransport(env, signal, (transport) => askOnce(env, memory, transport, cert));
      if (!step.ok) return { kind: "failed", failure: step.fault.failure };
      return step.value === null ? { kind: "none" } : { kind: "info", info: step.value };
    },
  };
}

/** A fault of ours is told like one of the authority: a renewal must not end because of it. */
async function withTransport<T>({ access, clock }: IssuerEnv, signal: AbortSignal, work: (transport: Transport) => Promise<Step<T>>): Promise<Step<T>> {
  const transport = createTransport({ ca: access.ca, clock, signal });
  try {
    return await work(transport);
  } catch (fault) {
    return failed("challenge", `ordering: ${tame(String(fault))}`);
  } finally {
    await transport.close();
  }
}

async function issueOnce(env: IssuerEnv, memory: Memory, transport: Transport, request: IssueRequest, signal: AbortSignal): Promise<Step<KeyPair>> {
  const state: Try = { startedAt: env.clock.now(), account: null, ordered: false, accountMended: false, directoryMended: false };
  for (;;) {
    const step = await attempt(env, memory, { transport, request, signal, state });
    if (step.ok || signal.aborted || !mend(env, memory, state, step.fault)) return step;
  }
}

/** The steps of an order. */
async function attempt(env: IssuerEnv, { directories, nonces }: Memory, { transport, request, signal, state }: { readonly transport: Transport; readonly request: IssueRequest; readonly signal: AbortSignal; readonly state: Try }): Promise<Step<KeyPair>> {
  const { clock, random, solver, access } = env;
  const directory = await directories.get(transport);
  if (!directory.ok) return directory;
  const calls = { transport, directory: directory.value, nonces, clock };
  const account = await openAccount({ directory: env.directory, accounts: env.accounts, email: env.email, eab: access.eab }, calls);
  if (!account.ok) return account;
  state.account = account.value;
  const identifiers = identifiersOf(request.identifiers);
  const order = await newOrder(calls, account.value, { identifiers, profile: access.profile, replaces: request.replaces });
  if (!order.ok) return order;
  state.ordered = true;
  const proving = { ...calls, account: account.value, solver, random, signal };
  const proven = await proveNames(proving, { order: order.value, identifiers, type: request.challenge });
  return proven.ok ? fetchCertificate(proving, order.value, { names: request.identifiers, key: request.key, preferredChain: access.preferredChain }) : proven;
}

/** Does away with what made a try fail; false where nothing can be done, or it was done already. */
function mend(env: IssuerEnv, { directories }: Memory, state: Try, { problem, status }: Fault): boolean {
  if (problem === "accountDoesNotExist" && state.account !== null && !state.accountMended) {
    state.accountMended = true;
    forgetAccount({ directory: env.directory, accounts: env.accounts, email: env.email, eab: env.access.eab }, state.account.url);
    return true;
  }
  // A directory from before this try may name places that are gone; one of this try does not.
  if (status === 404 && !state.ordered && directories.fetchedAt() < state.startedAt && !state.directoryMended) {
    state.directoryMended = true;
    directories.forget();
    return true;
  }
  return false;
}

async function askOnce(env: IssuerEnv, { directories }: Memory, transport: Transport, cert: string): Promise<Step<RenewalInfo | null>> {
  const startedAt = env.clock.now();
  for (;;) {
    const directory = await directories.get(transport);
    if (!directory.ok) return directory;
    const step = await fetchRenewalInfo(cert, { transport, directory: directory.value, clock: env.clock });
    if (step.ok || step.fault.status !== 404) return step;
    // The authority does not know this certificate (any more), unless the place itself has moved.
    if (directories.fetchedAt() >= startedAt) return done(null);
    directories.forget();
  }
}
