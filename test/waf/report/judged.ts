import type { Judgement } from "../../../src/waf/judgement.ts";
import type { Judged } from "../../../src/waf/report/report.ts";
import { SEVERITY_POINTS, type Severity } from "../../../src/waf/rules/options.ts";
import type { Finding } from "../../../src/waf/rules/tally.ts";

/** What a test says of a finding; the rest is an enforced critical finding of class one in JSON. */
export type SaidFinding = Partial<Finding> & Pick<Finding, "rule" | "field">;

/** A finding. */
export function finding({ rule, field, ...rest }: SaidFinding): Finding {
  const severity: Severity = rest.severity ?? "critical";
  return { rule, field, class: "one", severity, score: SEVERITY_POINTS[severity], place: "json", mode: "enforce", ...rest };
}

/** A judgement of route `issue`; its findings were enough unless the test says otherwise. */
export function judged(id: string, findings: readonly SaidFinding[], { hasTrial = false, route = "issue", ...rest }: Partial<Judgement> & { readonly hasTrial?: boolean; readonly route?: string } = {}): Judged {
  return { site: "china", route, id, hasTrial, judgement: { ruleset: "test@1", score: 5, threshold: 5, stops: true, wouldStop: true, findings: findings.map(finding), trial: null, ...rest } };
}
