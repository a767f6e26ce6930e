import type { Clock } from "../base/clock.ts";
import type { Stoppable } from "../base/lifetime.ts";
import type { Log } from "../observe/log.ts";
import type { Metrics } from "../observe/metrics.ts";
import { shownField } from "../waf/fields/shown-field.ts";
import { resultOf, trialResultOf, type Judgement } from "../waf/judgement.ts";
import type { Unadmitted } from "../waf/positive-security.ts";
import type { AlarmOptions } from "../waf/report/options.ts";
import { keepReport } from "../waf/report/report-file.ts";
import { createWafReport, type WafReport } from "../waf/report/report.ts";
import { createShareAlarm, type ShareAlarm } from "../waf/report/share-alarm.ts";
import { createFirewall, fieldsOf, type Firewall } from "../waf/waf.ts";

/** Fields that a line names; the rest is in the count. */
const MOST_FIELDS = 8;

/** The firewall, and what remembers what it did. */
export interface WatchedFirewall {
  readonly firewall: Firewall;
  readonly report: WafReport;
  readonly alarm: ShareAlarm;
}

interface Listeners {
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The firewall of the process with its report, which is kept in `file`, and its alarm. */
export function watchedFirewall(first: AlarmOptions, file: string, { clock, log, metrics }: Listeners & { readonly clock: Clock }): WatchedFirewall & Stoppable {
  const report = createWafReport(clock);
  const kept = keepReport(report, { file, clock, events: {
    setAside: (reason, aside) => log.warn("report of the firewall cannot be read and begins anew", { file, reason, keptAs: aside }),
    unwritable: (reason) => log.warn("report of the firewall cannot be kept", { reason }),
  } });
  const alarm = createShareAlarm(first, clock, ({ share, ...what }) => log.error("the firewall stops an unusual share", { ...what, share: Math.round(share * 1000) / 1000 }));
  metrics.setSource("taxgate_waf_stopped_share", () => alarm.shares().map(({ site, route, share }) => ({ labels: { site, route }, value: share })));
  return { firewall: firewallOf({ log, metrics, report, alarm }), report, alarm, stop: kept.stop };
}

/** The firewall of the process, which tells everybody what it judged. */
function firewallOf({ log, metrics, report, alarm }: Listeners & Pick<WatchedFirewall, "report" | "alarm">): Firewall {
  return createFirewall({
    judged(site, route, judgement, id, hasTrial) {
      const result = resultOf(judgement);
      metrics.wafJudged(site, route, result);
      alarm.count(site, route, judgement?.stops === true ? (judgement.findings[0]?.rule ?? "") : null);
      if (hasTrial) metrics.wafOnTrial(site, route, trialResultOf(judgement));
      if (judgement === null) return;
      report.add({ site, route, judgement, id, hasTrial });
      metrics.wafFound(judgement.findings);
      if (result === "stopped") log.warn("request stopped by the firewall", line(site, route, judgement, id));
      else if (result === "would-stop") log.info("request would be stopped by the firewall", line(site, route, judgement, id));
    },
  }, { unadmitted: (what) => tellUnadmitted({ log, metrics }, what) }, (run) => void setImmediate(run));
}

/** Which list or which rule, and where; never a value of the request. */
function tellUnadmitted({ log, metrics }: { readonly log: Log; readonly metrics: Metrics }, { id, site, route, reason, breach, stops }: Unadmitted): void {
  metrics.admissionRefused(site, route, reason, stops ? "enforce" : "detect");
  const fields = { id, site, route, reason, ...(breach === null ? {} : { where: shownField(breach.where), rule: breach.rule }) };
  const what = breach === null ? "stands on no allowlist" : "is not as it must be";
  if (stops) log.warn(`request ${what}`, fields);
  else log.info(`request ${what} and was let through`, fields);
}

/** Which rules saw something, where, and how much it weighs; never the value. */
function line(site: string, route: string, { ruleset, score, threshold, findings }: Judgement, id: string): Record<string, unknown> {
  const fields = fieldsOf(findings);
  return { id, site, route, score, threshold, rules: [...new Set(findings.map(({ rule }) => rule))], fields: fields.slice(0, MOST_FIELDS), ...(fields.length > MOST_FIELDS ? { moreFields: fields.length - MOST_FIELDS } : {}), ruleset };
}
