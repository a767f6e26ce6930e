import type { CommandRunner } from "../base/run-command.ts";
import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { createIssuer } from "./acme/create-issuer.ts";
import type { Issuer } from "./acme/issuer.ts";
import { createSolver, type ChallengeAnswers } from "./challenges/create-solver.ts";
import type { Solver } from "./challenges/solver.ts";
import type { KeyPair } from "./key-pair.ts";
import { readAuthorities } from "./read-authorities.ts";
import { ACME_DIRECTORIES, type AcmeOptions } from "./options.ts";
import { prove } from "./prove.ts";
import { createKeeper, type Keeper } from "./renewal/keeper.ts";
import type { KeeperEvents } from "./renewal/keeper-status.ts";
import type { Settings } from "./renewal/next-try.ts";
import { createDirectoryStore } from "./store/directory-store.ts";
import type { Holder } from "./store/holder.ts";
import type { CertificateStore } from "./store/store.ts";
import type { WebhookCaller } from "./webhook.ts";

/** A certificate that is ordered and renewed here. */
export interface Ordered {
  readonly keeper: Keeper;
  /** What its authority is shown on our listeners. */
  readonly answers: ChallengeAnswers;
  /** Reads what other options name, and gives what takes them into use; null: they need another one. Throws an OperatorError where a file cannot be read. */
  configure(options: AcmeOptions): (() => void) | null;
  /** Takes over what another process put into the store. */
  look(): void;
}

/** One that is ready to begin. */
export interface ReadyOrdered {
  /** What will be shown at first; null: nothing. */
  readonly pair: KeyPair | null;
  begin(): Ordered;
}

/** What is told beside what the keeper tells. */
export interface OrderedEvents extends KeeperEvents {
  /** What was shown to an authority stays behind, or other processes cannot show it too. */
  readonly challenge: (what: "left" | "alone", name: string, why: string) => void;
  /** A file of the store is broken and was passed over. */
  readonly storeFault: (path: string, why: string) => void;
}

/** What it needs. */
export interface OrderedEnv {
  readonly name: string;
  /** The state directory's own store. */
  readonly directory: string;
  /** Who we are, for other processes that share the store. */
  readonly holder: Holder;
  readonly clock: Clock;
  readonly random: Random;
  readonly run: CommandRunner;
  readonly call: WebhookCaller;
  readonly events: OrderedEvents;
}

/**
 * Opens its store and reads what its options name; nothing is changed before it begins. `before` was ordered under the same
 * name and lies in another store, which it moves over from. Throws an OperatorError where a file cannot be read.
 */
export function readyOrdered(options: AcmeOptions, env: OrderedEnv, before: KeyPair | null): ReadyOrdered {
  const { name, clock, random, events } = env;
  const store = createDirectoryStore({ directory: options.store ?? env.directory, holder: env.holder.name, former: env.holder.former, clock, fault: ({ path, why }) => events.storeFault(path, why) });
  const solver = createSolver({
    store,
    dns: options.challenge === "dns-01" ? (options.dns ?? null) : null,
    clock, run: env.run, call: env.call,
    events: { left: (_, record, why) => events.challenge("left", record, why), alone: (host, why) => events.challenge("alone", host, why) },
  });
  const parts = { store, solver, clock, random };
  const settings = settingsOf(options, parts);
  const found = store.read(name);
  return {
    pair: found === null ? before : isUsable(found, clock.wall()) ? found : null,
    begin() {
      if (before !== null && store.read(name) === null) store.write(name, before);
      const keeper = createKeeper({ name, store, clock, random, events, ...settings });
      return { keeper, answers: solver, configure: configuring(keeper, options, parts), look: looking(name, store, keeper) };
    },
  };
}

/** Shown by a clock that is behind too, as the keeper does: clients have clocks of their own. */
function isUsable(pair: KeyPair, now: number): boolean {
  const proof = prove(pair, { names: [], now });
  return proof.ok || proof.fault === "not-yet-valid";
}

function configuring(keeper: Keeper, options: AcmeOptions, parts: Parts): Ordered["configure"] {
  const identity = identityOf(options);
  return (next) => {
    if (identityOf(next) !== identity) return null;
    const settings = settingsOf(next, parts);
    return () => keeper.configure(settings);
  };
}

/** The keeper is woken for what it has not seen: what it refused once it looks at again in its own time. */
function looking(name: string, store: CertificateStore, keeper: Keeper): () => void {
  let seen = store.read(name)?.cert ?? null;
  return () => {
    const cert = store.read(name)?.cert ?? null;
    if (cert === seen) return;
    seen = cert;
    if (cert !== null && cert !== keeper.pair()?.cert) keeper.look();
  };
}

/** What a store and a solver are made for: another of these is another certificate. */
function identityOf({ store, challenge, dns }: AcmeOptions): string {
  return JSON.stringify([store ?? null, challenge === "dns-01" ? dns : null]);
}

type Parts = { readonly store: CertificateStore; readonly solver: Solver; readonly clock: Clock; readonly random: Random };
type AuthorityAccess = Pick<AcmeOptions, "directory" | "ca" | "eab" | "profile" | "preferredChain">;

function settingsOf(options: AcmeOptions, parts: Parts): Settings {
  const issuerOf = (access: AuthorityAccess): Issuer =>
    createIssuer({
      directory: ACME_DIRECTORIES[access.directory] ?? access.directory,
      access: { ca: access.ca === undefined ? null : readAuthorities(access.ca), eab: access.eab ?? null, profile: access.profile ?? null, preferredChain: access.preferredChain ?? null },
      email: options.email ?? null,
      accounts: parts.store,
      ...parts,
    });
  const rehearsed: AuthorityAccess | null = options.rehearse === undefined ? null : { directory: options.rehearse, ca: options.ca, profile: options.profile };
  return { options, issuers: [issuerOf(options), ...options.fallback.map(issuerOf)], rehearsal: rehearsed === null ? null : issuerOf(rehearsed) };
}
