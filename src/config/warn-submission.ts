import { isLoopback } from "../base/cidr.ts";
import type { Path } from "../document/yaml-node.ts";
import type { RouteOptions, SiteOptions } from "../pipeline/options.ts";
import { sitePaths } from "./check-sites.ts";
import { isChosen } from "./chosen.ts";
import type { Config } from "./config.ts";
import type { Draft } from "./draft.ts";
import type { SubmissionPlace } from "./submission-place.ts";
import { warnOfEntitled } from "./warn-entitled.ts";
import { warnOfItems } from "./warn-items.ts";
import { warnOfJudging } from "./warn-judging.ts";
import { warnOfPlan } from "./warn-plan.ts";

/** Submissions that are not protected as well as they look: what can never act, and what is risky. */
export function warnOfSubmissions(draft: Draft, config: Config): void {
  const paths = sitePaths(draft);
  for (const [index, site] of config.sites.entries()) {
    const path = paths[index] ?? [];
    for (const [number, route] of site.routes.entries()) warnOfRoute(draft, [...path, "routes", number], route, site);
    warnOfEntitled(draft, [...path, "identity"], site);
  }
}

function warnOfRoute(draft: Draft, route: Path, { name, class: routeClass, submission, crossRegion }: RouteOptions, site: SiteOptions): void {
  if (submission === undefined) {
    if (routeClass === "submit") draft.warn([...route, "class"], `risky: submissions of route '${name}' are not journalled, and one that its caller sends again can be issued twice; 'submission' says where the number stands`);
    return;
  }
  if (crossRegion === true) draft.warn([...route, "crossRegion"], "can never act: a journalled submission stays in its region");
  const operation = submission.operation ?? name;
  const isOverheard = site.routes.some(({ learns = [] }) => learns.some(({ of, as }) => of === operation && as !== undefined));
  const place: SubmissionPlace = { draft, at: [...route, "submission"], options: submission, isOverheard };
  warnOfNumber(place, site);
  warnOfOutage(place);
  warnOfAnswers(place);
  warnOfReference(place);
  warnOfUnused(place);
  warnOfJudging(place);
  warnOfPlan(place);
  warnOfItems(place);
}

function warnOfNumber({ draft, at, options }: SubmissionPlace, { identity }: SiteOptions): void {
  const { scope } = options.items ?? options;
  if (scope.length === 0 && identity.taxpayer.length > 0) draft.warn([...at, ...(options.items === undefined ? [] : ["items"]), "key"], "risky: without 'scope' two taxpayers with the same number are one submission, and the second is refused as a conflict or gets the first one's answer");
}

function warnOfOutage({ draft, at, options: { onOutage, defer } }: SubmissionPlace): void {
  const path = [...at, "defer"];
  if (onOutage !== "defer" && isChosen(draft, path)) draft.warn(path, `can never act: with onOutage: ${onOutage} nothing is delivered later`);
  if (onOutage !== "defer" || defer.webhook === undefined) return;
  const { protocol, hostname } = new URL(defer.webhook.url);
  if (protocol === "http:" && hostname !== "localhost" && !isLoopback(hostname)) draft.warn([...path, "webhook", "url"], "risky: the platform's answers leave this machine unencrypted; write https");
}

const TRY_AGAIN: ReadonlySet<number> = new Set([408, 409, 423, 425, 429]);

/** While an outcome is open no caller may take it for a failure. */
function warnOfAnswers({ draft, at, options: { answers } }: SubmissionPlace): void {
  for (const key of ["tryLater", "held"] as const) {
    const status = answers[key]?.status;
    if (status !== undefined && status >= 400 && status < 500 && !TRY_AGAIN.has(status)) draft.warn([...at, "answers", key, "status"], "risky: the invoice may be issued, and software takes such a status for a final no");
  }
}

/** The number is what a notice is for. */
function warnOfReference({ draft, at, options: { onOutage, defer, reference } }: SubmissionPlace): void {
  const path = [...at, "defer", "webhook"];
  if (onOutage === "defer" && defer.webhook !== undefined && reference === undefined) draft.warn(path, "risky: without 'reference' its notices do not say the platform's own number, and neither does the journal");
}

/** Words for what never happens, and values that nothing uses. */
function warnOfUnused({ draft, at, options }: SubmissionPlace): void {
  const { within, remember, answers } = options;
  if (answers.elsewhere !== undefined && within.length === 0) draft.warn([...at, "answers", "elsewhere"], "can never act: without 'within' every try gets the answer of the first");
  const used = JSON.stringify({ ...options, remember: undefined });
  for (const name of Object.keys(remember)) {
    if (!new RegExp(`\\{remember\\.${name}[}[]`).test(used)) draft.warn([...at, "remember", name], `can never act: no question and no answer uses {remember.${name}}`);
  }
}
