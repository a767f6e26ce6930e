import type { Config } from "../config/config.ts";
import type { RecordedRequest } from "../http/recorded-request.ts";
import { headerValue } from "../http/headers.ts";
import { NO_BODY } from "../http/message.ts";
import { admitCaller } from "../pipeline/admit-caller.ts";
import { createExchange, type Exchange } from "../pipeline/exchange.ts";
import type { Generation } from "../pipeline/generation.ts";
import { identify } from "../pipeline/identify.ts";
import { screenContent } from "../pipeline/screen-content.ts";
import { screenRequire } from "../pipeline/screen-require.ts";
import type { Verdict } from "../pipeline/verdict.ts";
import type { Judgement, TrialJudgement } from "../waf/judgement.ts";
import type { Unadmitted } from "../waf/positive-security.ts";
import { sparingExclusions, type Sparing } from "../waf/report/sparing.ts";
import type { Finding } from "../waf/rules/tally.ts";
import { isWithin } from "../waf/rules/sample.ts";
import { createFirewall, type Firewall } from "../waf/waf.ts";
import { judgingGeneration, meantSites, TRY_SURROUNDINGS, type MeantRoute } from "./try-site.ts";

/*
 * A recorded request through the very phases that judge traffic: identify, the allowlists, what its route requires, and the
 * rules. Nothing is sent anywhere, and neither limits nor bans nor the journal have a say.
 */

/** What is to be tried. */
export interface RequestToTry extends MeantRoute {
  readonly request: RecordedRequest;
  /** Address of the caller. */
  readonly client: string;
}

/** A finding in plain words. */
export interface TriedFinding extends Finding {
  readonly says: string;
}

/** What became of it. `refused`: it does not get as far as a route. */
export interface TriedRequest {
  readonly site: string | null;
  readonly route: string | null;
  readonly class: string | null;
  readonly verdict: "passes" | "would-stop" | "stopped" | "refused";
  readonly ruleset: string;
  readonly score: number;
  readonly threshold: number | null;
  readonly findings: readonly TriedFinding[];
  /** Refusals before the rules, in the words that the caller would get. */
  readonly refusals: readonly { readonly by: "identify" | "allow" | "require"; readonly why: string; readonly stops: boolean }[];
  /** Null: nothing to exclude. */
  readonly sparing: Sparing | null;
  readonly trial: (Omit<TrialJudgement, "findings"> & { readonly findings: readonly TriedFinding[] }) | null;
  /** What is not as the reader may think. */
  readonly notes: readonly string[];
}

/** See {@link TriedRequest}; or why it cannot be tried. */
export type Tried = { readonly ok: true; readonly tried: TriedRequest } | { readonly ok: false; readonly reason: string };

/** As much of a configuration as judges. */
type Judging = Pick<Config, "sites" | "waf" | "ruleSets" | "schemas">;

/** Makes what judges requests by a configuration, one after the other; its rules are compiled once. */
export function requestTrier(config: Judging): (asked: RequestToTry) => Promise<Tried> {
  let unadmitted: Unadmitted[] = [];
  const firewall = createFirewall({ judged: () => undefined }, { unadmitted: (what) => void unadmitted.push(what) });
  return (asked) => {
    unadmitted = [];
    return tryRequest(config, asked, firewall, unadmitted);
  };
}

async function tryRequest({ sites: all, waf, ruleSets, schemas }: Judging, asked: RequestToTry, firewall: Firewall, unadmitted: readonly Unadmitted[]): Promise<Tried> {
  const meant = meantSites(all, asked);
  if (!meant.ok) return meant;
  const generationWith = (exclude: Config["waf"]["exclude"]): Generation => judgingGeneration(meant.sites, firewall.open({ ...waf, exclude: [...waf.exclude, ...exclude] }, ruleSets, schemas));
  const x = exchangeOf(asked);
  const generation = generationWith([]);
  const identified = await identify(x, generation, TRY_SURROUNDINGS);
  const words = new Map([...(ruleSets.trial?.rules ?? []), ...ruleSets.acting.rules].map(({ id, say }) => [id, say.en]));
  const refused = identified.kind === "refuse";
  if (!refused) await judge(x);
  const { judgement } = x;
  const at = { site: x.site?.name ?? "", route: x.route?.name ?? "" };
  const again = async (exclude: Config["waf"]["exclude"]): Promise<Judgement | null> => {
    const next = exchangeOf(asked);
    await identify(next, generationWith(exclude), TRY_SURROUNDINGS);
    await screenContent(next);
    return next.judgement;
  };
  return { ok: true, tried: {
    site: x.site?.name ?? null, route: x.route?.name ?? null, class: x.routeClass,
    verdict: refused ? "refused" : verdictOf(judgement, unadmitted),
    ruleset: ruleSets.acting.name, score: judgement?.score ?? 0, threshold: judgement?.threshold ?? null,
    findings: (judgement?.findings ?? []).map((finding) => told(finding, words)),
    refusals: [...(refused ? [{ by: "identify" as const, why: refusalText(identified), stops: true }] : []), ...unadmitted.map(({ reason, breach, stops }) => ({ by: breach === null ? ("allow" as const) : ("require" as const), why: breach === null ? `stands on no list: ${reason}` : `breaks ${breach.rule} at ${breach.where}`, stops }))],
    sparing: judgement?.wouldStop === true ? await sparingExclusions(at, judgement, again) : null,
    trial: judgement?.trial == null ? null : { ...judgement.trial, findings: judgement.trial.findings.map((finding) => told(finding, words)) },
    notes: notesOf(x, refused),
  } };
}

/** All of them, also after a refusal: whoever mends the first wants to know the rest. */
async function judge(x: Exchange): Promise<void> {
  admitCaller(x);
  screenRequire(x);
  await screenContent(x);
}

function exchangeOf({ request, client }: RequestToTry): Exchange {
  const { method, target, headers, body } = request;
  const caller = { listener: "waf test", address: client, secure: true, certificate: null };
  return createExchange({ id: firstOfShare(), caller, head: { method, target, authority: headerValue(headers, "host") ?? "", version: "1.1", headers }, body: body === null ? NO_BODY : { kind: "bytes", bytes: body }, startedAt: 0 });
}

/** An id that is within any share that is not nothing: where some requests are stopped, this one is among them. */
function firstOfShare(): string {
  for (let number = 0; ; number++) if (isWithin(`waf-test-${number}`, 0.0001)) return `waf-test-${number}`;
}

function verdictOf(judgement: Judgement | null, unadmitted: readonly Unadmitted[]): TriedRequest["verdict"] {
  if (judgement?.stops === true || unadmitted.some(({ stops }) => stops)) return "stopped";
  return judgement?.wouldStop === true || unadmitted.length > 0 ? "would-stop" : "passes";
}

function told(finding: Finding, words: ReadonlyMap<string, string>): TriedFinding {
  return { ...finding, says: words.get(finding.rule) ?? "" };
}

function refusalText(verdict: Extract<Verdict, { kind: "refuse" }>): string {
  return `${verdict.code}: ${verdict.detail}`;
}

function notesOf({ route, body }: Exchange, refused: boolean): string[] {
  if (refused || route === null) return [];
  return [
    ...(route.firewall === null ? ["the firewall is off on this route"] : []),
    ...(route.class === "pass" && body.kind === "bytes" ? ["the route's class is pass: its bodies are streamed, and never looked at"] : []),
  ];
}
