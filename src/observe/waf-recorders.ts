import type { MetricRegistry } from "./registry.ts";

/** A finding of the firewall, as it is counted. */
export interface CountedFinding {
  readonly class: string;
  readonly severity: string;
  readonly mode: string;
}

/** What the firewall's work is counted by. */
export interface WafRecorders {
  /** Counts a request that was looked at. */
  wafJudged(site: string, route: string, result: string): void;
  /** Counts what was found in one. */
  wafFound(findings: readonly CountedFinding[]): void;
  /** Counts what the rules on trial made of one. */
  wafOnTrial(site: string, route: string, result: string): void;
}

/** Makes the recorders on a registry. */
export function wafRecorders(registry: MetricRegistry): WafRecorders {
  const requests = registry.counts("taxgate_waf_requests_total");
  const found = registry.counts("taxgate_waf_findings_total");
  const onTrial = registry.counts("taxgate_waf_trial_total");
  return {
    wafJudged: (site, route, result) => void (requests.at(site, route, result).value += 1),
    wafFound(findings) {
      for (const { class: kind, severity, mode } of findings) found.at(kind, severity, mode).value += 1;
    },
    wafOnTrial: (site, route, result) => void (onTrial.at(site, route, result).value += 1),
  };
}
