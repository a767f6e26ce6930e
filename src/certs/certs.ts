import { every, type Clock, type Timer } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Random } from "../base/random.ts";
import type { CommandRunner } from "../base/run-command.ts";
import { joinAnswers, type ChallengeAnswers } from "./challenges/create-solver.ts";
import type { Authority } from "./authority/authority.ts";
import { createChangeHook, type HookOutcome } from "./change-hook.ts";
import { createChangeHooks } from "./change-hooks.ts";
import { coming, type CertificatesConfig, type Coming } from "./coming.ts";
import { certOf, mintOf, reconsidered, shownOf, statusOf, type CertificateStatus, type Holding, type Mint, type Shown } from "./holding.ts";
import type { KeyPair } from "./key-pair.ts";
import { readLeaf, type Leaf } from "./leaf.ts";
import type { AcmeOptions } from "./options.ts";
import { readyOrdered, type Ordered, type OrderedEvents, type ReadyOrdered } from "./ordered.ts";
import { createRefusedFiles } from "./refused-files.ts";
import type { Keeper } from "./renewal/keeper.ts";
import { takeHolder, type Holder } from "./store/holder.ts";
import { ownStore } from "./store/file-names.ts";
import type { WebhookCaller } from "./webhook.ts";

/*
 * The certificates of this process by their names: those that stand in files, those that are ordered and renewed here, and
 * private authorities. Whoever shows one asks for it by its name, and is told when another is to be shown.
 */

/** Certificates by name, those in use or those of a configuration that is about to be. */
export interface CertificateTable {
  /** Null: no such name, or an authority. */
  shown(name: string): Shown | null;
  /** Null: it is no authority. */
  mint(name: string): Mint | null;
}

/** A configuration that was read and is not in use yet. */
export interface Prepared extends CertificateTable {
  /** Takes it into use. Gives the names for which another certificate is to be shown by now than this table gave: whoever has shown those asks again. Does not throw. */
  apply(): readonly string[];
}

/** What made another certificate be shown: it was renewed, or a configuration that names another was taken into use. */
export type ChangedBy = "renewal" | "configuration";

/** What is told of certificates, by their names. */
export interface CertificateEvents {
  /** Another one is to be shown, or none any more: whoever shows it asks again, where it was renewed. */
  readonly changed: (name: string, leaf: Leaf | null, by: ChangedBy) => void;
  readonly ordering: (name: string, ...order: Parameters<OrderedEvents["ordering"]>) => void;
  readonly ordered: (name: string, ...record: Parameters<OrderedEvents["ordered"]>) => void;
  readonly moved: (name: string, ...state: Parameters<OrderedEvents["moved"]>) => void;
  readonly challenge: (name: string, ...what: Parameters<OrderedEvents["challenge"]>) => void;
  readonly storeFault: OrderedEvents["storeFault"];
  readonly hookRan: (name: string, outcome: HookOutcome) => void;
  /** Another one is there, and is not used: why. */
  readonly kept: (name: string, why: string) => void;
}

/** An authority in whose place another one was found. */
export interface FoundAuthority {
  readonly name: string;
  /** Why the one before stays in use, for people; null: the other one is in use now. */
  readonly kept: string | null;
}

/** What the room needs from outside. */
export interface CertificatesEnv {
  readonly clock: Clock;
  readonly random: Random;
  readonly run: CommandRunner;
  readonly call: WebhookCaller;
  readonly events: CertificateEvents;
}

/** See the top of this file. */
export interface Certificates extends CertificateTable, Stoppable {
  /** What authorities are shown on our listeners. */
  readonly answers: ChallengeAnswers;
  /** Reads what a configuration names, and makes authorities that are not there yet. Rejects with an OperatorError where something is broken; nothing has changed then. */
  prepare(config: CertificatesConfig): Promise<Prepared>;
  /** A configuration was read whose files hold what is used. Takes over what others have put into stores and in the place of authorities; gives the authorities that were found to be others. */
  look(): Promise<readonly FoundAuthority[]>;
  status(): CertificateStatus[];
  /** Notes why what stands in files was refused before it came to `prepare`, by certificate. */
  refuse(reasons: ReadonlyMap<string, string>): void;
  /** A person asks for a new one; null: it is not ordered here. */
  renew(name: string): ReturnType<Keeper["renew"]> | null;
}

/** Other processes that share a store, and people, say nothing: look anyway. */
const LOOK_MS = 10_000;

/** Makes a table without certificates; `prepare` fills it. */
export function createCertificates(env: CertificatesEnv): Certificates {
  const { clock, run, call, events } = env;
  let holdings: ReadonlyMap<string, Holding> = new Map();
  const refused = createRefusedFiles();
  let looking: Timer | null = null;
  let holder: Holder | null = null;
  const hooks = createChangeHooks((name, options) => createChangeHook({ name, options, clock, run, call, ran: (outcome) => events.hookRan(name, outcome) }));
  const ending = new Set<Promise<void>>();

  function changed(name: string, leaf: Leaf | null, by: ChangedBy = "renewal"): void {
    if (leaf !== null) hooks.changed(name, leaf);
    events.changed(name, leaf, by);
  }

  function letGo(holding: Holding): void {
    if (holding.kind !== "acme") return;
    const ended: Promise<void> = holding.ordered.keeper.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  /** What is not the same any more as before ends; the lock of the store keeps the old one and the new one apart meanwhile. */
  function enter(next: ReadonlyMap<string, Coming>): void {
    const before = new Map([...holdings].map(([name, holding]) => [name, certOf(holding)]));
    const kept = new Set([...next.values()].map(({ holding }) => (holding?.kind === "acme" ? holding.ordered : null)));
    for (const holding of holdings.values()) if (holding.kind === "acme" && !kept.has(holding.ordered)) letGo(holding);
    holdings = new Map([...next].map(([name, one]) => [name, one.enter()]));
    for (const [name, holding] of holdings) tellOf(name, certOf(holding), before.get(name));
  }

  /** `before` is undefined for a name that is new. */
  function tellOf(name: string, cert: string | null, before: string | null | undefined): void {
    if (cert !== null && before !== undefined && cert !== before) changed(name, readLeaf(cert), "configuration");
  }

  function lookAround(): void {
    for (const [name, holding] of holdings) {
      const next = reconsidered(holding, clock.wall());
      if (next === null) continue;
      holdings = new Map(holdings).set(name, next);
      changed(name, next.leaf);
    }
    for (const { look } of ordered()) look();
  }

  const ordered = (): Ordered[] => [...holdings.values()].flatMap((holding) => (holding.kind === "acme" ? [holding.ordered] : []));
  return {
    shown: (name) => shownOf(holdings.get(name)),
    mint: (name) => mintOf(holdings.get(name)),
    answers: joinAnswers(() => ordered().map(({ answers }) => answers)),
    async prepare(config) {
      const order = (name: string, options: AcmeOptions, before: KeyPair | null): ReadyOrdered => readyOrdered(options, { ...env, name, directory: ownStore(config.stateDir), holder: (holder ??= takeHolder(ownStore(config.stateDir))), events: eventsOf(name, events, changed) }, before);
      const next = await refused.readAll(config.certificates, (name, options) => coming(name, options, holdings.get(name), { clock, config, kept: events.kept, order }));
      const given = new Map<string, string | null>();
      return {
        shown(name) {
          const shown = next.get(name)?.shown() ?? null;
          given.set(name, shown?.pair?.cert ?? null);
          return shown;
        },
        mint: (name) => mintOf(next.get(name)?.holding ?? undefined),
        apply() {
          hooks.configure(config.certificates);
          enter(next);
          looking ??= every(clock, LOOK_MS, lookAround);
          return [...given].flatMap(([name, cert]) => (next.has(name) && (shownOf(holdings.get(name))?.pair?.cert ?? null) !== cert ? [name] : []));
        },
      };
    },
    async look() {
      refused.forget();
      lookAround();
      const found = await Promise.all([...holdings].flatMap(([name, holding]) => (holding.kind === "authority" ? [lookAt(name, holding.authority, events.kept, changed)] : [])));
      return found.flat();
    },
    status: () => [...holdings].map(([name, holding]) => statusOf(name, holding, refused.why(name))),
    refuse: refused.note,
    renew(name) {
      const holding = holdings.get(name);
      return holding?.kind === "acme" ? holding.ordered.keeper.renew() : null;
    },
    async stop() {
      looking?.cancel();
      await Promise.all([...ordered().map(({ keeper }) => keeper.stop()), hooks.stop(), ...ending]);
    },
  };
}

async function lookAt(name: string, authority: Authority, kept: CertificateEvents["kept"], changed: (name: string, leaf: Leaf) => void): Promise<FoundAuthority[]> {
  const reloaded = await reloadedAuthority(authority);
  if (!reloaded.ok) kept(name, reloaded.why);
  else if (reloaded.changed) changed(name, authority.view().certificate.leaf);
  else return [];
  return [{ name, kept: reloaded.ok ? null : reloaded.why }];
}

/** Nobody waits for it: a fault costs the look alone. */
function reloadedAuthority(authority: Authority): ReturnType<Authority["reload"]> {
  return authority.reload().catch((fault: unknown) => ({ ok: false, why: String(fault) }));
}

function eventsOf(name: string, events: CertificateEvents, changed: (name: string, leaf: Leaf | null) => void): OrderedEvents {
  return {
    changed: (_, leaf) => changed(name, leaf),
    ordering: (order) => events.ordering(name, order),
    ordered: (record) => events.ordered(name, record),
    moved: (state) => events.moved(name, state),
    challenge: (...what) => events.challenge(name, ...what),
    storeFault: events.storeFault,
  };
}
