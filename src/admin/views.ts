import type { BanViews } from "./ban-views.ts";
import type { CacheViews } from "./cache-views.ts";
import type { CertificateViews } from "./certificate-views.ts";
import type { JournalViews } from "./journal-views.ts";
import type { WafViews } from "./waf-views.ts";

/**
 * What the admin API shows and does, as plain values: the app hands in functions that make them, so that this room
 * knows no other. The shapes are the API's: adding a member is harmless, renaming one is not.
 */

/** An endpoint as the API shows it. */
export interface EndpointView {
  readonly url: string;
  readonly up: boolean;
  /** Why it is out; empty where it is up. */
  readonly reason: string;
  readonly busy: number;
  readonly idle: number;
  /** Calls that may be under way, those that are, and those that wait; null where connections alone bound them. */
  readonly concurrency: { readonly limit: number; readonly inFlight: number; readonly waiting: number } | null;
}

/** A breaker as the API shows it; there is one for each region and route class. */
export interface BreakerView {
  readonly class: string;
  readonly state: "closed" | "half-open" | "open";
}

/** A region as the API shows it. */
export interface RegionView {
  readonly name: string;
  readonly endpoints: readonly EndpointView[];
  readonly breakers: readonly BreakerView[];
}

/** A group of counters that keeps to what the platform allows. */
export interface PaceView {
  readonly group: string;
  /** Counted apart at this moment. */
  readonly scopes: number;
  /** Requests that wait for their turn. */
  readonly waiting: number;
  /** Scopes of which the platform wants to hear nothing now. */
  readonly quiet: number;
  /** Scopes of which the platform has said how much it allows. */
  readonly said: number;
}

/** A limit of callers. */
export interface LimitView {
  readonly name: string;
  /** Keys that are counted apart at this moment. */
  readonly keys: number;
  /** Requests that wait for their turn. */
  readonly waiting: number;
  /** It only tells what it would do. */
  readonly dryRun: boolean;
  readonly shared: boolean;
}

/** The firewall at a glance. */
export interface FirewallView {
  /** For all sites; a site or a route may say otherwise. */
  readonly mode: string;
  /** Sets of rules with their versions. */
  readonly ruleset: string;
  readonly trial: string | null;
}

/** Everything an operator wants to know at a glance. */
export interface StatusView {
  readonly version: string;
  readonly node: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly uptimeSeconds: number;
  /** Number of the configuration in use, from 1. */
  readonly generation: number;
  /** The configuration file. */
  readonly file: string;
  readonly exchangesInFlight: number;
  readonly listeners: readonly { readonly name: string; readonly address: string; readonly tls: boolean }[];
  readonly sites: readonly { readonly name: string; readonly pace: readonly PaceView[]; readonly regions: readonly RegionView[] }[];
  readonly limits: readonly LimitView[];
  /** Whether limits with `shared: true` are kept together with the other Taxgates; `none` where no limit is. */
  readonly sharedLimits: "none" | "up" | "down";
  readonly firewall: FirewallView;
  /** Clients that are shut out; null: nobody is ever. */
  readonly bans: number | null;
  /** Options that differ from the file and act only after a restart. */
  readonly pendingRestart: readonly string[];
}

/** May this instance be sent traffic? */
export interface Readiness {
  readonly ready: boolean;
  /** Why not; shown on the admin listener alone. */
  readonly reasons: readonly string[];
  /** What somebody should see to, although it may; shown there too. */
  readonly notes: readonly string[];
}

/** A mistake in a configuration file. */
export interface ProblemView {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly path: string;
  readonly message: string;
}

/** A private authority that a reload found replaced. */
export interface FoundAuthorityView {
  readonly name: string;
  /** Why the one before stays in use; null: the other one is in use now. */
  readonly kept: string | null;
}

/** What became of a reload. */
export type ReloadResult =
  | { readonly result: "applied"; readonly generation: number; readonly changes: readonly string[]; readonly pendingRestart: readonly string[]; readonly warnings: readonly ProblemView[]; readonly authorities: readonly FoundAuthorityView[] }
  | { readonly result: "unchanged"; readonly generation: number; readonly authorities: readonly FoundAuthorityView[] }
  | { readonly result: "refused"; readonly generation: number; readonly problems: readonly ProblemView[] };

/** Views and actions, handed in by the app. */
export interface AdminViews {
  status(): StatusView;
  ready(): Readiness;
  /** The configuration in its normal form, secrets and hashes taken out. */
  config(): unknown;
  metrics(): Promise<{ readonly contentType: string; readonly body: string }>;
  /** Reads the file again; a broken one changes nothing. */
  reload(): Promise<ReloadResult>;
  /** Begins to drain; returns at once. The process ends when it is done. */
  drain(): void;
  readonly cache: CacheViews;
  readonly journal: JournalViews;
  readonly bans: BanViews;
  readonly waf: WafViews;
  readonly certificates: CertificateViews;
}
