import { observe } from "./buckets.ts";
import type { MetricRegistry } from "./registry.ts";

/** What the journal's work is counted by. Durations in seconds. */
export interface JournalRecorders {
  /** Counts what a try of a submission met. */
  submissionTried(site: string, route: string, result: string): void;
  /** Counts a submission that fell into doubt. */
  submissionDoubted(site: string, route: string, cause: string): void;
  /** Counts a doubt that came to its end. */
  submissionResolved(site: string, route: string, how: string): void;
  /** Counts a duplicate that the platform told of. */
  platformDuplicate(site: string, route: string, means: string): void;
  /** Counts a deferred submission that is over. */
  deferredEnded(site: string, route: string, how: string): void;
  /** Counts a group of changes that became durable together. */
  journalCommitted(operations: number, seconds: number): void;
  /** Counts a group that could not be written. */
  journalFailed(kind: string): void;
}

/** Makes the recorders on a registry. */
export function journalRecorders(registry: MetricRegistry): JournalRecorders {
  const tried = registry.counts("taxgate_submissions_total");
  const doubted = registry.counts("taxgate_submissions_in_doubt_total");
  const resolved = registry.counts("taxgate_submissions_resolved_total");
  const duplicates = registry.counts("taxgate_platform_duplicates_total");
  const deferred = registry.counts("taxgate_deferred_total");
  const faults = registry.counts("taxgate_journal_faults_total");
  const commits = registry.buckets("taxgate_journal_commit_duration_seconds");
  const groups = registry.buckets("taxgate_journal_group_size");
  return {
    submissionTried: (site, route, result) => void (tried.at(site, route, result).value += 1),
    submissionDoubted: (site, route, cause) => void (doubted.at(site, route, cause).value += 1),
    submissionResolved: (site, route, how) => void (resolved.at(site, route, how).value += 1),
    platformDuplicate: (site, route, means) => void (duplicates.at(site, route, means).value += 1),
    deferredEnded: (site, route, how) => void (deferred.at(site, route, how).value += 1),
    journalCommitted(operations, seconds) {
      observe(commits.series.at(), commits.bounds, seconds);
      observe(groups.series.at(), groups.bounds, operations);
    },
    journalFailed: (kind) => void (faults.at(kind).value += 1),
  };
}
