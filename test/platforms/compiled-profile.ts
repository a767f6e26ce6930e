import assert from "node:assert/strict";
import { loadProfile } from "../../src/config/load-profile.ts";
import { formatProblem } from "../../src/config/problem.ts";
import type { ExtractorSource } from "../../src/document/extractor.ts";
import { keyText, partsOf } from "../../src/journal/batch/split.ts";
import type { Identified, Unidentified } from "../../src/journal/identify.ts";
import { compileLearns, type Finding } from "../../src/journal/verdicts/rules.ts";
import { compilePolicy, type SubmissionPolicy } from "../../src/journal/policy.ts";
import { routeOf } from "../../src/pipeline/match-route.ts";
import { compileRoute } from "../../src/pipeline/site.ts";

const TYPE = "text/xml; charset=utf-8";

/** A built-in profile of a platform that speaks XML, taken apart for tables. */
export interface XmlProfile {
  /** The route that a POST of this document takes; null: none, or it is unclear which. */
  route(path: string, document: string): string | null;
  /** How a submission is recognised. */
  identified(route: string, document: string): Identified | Unidentified;
  /** What an answer means, `duplicate-same` and the like. */
  judged(route: string, status: number, document: string, type?: string): string;
  /** What an answer says of an item with this key; null: nothing. */
  itemMeans(route: string, key: readonly string[], document: string): string | null;
  /** What an answer to a question tells about submissions. */
  learnt(route: string, request: string, answer: string): readonly Finding[];
}

/** Loads it, as a site has it that says nothing else. */
export function xmlProfile(name: string): XmlProfile {
  const loaded = loadProfile(name, {});
  assert.ok(loaded.ok, loaded.ok ? "" : loaded.problems.map(formatProblem).join("\n"));
  const routes = loaded.site.routes;
  const compiled = routes.map((options) => compileRoute(options));
  const of = (route: string): (typeof routes)[number] => routes.find((one) => one.name === route) ?? assert.fail(`the profile has no route '${route}'`);
  const policyOf = (route: string): SubmissionPolicy => compilePolicy(of(route).submission ?? assert.fail(`route '${route}' takes no submissions`), "default", route);
  return {
    route: (path, document) => routeOf(compiled, { method: "POST", path, query: "", headers: ["content-type", TYPE], body: Buffer.from(document) })?.options.name ?? null,
    identified: (route, document) => policyOf(route).identify(source(document), "/"),
    judged(route, status, document, type = TYPE) {
      const judgement = policyOf(route).judge({ status, contentType: type, body: Buffer.from(document) });
      return judgement.kind === "duplicate" ? `duplicate-${judgement.means}` : judgement.kind;
    },
    itemMeans(route, key, document) {
      const batch = policyOf(route).batch ?? assert.fail(`route '${route}' takes no batches`);
      return partsOf(batch, { status: 200, contentType: TYPE, headers: [], body: Buffer.from(document) }).get(keyText(key))?.means ?? null;
    },
    learnt: (route, request, answer) => compileLearns(of(route).learns ?? []).read({ request: source(request), status: 200, headers: ["content-type", TYPE], contentType: TYPE, body: Buffer.from(answer) }),
  };
}

function source(document: string): ExtractorSource {
  return { headers: ["content-type", TYPE], pathVariables: {}, query: "", body: Buffer.from(document), contentType: TYPE };
}
