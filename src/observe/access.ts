import type { Clock } from "../base/clock.ts";
import type { ExchangeSummary } from "./exchange-summary.ts";
import { isoTime } from "./iso-time.ts";
import { milliseconds, quoted } from "./json-text.ts";
import type { LogOptions } from "./options.ts";
import { createPseudonyms } from "./pseudonym.ts";
import type { Sink } from "./sink.ts";

/** See {@link LogOptions}. */
export type AccessOptions = LogOptions["access"];

/** Writes one line an exchange. */
export interface AccessLog {
  /** Writes the line, unless access lines are switched off. */
  write(end: ExchangeSummary): void;
  /** Takes new options from now on. */
  configure(options: AccessOptions): void;
}

/** What the access log needs from outside. */
export interface AccessEnv {
  readonly clock: Clock;
  readonly sink: Sink;
  /** Names of the phases, in the order of `ends`. */
  readonly phases: readonly string[];
  /** Secret under which identifiers are hashed; the same key makes them comparable over restarts. */
  readonly identifierKey: string;
}

type Identifiers = (identifier: string) => string | null;

function identifiersBy(mode: AccessOptions["identifiers"], hash: (identifier: string) => string): Identifiers {
  if (mode === "keep") return (identifier) => identifier;
  return mode === "hash" ? hash : () => null;
}

/** `,"name":"value"`, or nothing for null. */
function member(name: string, value: string | null): string {
  return value === null ? "" : `,"${name}":${quoted(value)}`;
}

/** Members of a line that come from closed lists and the configuration: the same few combinations, exchange after exchange. */
type Fixed = Pick<ExchangeSummary, "listener" | "method" | "version" | "site" | "route" | "routeClass" | "region" | "endpoint">;
type Ending = Pick<ExchangeSummary, "status" | "outcome" | "endedBy" | "phase" | "reason" | "cache" | "submission" | "limit" | "error" | "attempts">;

function fixedText(end: Fixed): string {
  return member("listener", end.listener) + member("method", end.method) + member("version", end.version) + member("site", end.site) +
    member("route", end.route) + member("class", end.routeClass) + member("region", end.region) + member("endpoint", end.endpoint);
}

function sameFixed(a: Fixed, b: Fixed): boolean {
  return a.route === b.route && a.endpoint === b.endpoint && a.method === b.method && a.listener === b.listener && a.site === b.site &&
    a.routeClass === b.routeClass && a.region === b.region && a.version === b.version;
}

function endingText(end: Ending): string {
  return `,"status":${end.status},"outcome":"${end.outcome}"${member("ended_by", end.endedBy)}${member("phase", end.phase)}` +
    (end.reason === "" ? "" : member("reason", end.reason)) + member("cache", end.cache) + member("submission", end.submission) + member("limit", end.limit) + (end.error === null ? "" : member("error", end.error)) + `,"attempts":${end.attempts}`;
}

function sameEnding(a: Ending, b: Ending): boolean {
  return a.status === b.status && a.reason === b.reason && a.error === b.error && a.endedBy === b.endedBy && a.phase === b.phase &&
    a.outcome === b.outcome && a.attempts === b.attempts && a.cache === b.cache && a.submission === b.submission && a.limit === b.limit;
}

/** Combinations that are kept; the first that fits is moved ahead, so that steady traffic finds its own at once. */
const KEPT = 16;

/** Makes a text once for each combination: one piece instead of twenty in every line, and nothing to quote again. */
function remembered<Part>(textOf: (part: Part) => string, same: (a: Part, b: Part) => boolean): (part: Part) => string {
  const kept: { readonly part: Part; readonly text: string }[] = [];
  return (part) => {
    for (let i = 0; i < kept.length; i++) {
      const entry = kept[i] as (typeof kept)[number];
      if (!same(entry.part, part)) continue;
      if (i > 0) [kept[i], kept[i - 1]] = [kept[i - 1] as typeof entry, entry];
      return entry.text;
    }
    const text = textOf(part);
    if (kept.length === KEPT) kept.pop();
    kept.push({ part, text });
    return text;
  };
}

/** Phases shorter than this, in milliseconds, are left out of the line: they explain nothing and cost as much as the others. */
const WORTH_TELLING = 0.02;

/** The time each phase took, in milliseconds; phases that did not run, or took next to nothing, are left out. */
function phaseTimes(end: ExchangeSummary, names: readonly string[]): string {
  let text = "";
  let from = end.startedAt;
  for (let index = 0; index < names.length; index += 1) {
    const to = end.ends[index] as number;
    if (to === 0) continue;
    const ms = to - from;
    from = to;
    if (ms < WORTH_TELLING) continue;
    text += (text === "" ? "" : ",") + (names[index] as string) + milliseconds(ms);
  }
  return text;
}

/**
 * Makes the access log. The line is put together by hand: a general serializer takes 2.8 µs, and this is written for
 * every exchange. Members that do not apply are left out; the order is fixed, for readers with `cut` and `grep`.
 */
export function createAccessLog(first: AccessOptions, env: AccessEnv): AccessLog {
  const time = isoTime();
  const hash = createPseudonyms(env.identifierKey);
  const phases = env.phases.map((phase) => `${JSON.stringify(phase)}:`);
  const fixed = remembered(fixedText, sameFixed);
  const ending = remembered(endingText, sameEnding);
  let options = first;
  let identifier = identifiersBy(first.identifiers, hash);

  const who = (name: string, value: string | null): string => (value === null ? "" : member(name, identifier(value)));
  const line = (end: ExchangeSummary): string =>
    `{"level":"info","time":"${time(env.clock.wall())}","msg":"access","id":${quoted(end.id)}${fixed(end)}` +
    `,"client":${quoted(end.client)},"path":${quoted(end.path)}` +
    (options.query === "keep" && end.query !== "" ? `,"query":${quoted(end.query)}` : "") +
    `${ending(end)}${end.waf === null ? "" : `,"waf_score":${end.waf.score}${member("waf_rules", end.waf.rules)}${member("waf_fields", end.waf.fields)}`},"bytes":${end.sentBytes}${who("principal", end.principal)}${who("taxpayer", end.taxpayer)}` +
    `,"ms":${milliseconds(end.endedAt - end.startedAt)},"phases":{${phaseTimes(end, phases)}}${member("trace", end.traceId)}}\n`;

  return {
    write(end) {
      if (options.enabled) env.sink.write(line(end));
    },
    configure(next) {
      options = next;
      identifier = identifiersBy(next.identifiers, hash);
    },
  };
}
