import assert from "node:assert/strict";
import { test } from "node:test";
import { METRICS, type MetricName, type MetricSpec } from "../../src/observe/metric-table.ts";
import { ADMISSION_REASONS } from "../../src/waf/allow/admission.ts";
import { TRIAL_RESULTS, WAF_RESULTS } from "../../src/waf/judgement.ts";
import { BREACH_REASONS } from "../../src/waf/require/breach.ts";
import { SEVERITIES } from "../../src/waf/rules/options.ts";

/** The table may not import the rooms whose words it repeats. */
const REPEATED: readonly (readonly [metric: MetricName, label: string, words: readonly string[]])[] = [
  ["taxgate_admission_refused_total", "reason", [...ADMISSION_REASONS, ...BREACH_REASONS]],
  ["taxgate_waf_requests_total", "result", WAF_RESULTS],
  ["taxgate_waf_trial_total", "result", TRIAL_RESULTS],
  ["taxgate_waf_findings_total", "severity", SEVERITIES],
];

for (const [name, label, words] of REPEATED) {
  test(`${name} has every ${label} that there is, and no other`, () => {
    const spec: MetricSpec | undefined = METRICS.find((one) => one.name === name);
    const values = spec?.labels?.find((one) => one.name === label)?.values;
    assert.deepEqual([...(values as readonly string[])].toSorted(), [...words].toSorted());
  });
}
