import type { Clock } from "../base/clock.ts";
import { openAuthority } from "./authority/authority.ts";
import { authorityDirectory } from "./authority/authority-file.ts";
import { interceptedHosts, type Intercepting } from "./authority/intercepted-hosts.ts";
import { heldPair, shownOf, shownPair, type Holding, type Shown } from "./holding.ts";
import type { KeyPair } from "./key-pair.ts";
import { readKeyPair } from "./key-pairs.ts";
import { authorityOf, type AcmeOptions, type CertificateOptions } from "./options.ts";
import type { ReadyOrdered } from "./ordered.ts";
import { succession } from "./succession.ts";

/** What a configuration says of certificates. */
export interface CertificatesConfig {
  readonly stateDir: string;
  readonly certificates: Readonly<Record<string, CertificateOptions>>;
  readonly listeners: readonly Intercepting[];
}

/** A certificate of a configuration that is about to be: how it comes into use. */
export interface Coming {
  /** Null: it is made by `enter`, because it begins to work at once. */
  readonly holding: Holding | null;
  /** What is shown under its name from then on, as far as is known now; null: it is an authority. */
  readonly shown: () => Shown | null;
  /** Does not throw. */
  readonly enter: () => Holding;
}

/** What it needs. */
export interface ComingEnv {
  readonly clock: Clock;
  readonly config: CertificatesConfig;
  /** Another one is there, and is not used: why. */
  readonly kept: (name: string, why: string) => void;
  /** `before` lies in another store than the one that these options name. */
  readonly order: (name: string, options: AcmeOptions, before: KeyPair | null) => ReadyOrdered;
}

/** Reads what a name stands for; `before` is what it stands for now. Rejects with an OperatorError where it is broken, and then nothing has changed. */
export async function coming(name: string, options: CertificateOptions, before: Holding | undefined, env: ComingEnv): Promise<Coming> {
  if (options.files !== undefined) return comingFiles(name, options.files, before, env);
  if (options.acme !== undefined) return comingOrdered(name, options.acme, before, env);
  return comingAuthority(name, options, before, env);
}

function comingFiles(name: string, files: NonNullable<CertificateOptions["files"]>, before: Holding | undefined, { clock, kept }: ComingEnv): Coming {
  const old = before?.kind === "files" ? before.pair : null;
  const found = readKeyPair(name, files);
  const next = succession(found, old, clock.wall());
  if (next.kept !== null) kept(name, next.kept);
  const holding = heldPair(next.pair, next.kept === null ? null : { pair: found, why: next.kept });
  return { holding, shown: () => shownOf(holding), enter: () => holding };
}

function comingOrdered(name: string, options: AcmeOptions, before: Holding | undefined, { order }: ComingEnv): Coming {
  const configure = before?.kind === "acme" ? before.ordered.configure(options) : null;
  if (before?.kind === "acme" && configure !== null) {
    const holding: Holding = { ...before, domains: options.domains };
    return {
      holding,
      shown: () => shownOf(holding),
      enter() {
        configure();
        return holding;
      },
    };
  }
  const meanwhile = shownOf(before)?.pair ?? null;
  const ready = order(name, options, before?.kind === "acme" ? meanwhile : null);
  return {
    holding: null,
    shown: () => shownPair(ready.pair ?? meanwhile, options.domains),
    enter: () => ({ kind: "acme", ordered: ready.begin(), domains: options.domains, meanwhile }),
  };
}

async function comingAuthority(name: string, written: CertificateOptions, before: Holding | undefined, { clock, config }: ComingEnv): Promise<Coming> {
  const options = authorityOf(written);
  if (options === null) throw new Error(`certificate '${name}' was checked and is of no kind`);
  const hosts = interceptedHosts(config.listeners, name);
  const same = before?.kind === "authority" && JSON.stringify(before.options) === JSON.stringify(options) ? before.authority : null;
  const authority = same ?? (await openAuthority({ name, options, hosts, directory: authorityDirectory(config.stateDir, name), clock }));
  const holding: Holding = { kind: "authority", authority, options };
  return {
    holding,
    shown: () => null,
    enter() {
      authority.configure(hosts);
      return holding;
    },
  };
}
