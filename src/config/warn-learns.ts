import type { Path } from "../document/yaml-node.ts";
import type { LearnOptions } from "../journal/options.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import { sitePaths } from "./check-sites.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";

/** Verdicts that nobody tells, and verdicts that a wrong question could tell. */
export function warnOfLearns(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const routes = [...(paths[index] ?? []), "routes"];
    for (const [number, route] of site.routes.entries()) {
      warnOfProvisional(draft, [...routes, number, "submission", "provisional"], route, site);
      for (const [place, rule] of (route.learns ?? []).entries()) warnOfRule(draft, [...routes, number, "learns", place], rule, site);
    }
  }
}

const operationOf = ({ name, submission }: RouteOptions): string => submission?.operation ?? name;

function warnOfProvisional(draft: Draft, at: Path, route: RouteOptions, site: SiteOptions): void {
  const { submission } = route;
  if (submission?.provisional === undefined) return;
  const rules = site.routes.flatMap(({ learns = [] }) => learns.filter(({ of }) => of === operationOf(route)));
  if (rules.length === 0) draft.warn(at, "risky: no route has 'learns' about it, so each of them counts as accepted when its time is over, whatever the platform says");
  else if (submission.reference === undefined && rules.every(({ key, request }) => key.length + request.key.length === 0)) draft.warn(at, "risky: without 'reference' in the submission, or 'key' in a rule, no answer finds it");
}

function warnOfRule(draft: Draft, at: Path, rule: LearnOptions, site: SiteOptions): void {
  const about = site.routes.find((route) => route.submission !== undefined && operationOf(route) === rule.of)?.submission;
  if (about !== undefined && about.provisional === undefined && rule.as === undefined) draft.warn(at, `can never act: '${rule.of}' has no 'provisional', and without 'as' nothing is made of one that is in doubt`);
  const fromRequest = rule.reference?.path !== undefined || rule.reference?.query !== undefined || (rule.reference === undefined && rule.request.reference !== undefined);
  const byStatus = rule.unsent.findIndex(({ json, xml }) => json === undefined && xml === undefined);
  if (byStatus >= 0 && fromRequest && rule.match.length === 0) draft.warn([...at, "unsent", byStatus], "risky: a question in the wrong place gets this status too, and what was issued would be sent again; name what the body says");
  if (byStatus >= 0 && rule.notFoundValidAfter === 0) draft.warn([...at, "unsent", byStatus], "risky: a platform that shows an invoice a moment late would have it sent again; 'notFoundValidAfter' says how late");
  if (rule.notFoundValidAfter > 0 && rule.unsent.length === 0) draft.warn([...at, "notFoundValidAfter"], "can never act: the rule has no 'unsent'");
  const says = rule.unsent.length + rule.rejected.length;
  if (fromRequest && says > 0 && site.identity.taxpayer.length === 0 && rule.match.length === 0) draft.warn([...at, "reference"], "risky: whose number it is stands in the question alone, and the site has no 'identity.taxpayer': a caller that cannot be told from another one could ask for that one's; name it by what the answer says, or state the taxpayer");
}
