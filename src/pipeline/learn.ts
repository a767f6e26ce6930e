import { headerValue } from "../http/headers.ts";
import type { Answer, BodySource } from "../http/message.ts";
import { splitTarget } from "../http/split-target.ts";
import { tapped } from "../http/tapped.ts";
import type { Journal } from "../journal/journal.ts";
import type { LearnRules } from "../journal/verdicts/rules.ts";
import type { Way } from "../journal/way.ts";
import type { Exchange } from "./exchange.ts";
import type { Surroundings } from "./generation.ts";
import { routeOf } from "./match-route.ts";
import type { Route, Site } from "./site.ts";
import { upstreamHeaders } from "./upstream-head.ts";

/*
 * What an answer that passes by tells about submissions. It is read along on its way to the caller, who gets the platform's
 * bytes as they are, and not later than the reading takes; whoever has the whole of it finds learnt what it says.
 */

/** What is learnt on a route, and by whom. */
export interface Listening {
  readonly rules: LearnRules;
  readonly journal: Journal;
  /** Reasons that the log has been told already, each once for a configuration: an answer that is too large comes again and again. */
  readonly told: Set<UnheardWhy>;
}

/** Why an answer is not learnt from. Closed: it is a metric label. */
export type UnheardWhy = "too-large" | "undecodable";

/** Larger answers pass unheard. */
const MOST_HEARD = 1024 * 1024;
/** Beyond that, what was compressed is no answer. */
const MOST_DECODED = 8 * MOST_HEARD;
/** Another method than the route's would be done, and its answer would be about that. */
const OTHER_METHOD = ["x-http-method-override", "x-http-method", "x-method-override"];

/** Learns from an answer; what the caller gets of it stays the same. `region` is the one that answered. */
export function heardAlong(x: Exchange, answer: Answer, region: string, around: Surroundings): Answer | Promise<Answer> {
  const { learns } = x.route as Route;
  if (learns === null || x.head.method === "HEAD" || OTHER_METHOD.some((name) => headerValue(x.head.headers, name) !== undefined)) return answer;
  const { body } = answer;
  const hear = (bytes: Uint8Array): void | Promise<void> => heard(x, learns, answer, bytes, region, around);
  if (body.kind !== "source") {
    const hearing = hear(body.kind === "bytes" ? body.bytes : NOTHING);
    return hearing instanceof Promise ? hearing.then(() => answer) : answer;
  }
  if ((body.source.length ?? 0) > MOST_HEARD) {
    unheard(x, "too-large", around);
    return answer;
  }
  return { ...answer, body: { kind: "source", source: hearAlong(body.source, hear, () => unheard(x, "too-large", around)) } };
}

const NOTHING = new Uint8Array(0);

/** What answers to requests of our own tell, by the routes that those match. */
export function hearingOf(site: Site): NonNullable<Way["hearing"]> {
  return ({ method, target, headers, body }) => {
    const { path, query } = splitTarget(target);
    const route = routeOf(site.routes, { method, path, query, headers, body });
    return route === null || route.learns === null ? null : { rules: route.learns.rules, source: { pathVariables: route.pathVariables(path), query } };
  };
}

function heard(x: Exchange, { rules, journal }: Pick<Listening, "rules" | "journal">, { status, headers }: Answer, bytes: Uint8Array, region: string, around: Surroundings): void | Promise<void> {
  const coding = headerValue(headers, "content-encoding")?.trim().toLowerCase() ?? "";
  const hear = (body: Uint8Array): void => overhear(x, rules, journal, { status, headers, body }, region);
  if (coding === "" || coding === "identity" || bytes.byteLength === 0) return hear(bytes);
  return around.cache.decode(coding, bytes, MOST_DECODED).then((body) => (body === null ? unheard(x, "undecodable", around) : hear(body)));
}

function overhear(x: Exchange, rules: LearnRules, journal: Journal, answer: { readonly status: number; readonly headers: Answer["headers"]; readonly body: Uint8Array }, region: string): void {
  const route = x.route as Route;
  const { entitled, changing } = (x.site as Site).identity;
  const { headers } = x.head;
  const isPlain = headerValue(headers, "content-encoding") === undefined;
  journal.overhear(rules, {
    site: (x.site as Site).name, region, by: "passing", askedAt: x.startedAt,
    asker: { principal: x.principal, taxpayer: x.taxpayer, changing, entitled: entitled === null ? null : (taxpayer) => entitled(x.principal, taxpayer) },
    headers: () => upstreamHeaders(x, route.options, region),
    overheard: {
      request: { headers, pathVariables: route.pathVariables(x.path), query: x.query, body: x.body.kind === "bytes" && isPlain ? x.body.bytes : null, contentType: headerValue(headers, "content-type") },
      status: answer.status, headers: answer.headers, contentType: headerValue(answer.headers, "content-type"), body: answer.body,
    },
  });
}

function unheard({ site, route }: Exchange, why: UnheardWhy, { metrics, log }: Surroundings): void {
  const { name, learns } = route as Route;
  metrics.answerUnheard((site as Site).name, name, why);
  if (learns === null || learns.told.has(why)) return;
  learns.told.add(why);
  log.warn("answers are not learnt from", { site: site?.name, route: name, why });
}

/** The same body. It is heard before its last byte is handed on, where its length says which that is; else before its end. */
function hearAlong(source: BodySource, hear: (body: Uint8Array) => void | Promise<void>, tooLarge: () => void): BodySource {
  let pieces: Uint8Array[] | null = [];
  let size = 0;

  function ended<Given extends Uint8Array | null>(piece: Given): Given | Promise<Given> {
    const whole = pieces;
    pieces = null;
    if (whole === null) return piece;
    const hearing = hear(whole.length === 1 ? (whole[0] as Uint8Array) : Buffer.concat(whole));
    return hearing instanceof Promise ? hearing.then(() => piece) : piece;
  }

  function note(piece: Uint8Array | null): Uint8Array | null | Promise<Uint8Array | null> {
    if (piece === null) return ended(null);
    if (pieces === null) return piece;
    size += piece.byteLength;
    if (size > MOST_HEARD) {
      pieces = null;
      tooLarge();
      return piece;
    }
    pieces.push(piece);
    return size === source.length ? ended(piece) : piece;
  }

  return tapped(source, note);
}
