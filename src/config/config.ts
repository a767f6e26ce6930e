import type { AdminOptions } from "../admin/options.ts";
import type { CacheOptions } from "../cache/options.ts";
import type { JournalOptions } from "../journal/options.ts";
import type { LogOptions } from "../observe/options.ts";
import type { SiteOptions } from "../pipeline/options.ts";
import type { CertificateOptions, DrainOptions, HealthOptions, ListenerOptions } from "../server/options.ts";

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
