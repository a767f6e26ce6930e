import type { AdminOptions } from "../admin/options.ts";
import type { CacheOptions } from "../cache/options.ts";
import type { CertificateOptions } from "../certs/options.ts";
import type { JournalOptions } from "../journal/options.ts";
import type { LimitOptions } from "../limits/caller/options.ts";
import type { OverloadOptions } from "../limits/overload/options.ts";
import type { LogOptions } from "../observe/options.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { DrainOptions, HealthOptions, ListenerOptions } from "../server/options.ts";
import type { WafOptions } from "../waf/options.ts";
import type { RuleSetsOptions } from "../waf/rules/options.ts";

/** A configuration: checked, complete with its defaults, frozen through and through. Every path in it is absolute. */
export interface Config {
  readonly version: 1;
  readonly stateDir: string;
  readonly listeners: readonly ListenerOptions[];
  readonly admin: AdminOptions;
  readonly health: HealthOptions | null;
  readonly log: LogOptions;
  readonly drain: DrainOptions;
  readonly certificates: Readonly<Record<string, CertificateOptions>>;
  readonly cache: CacheOptions;
  readonly journal: JournalOptions;
  readonly waf: WafOptions;
  /** What stands in the files of rules that `waf` names. */
  readonly ruleSets: RuleSetsOptions;
  /** JSON Schemas that `require` names, by their files. */
  readonly schemas: Readonly<Record<string, unknown>>;
  /** What callers are allowed, by name. */
  readonly limits: Readonly<Record<string, LimitOptions>>;
  readonly overload: OverloadOptions;
  readonly sandbox: boolean;
  readonly sites: readonly SiteOptions[];
}

/** Freezes plain data and everything in it. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}
