import assert from "node:assert/strict";
import { keysOf } from "../../../src/base/secret-keys.ts";
import { compileLearns, type Finding } from "../../../src/journal/verdicts/rules.ts";
import { compilePolicy, type SubmissionPolicy } from "../../../src/journal/policy.ts";
import type { RouteOptions } from "../../../src/pipeline/options.ts";
import { loadText } from "../../config/load-text.ts";
import { seal, SM4_KEY } from "./application.ts";

const KEYS = keysOf({ sm4: SM4_KEY });
const HEAD = ["jrdwptbh", "UNIT0001", "sydwptbh", "91110000600007156X"];

/** A site that says nothing but the platform's name, with the key or without it. */
export interface Site {
  readonly warnings: readonly string[];
  readonly names: readonly string[];
  /** What a route says about submissions. */
  policy(route: string): SubmissionPolicy;
  /** What an answer means: `duplicate-same` and the like. */
  judged(route: string, answer: Envelope): string;
  /** Key of each submission in a request; in words why there is none. */
  keys(route: string, body: string): readonly (readonly string[])[] | string;
  /** What an answer to a question tells. */
  learnt(route: string, question: unknown, answer: Envelope): readonly Finding[];
}

/** An answer of the platform, before it is packed. */
export interface Envelope {
  readonly status?: number;
  readonly data?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
  /** In place of an envelope. */
  readonly page?: string;
}

/** Loads it. */
export function siteWith(key: boolean): Site {
  const loaded = loadText(`version: 1\nplatform: cn-leqi\n${key ? `keys: { sm4: "${SM4_KEY}" }\n` : ""}`);
  assert.ok(loaded.ok, JSON.stringify(loaded));
  const routes: readonly RouteOptions[] = loaded.config.sites[0]?.routes ?? [];
  const of = (name: string): RouteOptions => routes.find((route) => route.name === name) ?? assert.fail(`no route '${name}'`);
  const policy = (name: string): SubmissionPolicy => compilePolicy(of(name).submission ?? assert.fail(`route '${name}' takes no submissions`), "default", name, KEYS);
  return {
    warnings: loaded.warnings.map(({ message }) => message),
    names: routes.map(({ name }) => name),
    policy,
    judged(route, answer) {
      const judgement = policy(route).judge({ status: answer.status ?? 200, contentType: answer.page === undefined ? "application/json;charset=UTF-8" : "text/html", body: pack(answer) });
      return judgement.kind === "duplicate" ? `duplicate-${judgement.means}` : judgement.kind;
    },
    keys(route, body) {
      const found = policy(route).identify({ headers: HEAD, pathVariables: {}, query: "", body: Buffer.from(body), contentType: "text/plain" }, "/");
      if (found.kind !== "identified") return found.kind;
      return found.items?.list.map((item) => item.key) ?? [found.key];
    },
    learnt: (route, question, answer) => compileLearns(of(route).learns ?? [], KEYS).read({
      request: { headers: HEAD, pathVariables: {}, query: "", body: Buffer.from(seal(question)), contentType: "text/plain" },
      status: answer.status ?? 200, headers: [], contentType: "application/json;charset=UTF-8", body: pack(answer),
    }),
  };
}

function pack({ status = 200, data, error, page }: Envelope): Buffer {
  if (page !== undefined) return Buffer.from(page);
  const Response = { RequestId: "r", ...(data === undefined ? { Error: error } : { Data: seal(data) }) };
  return Buffer.from(JSON.stringify({ httpStatusCode: String(status), body: JSON.stringify({ Response }) }));
}
