import type { MetricRegistry } from "./registry.ts";

/** What requests are counted by that stand on no allowlist, or are not as they must be. */
export interface AdmissionRecorders {
  /** `action`: enforce where it was stopped, detect where it was only told of. */
  admissionRefused(site: string, route: string, reason: string, action: string): void;
}

/** Makes the recorders on a registry. */
export function admissionRecorders(registry: MetricRegistry): AdmissionRecorders {
  const refused = registry.counts("taxgate_admission_refused_total");
  return { admissionRefused: (site, route, reason, action) => void (refused.at(site, route, reason, action).value += 1) };
}
