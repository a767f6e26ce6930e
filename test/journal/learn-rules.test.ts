import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { learnsOptions } from "../../src/journal/options.ts";
import { compileLearns, type Finding } from "../../src/journal/verdicts/rules.ts";

/** An answer and its request; JSON with status 200 to `GET /status/T1` unless told. */
interface Heard {
  readonly status?: number;
  readonly type?: string;
  readonly body?: unknown;
  readonly headers?: readonly string[];
  readonly query?: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly asked?: unknown;
}

function read(rule: Readonly<Record<string, unknown>>, { status = 200, type = "application/json", body = {}, headers = [], query = "", path = { id: "T1" }, asked }: Heard): readonly Finding[] {
  const rules = compileLearns(learnsOptions.parse([{ of: "issue", ...rule }]));
  const bytes = Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  const request = { headers: [], pathVariables: path, query, body: asked === undefined ? null : Buffer.from(JSON.stringify(asked)), contentType: "application/json" };
  return rules.read({ request, status, headers, contentType: type, body: bytes });
}

/** `reference or key: verdict number`, with `!` where the answer itself names it. */
const text = ({ reference, key, verdict, number, named }: Finding): string => `${reference ?? key?.join("+")}${named ? "!" : ""}: ${verdict}${number === null ? "" : ` ${number}`}`;

const VERDICTS = { accepted: [{ json: "/state", equals: "ok" }], rejected: [{ json: "/state", equals: "bad" }], unsent: [{ json: "/state", equals: "gone" }], number: { json: "/no" } };
const BY_PATH = { reference: { path: "id" }, ...VERDICTS };

describe("what an answer says", () => {
  const cases: readonly (readonly [name: string, rule: Readonly<Record<string, unknown>>, heard: Heard, wanted: readonly string[]])[] = [
    ["a yes with its number, by the path", BY_PATH, { body: { state: "ok", no: "N1" } }, ["T1: accepted N1"]],
    ["a no", BY_PATH, { body: { state: "bad" } }, ["T1: rejected"]],
    ["that it was not executed", BY_PATH, { body: { state: "gone" } }, ["T1: unsent"]],
    ["nothing yet", BY_PATH, { body: { state: "working" } }, ["T1: running"]],
    ["a number in the answer is the platform's own word", { reference: { json: "/id" }, ...VERDICTS }, { body: { state: "ok", id: "T9" } }, ["T9!: accepted"]],
    ["a number that is a JSON number is read as it is written", { reference: { json: "/id" }, ...VERDICTS }, { body: '{"state":"ok","id":12345678901234567890}' }, ["12345678901234567890!: accepted"]],
    ["a field of the answer", { reference: { header: "x-id" }, ...VERDICTS }, { body: { state: "ok" }, headers: ["X-Id", "T7"] }, ["T7!: accepted"]],
    ["a document within the answer", { in: { json: "/body" }, each: { json: "/list" }, key: [{ json: "/a" }], ...VERDICTS }, { body: { body: '{"list":[{"a":"1","state":"ok","no":"N1"},{"a":"2"}]}' } }, ["1!: accepted N1", "2!: running"]],
    ["nothing where that document cannot be opened", { in: { json: "/body", decode: ["base64"] }, ...BY_PATH }, { body: { body: "{}", state: "ok" } }, []],
    ["a key of the answer with the scope of the request", { key: [{ json: "/a" }], request: { scope: [{ json: "/who" }] }, ...VERDICTS }, { body: { state: "ok", a: "1" }, asked: { who: "W" } }, ["1: accepted"]],
    ["… and nothing where the request does not say it", { key: [{ json: "/a" }], request: { scope: [{ json: "/who" }] }, ...VERDICTS }, { body: { state: "ok", a: "1" }, asked: {} }, []],
    ["a key needs all its parts", { key: [{ json: "/a" }, { json: "/b" }], ...VERDICTS }, { body: { state: "ok", a: "1" } }, []],
    ["a key with its scope", { key: [{ json: "/a" }], scope: [{ path: "id" }], ...VERDICTS }, { body: { state: "ok", a: "1" } }, ["1: accepted"]],
    ["a key that stands in the answer whole", { key: [{ json: "/a" }], ...VERDICTS }, { body: { state: "ok", a: "1" } }, ["1!: accepted"]],
    ["a number in the request's body", { request: { reference: { json: "/ref" } }, ...VERDICTS }, { body: { state: "ok" }, asked: { ref: "T5" } }, ["T5: accepted"]],
    ["an answer about another one than was asked about", { reference: { json: "/id" }, request: { reference: { json: "/ref" } }, ...VERDICTS }, { body: { state: "ok", id: "T6" }, asked: { ref: "T5" } }, []],
    ["an answer that repeats what was asked about", { reference: { json: "/id" }, request: { reference: { json: "/ref" } }, ...VERDICTS }, { body: { state: "ok", id: "T5" }, asked: { ref: "T5" } }, ["T5!: accepted"]],
    ["each part of a list", { each: { json: "/all" }, reference: { json: "/id" }, ...VERDICTS }, { body: { all: [{ id: "a", state: "ok" }, { id: "b", state: "bad" }, { state: "ok" }, { id: "c" }] } }, ["a!: accepted", "b!: rejected", "c!: running"]],
    ["parts that are texts", { each: { json: "/lost" }, reference: { json: "" }, unsent: [{ status: 200 }] }, { body: { lost: ["a", "b"] } }, ["a!: unsent", "b!: unsent"]],
    ["parts of XML, with their own namespaces", { each: { xml: "/r:R/r:L", namespaces: { r: "urn:r" } }, reference: { xml: "/r:L/r:Id", namespaces: { r: "urn:r" } }, accepted: [{ xml: "/r:L/r:S", namespaces: { r: "urn:r" }, equals: "ok" }] }, { type: "text/xml; charset=utf-8", body: '<x:R xmlns:x="urn:r"><x:L><x:Id>1</x:Id><x:S>ok</x:S></x:L><x:L><x:Id>2</x:Id></x:L></x:R>' }, ["1!: accepted", "2!: running"]],
    ["a list that is cut off", { each: { json: "/all" }, reference: { json: "/id" }, ...VERDICTS }, { body: '{"all":[{"id":"a","state":"ok"}' }, []],
    ["a member that stands there twice", { reference: { json: "/id" }, ...VERDICTS }, { body: '{"id":"a","id":"b","state":"ok"}' }, []],
    ["JSON's null is no number", { reference: { json: "/id" }, ...VERDICTS }, { body: { id: null, state: "ok" } }, []],
    ["an object is no number", { reference: { json: "/id" }, ...VERDICTS }, { body: { id: {}, state: "ok" } }, []],
    ["a duplicate that is the same comes before all else", { ...BY_PATH, duplicate: [{ json: "/state", equals: "bad", means: "same" }] }, { body: { state: "bad" } }, ["T1: accepted"]],
    ["a duplicate that is another is a no", { ...BY_PATH, duplicate: [{ json: "/state", equals: "ok", means: "conflict" }] }, { body: { state: "ok" } }, ["T1: rejected"]],
    ["a duplicate to be looked at says nothing yet", { ...BY_PATH, duplicate: [{ json: "/state", equals: "ok", means: "check" }] }, { body: { state: "ok" } }, ["T1: running"]],
  ];
  for (const [name, rule, heard, wanted] of cases) test(name, () => assert.deepEqual(read(rule, heard).map(text), wanted));
});

describe("what is no answer of the platform's to the one who asked", () => {
  const rule = { reference: { path: "id" }, unsent: [{ status: [200, 204, 206, 301, 304, 401, 403, 404, 407, 408, 425, 429, 502] }] };
  for (const status of [206, 301, 304, 401, 403, 407, 408, 425, 429]) test(`status ${status} tells nothing, whatever the rule says`, () => assert.deepEqual(read(rule, { status }), []));
  for (const status of [200, 204, 404]) test(`status ${status} tells what the rule says`, () => assert.deepEqual(read(rule, { status }).map(text), ["T1: unsent"]));
  const pages: readonly (readonly [string, Heard])[] = [
    ["a page", { type: "text/html", body: "<html>404</html>", status: 404 }],
    ["a page that does not say so", { type: "text/plain", body: " <!doctype html><p>", status: 404 }],
  ];
  for (const [name, heard] of pages) {
    test(`${name} tells nothing, whatever the rule says`, () => {
      assert.deepEqual(read({ reference: { path: "id" }, unsent: [{ status: 404 }, { contentType: "text/html" }] }, heard), []);
    });
  }
});

describe("a number in the query", () => {
  const rule = { reference: { query: "ref" }, ...VERDICTS };
  const cases: readonly (readonly [query: string, wanted: readonly string[]])[] = [
    ["?ref=T1", ["T1: accepted"]],
    ["?page=2&ref=T1", ["T1: accepted"]],
    ["?ref=T1&ref=T2", []],
    ["?ref=T1&REF=T2", []],
    ["?Ref=T2&ref=T1", []],
    ["?ref=T1&ref[]=T2", []],
    ["?ref=T1&ref%5B0%5D=T2", []],
    ["?ref=T1&r%65f=T2", []],
    ["?ref=T1&ref.=T2", []],
    ["?ref=", []],
  ];
  for (const [query, wanted] of cases) test(`${query} is ${wanted.length === 0 ? "nobody's: a platform may read another one" : "taken"}`, () => assert.deepEqual(read(rule, { query, body: { state: "ok" } }).map(text), wanted));
});

describe("a rule", () => {
  const wrong: readonly (readonly [name: string, rule: Readonly<Record<string, unknown>>])[] = [
    ["that says of whom nothing", { of: "issue", accepted: [{ status: 200 }] }],
    ["that says nothing of them", { of: "issue", reference: { path: "id" } }],
    ["with a scope and no key", { of: "issue", scope: [{ path: "id" }], accepted: [{ status: 200 }] }],
  ];
  for (const [name, rule] of wrong) test(`${name} is refused`, () => assert.equal(learnsOptions.safeParse([rule]).success, false));
});
