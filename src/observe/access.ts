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

/** Distinct values that a {@link remembered} member keeps; names from configuration are far fewer. */
const REMEMBERED = 1000;

/** A member whose values come again and again: each is checked and quoted once. */
function remembered(name: string): (value: string | null) => string {
  const known = new Map<string, string>();
  return (value) => {
    if (value === null) return "";
    const before = known.get(value);
    if (before !== undefined) return before;
    if (known.size >= REMEMBERED) known.clear();
    const made = member(name, value);
    known.set(value, made);
    return made;
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
  const listener = remembered("listener");
  const method = remembered("method");
  const version = remembered("version");
  const site = remembered("site");
  const route = remembered("route");
  const routeClass = remembered("class");
  const region = remembered("region");
  const endpoint = remembered("endpoint");
  const endedBy = remembered("ended_by");
  const phase = remembered("phase");
  let options = first;
  let identifier = identifiersBy(first.identifiers, hash);

  const who = (name: string, value: string | null): string => (value === null ? "" : member(name, identifier(value)));
  const line = (end: ExchangeSummary): string =>
    `{"level":"info","time":"${time(env.clock.wall())}","msg":"access","id":${quoted(end.id)}${listener(end.listener)}` +
    `,"client":${quoted(end.client)}${method(end.method)},"path":${quoted(end.path)}` +
    (options.query === "keep" && end.query !== "" ? `,"query":${quoted(end.query)}` : "") +
    version(end.version) + site(end.site) + route(end.route) + routeClass(end.routeClass) + region(end.region) + endpoint(end.endpoint) +
    `,"status":${end.status},"bytes":${end.sentBytes},"outcome":"${end.outcome}"` + endedBy(end.endedBy) + phase(end.phase) +
    (end.reason === "" ? "" : `,"reason":${quoted(end.reason)}`) + (end.error === null ? "" : `,"error":"${end.error}"`) +
    `,"attempts":${end.attempts}${who("principal", end.principal)}${who("taxpayer", end.taxpayer)}` +
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
