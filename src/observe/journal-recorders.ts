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
  /** Counts a verdict of the platform on what it had taken in. */
  verdictLearnt(site: string, route: string, verdict: string, how: string): void;
  /** Counts a verdict that did not count. */
  verdictIgnored(site: string, route: string, why: string): void;
  /** Counts an answer that was not learnt from. */
  answerUnheard(site: string, route: string, why: string): void;
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
  const verdicts = registry.counts("taxgate_verdicts_total");
  const ignored = registry.counts("taxgate_verdicts_ignored_total");
  const unheard = registry.counts("taxgate_answers_unheard_total");
  const faults = registry.counts("taxgate_journal_faults_total");
  const commits = registry.buckets("taxgate_journal_commit_duration_seconds");
  const groups = registry.buckets("taxgate_journal_group_size");
  return {
    submissionTried: (site, route, result) => void (tried.at(site, route, result).value += 1),
    submissionDoubted: (site, route, cause) => void (doubted.at(site, route, cause).value += 1),
    submissionResolved: (site, route, how) => void (resolved.at(site, route, how).value += 1),
    platformDuplicate: (site, route, means) => void (duplicates.at(site, route, means).value += 1),
    verdictLearnt: (site, route, verdict, how) => void (verdicts.at(site, route, verdict, how).value += 1),
    verdictIgnored: (site, route, why) => void (ignored.at(site, route, why).value += 1),
    answerUnheard: (site, route, why) => void (unheard.at(site, route, why).value += 1),
    deferredEnded: (site, route, how) => void (deferred.at(site, route, how).value += 1),
    journalCommitted(operations, seconds) {
      observe(commits.series.at(), commits.bounds, seconds);
      observe(groups.series.at(), groups.bounds, operations);
    },
    journalFailed: (kind) => void (faults.at(kind).value += 1),
  };
}
