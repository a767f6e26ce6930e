import type { RequestToTry, TriedRequest } from "../app/try-request.ts";
import { readBounded, writeAtomic } from "../base/files.ts";
import type { Config } from "../config/config.ts";
import type { Restored } from "../journal/sqlite/restore-backup.ts";
import type { AdminMore, AdminReply, AdminTarget } from "./admin-client.ts";
import type { AuthorityAsked, ShownAuthority } from "./authority-work.ts";
import type { Imported, ImportAsked } from "./import-certificate.ts";

/** One thing that is wrong in a configuration file. */
export interface ProblemLine {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** As much of a configuration as commands show or need. */
export interface ConfigView {
  readonly admin: { readonly bind: { readonly host: string; readonly port: number }; readonly tls?: unknown };
  /** Absolute. */
  readonly stateDir: string;
  readonly listeners: readonly unknown[];
  readonly sites: readonly { readonly regions: readonly unknown[]; readonly routes: readonly unknown[] }[];
}

/** A configuration, or everything that is wrong with it. */
export type Loaded =
  | { readonly ok: true; readonly config: ConfigView; readonly warnings: readonly ProblemLine[] }
  | { readonly ok: false; readonly problems: readonly ProblemLine[] };

/** A configuration with everything that stands in it, or what is wrong with it. */
export type LoadedWhole = { readonly ok: true; readonly config: Config } | { readonly ok: false; readonly problems: readonly ProblemLine[] };

/** One option that differs between two configurations. */
export interface ChangeLine {
  readonly path: string;
  /** What stood there, secrets left out; null where nothing did. */
  readonly before: string | null;
  readonly after: string | null;
  /** True where it acts only after a restart. */
  readonly needsRestart: boolean;
}

/** Two configurations compared, or what is wrong with either. */
export type Compared =
  | { readonly ok: true; readonly changes: readonly ChangeLine[] }
  | { readonly ok: false; readonly problems: readonly ProblemLine[] };

/** A profile as a page, or what is wrong with it. */
export type ShownProfile =
  | { readonly ok: true; readonly name: string; readonly version: string; readonly routes: number; readonly page: string; readonly warnings: readonly ProblemLine[] }
  | { readonly ok: false; readonly problems: readonly ProblemLine[] };

/** A profile that comes with the product. */
export interface ListedProfile {
  readonly name: string;
  readonly version: string;
  readonly title: { readonly en: string; readonly zh: string };
}

/** A set of rules as commands list it. */
export interface ListedRuleSet {
  readonly use: "acting" | "trial";
  readonly name: string;
  readonly classes: Readonly<Record<string, { readonly en: string; readonly zh: string }>>;
  readonly rules: readonly { readonly id: string; readonly class: string; readonly severity: string; readonly mode: string; readonly say: { readonly en: string; readonly zh: string } }[];
}

/** The sets of a configuration, or what is wrong with it. */
export type ListedRules = { readonly ok: true; readonly sets: readonly ListedRuleSet[] } | { readonly ok: false; readonly problems: readonly ProblemLine[] };

/** What the firewall makes of a request, or why that cannot be said. */
export type TriedOrNot = { readonly ok: true; readonly tried: TriedRequest } | { readonly ok: false; readonly reason: string | null; readonly problems: readonly ProblemLine[] };

/** A request that is tried, and the set of rules that is tried on it instead of the configured one. */
export interface TryCall extends RequestToTry {
  readonly ruleset: string | null;
}

type Env = Readonly<Record<string, string | undefined>>;

/** What commands need from the rest of the product; each part is loaded when it is first asked for. */
export interface World {
  /** `pemFiles` "any": whatever stands in certificates, keys and authorities, which need not be there. */
  loadConfig(file: string, env: Env, pemFiles?: "any"): Promise<Loaded>;
  /** For commands that need more than {@link ConfigView}. */
  wholeConfig(file: string, env: Env): Promise<LoadedWhole>;
  /** What is doubtful now about the certificates of a configuration that loads; see certificate-doubts.ts. Rejects with an OperatorError where one is broken. */
  certificateDoubts(file: string, env: Env): Promise<readonly ProblemLine[]>;
  compareConfigs(oldFile: string, newFile: string, env: Env): Promise<Compared>;
  configSchema(): Promise<unknown>;
  builtInProfiles(): Promise<readonly ListedProfile[]>;
  /** A profile by its name or its file. */
  showProfile(nameOrFile: string, language: "en" | "zh", env: Env): Promise<ShownProfile>;
  makeToken(name: string): Promise<{ readonly token: string; readonly hash: string }>;
  /** The text of a small file, or null where it cannot be read. */
  readText(path: string): string | null;
  /** The bytes of a file that may be a request, or null where it cannot be read or is larger than any. */
  readBytes(path: string): Uint8Array | null;
  listRules(file: string, env: Env): Promise<ListedRules>;
  /** Judges a request by the configuration in a file; see try-request.ts. */
  tryRequest(file: string, env: Env, asked: TryCall): Promise<TriedOrNot>;
  callAdmin(target: AdminTarget, method: "GET" | "POST", path: string, more?: AdminMore): Promise<AdminReply>;
  /** Puts a backup in the place of a stopped Taxgate's journal; see restore-journal.ts. */
  restoreJournal(stateDir: string, backup: string): Promise<Restored>;
  /** Shows, makes or replaces a private authority; see authority-work.ts. */
  workOnAuthority(config: Config, asked: AuthorityAsked): Promise<ShownAuthority>;
  /** Takes in new material for a certificate that stands in files; see import-certificate.ts. */
  importCertificate(asked: ImportAsked, env: Env): Promise<Imported>;
  /** Writes a file that anybody may read. Throws an OperatorError. */
  writePublic(path: string, content: string | Uint8Array): void;
  startApp(start: { readonly file: string; readonly env: Env; readonly version: string; readonly say: (text: string) => void }): Promise<{ readonly finished: Promise<number> }>;
}

/** A HAR file holds a session. */
const MOST_RECORDED = 256 * 1024 * 1024;
/** Tokens and certificates are smaller than this. */
const MOST_TEXT = 1024 * 1024;

/** The product itself. Nothing is imported before a command needs it: `version` must not wait for zod. */
export const realWorld: World = {
  async loadConfig(file, env, pemFiles) {
    const { loadConfig } = await import("../config/load.ts");
    return loadConfig(file, env, undefined, pemFiles === "any" ? () => true : undefined);
  },
  async wholeConfig(file, env) {
    const { loadConfig } = await import("../config/load.ts");
    return loadConfig(file, env);
  },
  async certificateDoubts(file, env) {
    const { loadConfig } = await import("../config/load.ts");
    const { certificateDoubts } = await import("./certificate-doubts.ts");
    const loaded = loadConfig(file, env);
    return loaded.ok ? certificateDoubts(file, loaded.config) : [];
  },
  async compareConfigs(oldFile, newFile, env) {
    const { loadConfig } = await import("../config/load.ts");
    const { diffConfig } = await import("../config/diff.ts");
    const before = loadConfig(oldFile, env);
    const after = loadConfig(newFile, env);
    if (before.ok && after.ok) return { ok: true, changes: diffConfig(before.config, after.config, [...before.secrets, ...after.secrets]) };
    return { ok: false, problems: [...(before.ok ? [] : before.problems), ...(after.ok ? [] : after.problems)] };
  },
  async configSchema() {
    const { configSchema } = await import("../config/json-schema.ts");
    return configSchema();
  },
  async builtInProfiles() {
    const { loadProfile } = await import("../config/load-profile.ts");
    const { BUILT_IN_PROFILES } = await import("../config/built-in-profiles.ts");
    return BUILT_IN_PROFILES.flatMap((name) => {
      const loaded = loadProfile(name, {});
      return loaded.ok ? [{ name, version: loaded.profile.version, title: loaded.profile.title }] : [];
    });
  },
  async showProfile(nameOrFile, language, env) {
    const { loadProfile } = await import("../config/load-profile.ts");
    const { profilePage } = await import("../platforms/page.ts");
    const loaded = loadProfile(nameOrFile, env);
    if (!loaded.ok) return loaded;
    const { profile, site, warnings } = loaded;
    return { ok: true, name: profile.profile, version: profile.version, routes: profile.routes.length, page: profilePage(profile, site.routes, language, !/[/\\]|\.ya?ml$/.test(nameOrFile)), warnings };
  },
  async makeToken(name) {
    const { makeToken } = await import("../base/token.ts");
    return makeToken(name);
  },
  readText(path) {
    const reading = readBounded(path, MOST_TEXT);
    return reading.ok ? Buffer.from(reading.bytes).toString("utf8") : null;
  },
  readBytes(path) {
    const reading = readBounded(path, MOST_RECORDED);
    return reading.ok ? reading.bytes : null;
  },
  async listRules(file, env) {
    const { loadConfig } = await import("../config/load.ts");
    const loaded = loadConfig(file, env);
    if (!loaded.ok) return loaded;
    const { acting, trial } = loaded.config.ruleSets;
    return { ok: true, sets: [listed("acting", acting), ...(trial === null ? [] : [listed("trial", trial)])] };
  },
  async tryRequest(file, env, { ruleset, ...asked }) {
    const { tryRecorded } = await import("./try-recorded.ts");
    return tryRecorded(file, env, ruleset, asked);
  },
  async callAdmin(target, method, path, more) {
    const { callAdmin } = await import("./admin-client.ts");
    return callAdmin(target, method, path, more);
  },
  async restoreJournal(stateDir, backup) {
    const { restoreJournal } = await import("./restore-journal.ts");
    return restoreJournal(stateDir, backup);
  },
  async workOnAuthority(config, asked) {
    const { workOnAuthority } = await import("./authority-work.ts");
    return workOnAuthority(config, asked);
  },
  async importCertificate(asked, env) {
    const { importCertificate } = await import("./import-certificate.ts");
    return importCertificate(asked, env);
  },
  writePublic(path, content) {
    writeAtomic(path, content, 0o644);
  },
  async startApp(start) {
    const { startApp } = await import("../app.ts");
    return startApp(start);
  },
};

function listed(use: ListedRuleSet["use"], { name, classes, rules }: Omit<ListedRuleSet, "use">): ListedRuleSet {
  return { use, name, classes, rules: rules.map(({ id, class: kind, severity, mode, say }) => ({ id, class: kind, severity, mode, say })) };
}
