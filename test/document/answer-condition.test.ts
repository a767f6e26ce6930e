import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { answerCondition, compileCondition, type AnswerConditionOptions } from "../../src/document/answer-condition.ts";

const schema = answerCondition();

const accepted: readonly AnswerConditionOptions[] = [
  { status: 200 },
  { status: [200, 201] },
  { contentType: "text/html" },
  { json: "/code", equals: 0 },
  { json: "/code", equals: null },
  { json: "/a~1b/~0", equals: false },
  { status: 503, json: "/code", in: [5030, "5031", true, null] },
  { json: "/code", exists: false },
  { xml: "/s:a/b/@c", namespaces: { s: "urn:s" }, equals: "0" },
  { status: 200, xml: "/a", in: ["0", "1"] },
  { xml: "/a", exists: false },
];

for (const options of accepted) test(`${JSON.stringify(options)} is a condition`, () => assert.deepEqual(schema.parse(options), options));

const BESIDE = "exactly one of equals, in, exists, any beside it";
const XML_PATH = "a path such as /s:Envelope/s:Body/Invoice[1]/@id, its prefixes in 'namespaces'";
const QUOTED = "a text in quotes: values in XML have no other type";

const refused: readonly (readonly [options: unknown, want: readonly string[]])[] = [
  [{}, [": at least one of status, contentType, json, xml"]],
  [{ equals: 0 }, ["equals: 'json' or 'xml' beside 'equals'"]],
  [{ status: 200, equals: 0, exists: true }, ["equals: 'json' or 'xml' beside 'equals'", "exists: 'json' or 'xml' beside 'exists'"]],
  [{ status: 200, in: [0] }, ["in: 'json' or 'xml' beside 'in'"]],
  [{ json: "/code" }, [`json: ${BESIDE}`]],
  [{ json: "/code", equals: 0, in: [1] }, [`json: ${BESIDE}`]],
  [{ json: "/code", equals: 0, exists: true }, [`json: ${BESIDE}`]],
  [{ json: "code", exists: true }, ["json: a JSON pointer such as /code"]],
  [{ json: "/a~2", exists: true }, ["json: a JSON pointer such as /code"]],
  [{ json: 5, exists: true }, ["json: a JSON pointer such as /code"]],
  [{ json: "/code", equals: {} }, ["equals: a text, a number, true, false or null"]],
  [{ json: "/code", equals: 2 ** 53 }, ["equals: a number from -9007199254740991 to 9007199254740991"]],
  [{ json: "/code", in: [] }, ["in: a list of 1 to 1000 texts, numbers, true, false or null"]],
  [{ json: "/code", in: Array.from({ length: 1001 }, (_, i) => i) }, ["in: a list of 1 to 1000 texts, numbers, true, false or null"]],
  [{ json: "/code", in: 5 }, ["in: a list of 1 to 1000 texts, numbers, true, false or null"]],
  [{ json: "/code", in: [1, [2]] }, ["in.1: a text, a number, true, false or null"]],
  [{ xml: "/a" }, [`xml: ${BESIDE}`]],
  [{ xml: "/a", equals: "0", exists: true }, [`xml: ${BESIDE}`]],
  [{ xml: "/a", json: "/a", equals: "0" }, ["xml: nothing beside 'json': a body is the one or the other"]],
  [{ xml: "/p:a", exists: true }, [`xml: ${XML_PATH}`]],
  [{ xml: "a", exists: true }, [`xml: ${XML_PATH}`]],
  [{ xml: "/a", equals: 0 }, [`equals: ${QUOTED}`]],
  [{ xml: "/a", in: ["0", null] }, [`in.1: ${QUOTED}`]],
  [{ json: "/a", exists: true, namespaces: { s: "urn:s" } }, ["namespaces: 'xml' beside 'namespaces'"]],
  [{ status: 200, namespaces: { s: "urn:s" } }, ["namespaces: 'xml' beside 'namespaces'"]],
  [{ status: "200" }, ["status: a status from 100 to 599, or a list of them"]],
  [{ status: 99 }, ["status: a whole number from 100 to 599"]],
  [{ status: 200.5 }, ["status: a status from 100 to 599, or a list of them"]],
  [{ status: [200, 600] }, ["status.1: a whole number from 100 to 599"]],
  [{ contentType: "html" }, ["contentType: a content type such as text/html"]],
  [{ contentType: "text/html; charset=utf-8" }, ["contentType: a content type such as text/html"]],
];

for (const [options, want] of refused) {
  test(`${JSON.stringify(options).slice(0, 70)} is no condition, and the message says what is`, () => {
    const result = schema.safeParse(options);
    assert.deepEqual(result.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`), want);
  });
}

test("an unknown key is refused by its name, and not for what it should have been", () => {
  const issues = schema.safeParse({ json: "/code", equal: 0 }).error?.issues.map((issue) => (issue.code === "unrecognized_keys" ? issue.keys : issue.code));
  assert.deepEqual(issues, [["equal"]]);
});

interface Given {
  readonly status?: number;
  readonly type?: string | undefined;
  readonly body?: string | null;
}

function matches(options: AnswerConditionOptions, { status = 200, type, body = null }: Given): boolean {
  return compileCondition(options).matches({ status, contentType: type, body: body === null ? null : Buffer.from(body) });
}

const heads: readonly (readonly [options: AnswerConditionOptions, given: Given, want: boolean])[] = [
  [{ status: 200 }, { status: 200 }, true],
  [{ status: 200 }, { status: 201 }, false],
  [{ status: [200, 404] }, { status: 404 }, true],
  [{ status: [200, 404] }, { status: 500 }, false],
  [{ contentType: "text/html" }, { type: "text/html" }, true],
  [{ contentType: "text/html" }, { type: "Text/HTML ; charset=utf-8" }, true],
  [{ contentType: "TEXT/html" }, { type: "text/html" }, true],
  [{ contentType: "text/html" }, { type: "text/htm" }, false],
  [{ contentType: "text/html" }, { type: undefined }, false],
  [{ status: 503, contentType: "text/html" }, { status: 503, type: "text/html" }, true],
  [{ status: 503, contentType: "text/html" }, { status: 503, type: "application/json" }, false],
  [{ status: 200, json: "/code", equals: 0 }, { status: 200, body: '{"code":0}' }, true],
  [{ status: 200, json: "/code", equals: 0 }, { status: 201, body: '{"code":0}' }, false],
  [{ status: 200, json: "/code", equals: 0 }, { status: 200, body: '{"code":1}' }, false],
];

for (const [options, given, want] of heads) {
  test(`${JSON.stringify(options)} ${want ? "holds" : "does not hold"} for ${JSON.stringify(given)}`, () => assert.equal(matches(options, given), want));
}

type Test = Pick<AnswerConditionOptions, "equals" | "in" | "exists">;

const bodies: readonly (readonly [test: Test, body: string | null, want: boolean])[] = [
  [{ equals: 0 }, '{"c":0}', true],
  [{ equals: 0 }, '{"c":0.00}', true],
  [{ equals: 0 }, '{"c":-0}', true],
  [{ equals: 0 }, '{"c":0e9}', true],
  [{ equals: 0 }, '{"c":"0"}', false],
  [{ equals: 0 }, '{"c":"00"}', false],
  [{ equals: 0 }, '{"c":false}', false],
  [{ equals: 0 }, '{"c":null}', false],
  [{ equals: 0 }, '{"c":1e-400}', false],
  [{ equals: "00" }, '{"c":"00"}', true],
  [{ equals: "00" }, '{"c":"\\u0030\\u0030"}', true],
  [{ equals: "00" }, '{"c":"0"}', false],
  [{ equals: "0" }, '{"c":0}', false],
  [{ equals: "null" }, '{"c":null}', false],
  [{ equals: "true" }, '{"c":true}', false],
  [{ equals: 1 }, '{"c":1.0}', true],
  [{ equals: 1 }, '{"c":10E-1}', true],
  [{ equals: 1 }, '{"c":0.01e+2}', true],
  [{ equals: 1 }, '{"c":-1}', false],
  [{ equals: 1 }, '{"c":1.00000000000000000000001}', false],
  [{ equals: 1 }, '{"c":10}', false],
  [{ equals: 100 }, '{"c":1e2}', true],
  [{ equals: 0.1 }, '{"c":0.10}', true],
  [{ equals: 1e-7 }, '{"c":0.0000001}', true],
  [{ equals: 9_007_199_254_740_991 }, '{"c":9007199254740991}', true],
  [{ equals: 9_007_199_254_740_991 }, '{"c":9007199254740991.4}', false],
  [{ equals: 1 }, `{"c":1e${"9".repeat(400)}}`, false],
  [{ equals: 1 }, '{"c":1e9007199254740993}', false],
  [{ equals: 1 }, `{"c":1${"0".repeat(400)}e-400}`, true],
  [{ equals: true }, '{"c":true}', true],
  [{ equals: true }, '{"c":1}', false],
  [{ equals: null }, '{"c":null}', true],
  [{ equals: null }, "{}", false],
  [{ equals: "" }, '{"c":""}', true],
  [{ equals: "{}" }, '{"c":{}}', false],
  [{ equals: "[]" }, '{"c":[]}', false],
  [{ in: [5030, "5031"] }, '{"c":5030}', true],
  [{ in: [5030, "5031"] }, '{"c":"5031"}', true],
  [{ in: [5030, "5031"] }, '{"c":"5030"}', false],
  [{ in: [5030, "5031"] }, '{"c":5031}', false],
  [{ exists: true }, '{"c":null}', true],
  [{ exists: true }, '{"c":{"d":1}}', true],
  [{ exists: true }, "{}", false],
  [{ exists: false }, "{}", true],
  [{ exists: false }, "[]", true],
  [{ exists: false }, '{"c":null}', false],
];

const SILENT: readonly (readonly [what: string, body: string | null])[] = [
  ["no body", null],
  ["an empty one", ""],
  ["HTML", "<html>"],
  ["a text that is cut off", '{"c":0'],
  ["garbage behind it", '{"c":0}}'],
  ["the member twice", '{"c":0,"c":0}'],
  ["the member twice, once escaped", '{"c":0,"\\u0063":0}'],
  ["half a character", '{"c":"\\ud800"}'],
  ["too deep a nesting", `{"x":${"[".repeat(200)}${"]".repeat(200)},"c":0}`],
];

for (const [test_, body, want] of bodies) {
  const shown = body !== null && body.length > 60 ? `${body.slice(0, 30)}…` : body;
  test(`${JSON.stringify(test_)} ${want ? "holds" : "does not hold"} for ${shown}`, () => assert.equal(matches({ json: "/c", ...test_ }, { body }), want));
}

for (const [what, body] of SILENT) {
  test(`nothing is said about the value in ${what}`, () => {
    for (const each of [{ equals: 0 }, { in: [0, null, ""] }, { exists: true }, { exists: false }]) assert.equal(matches({ json: "/c", ...each }, { body }), false);
  });
}

test("bytes that are not UTF-8 say nothing", () => {
  const { matches: holds } = compileCondition({ json: "/c", exists: false });
  assert.equal(holds({ status: 200, contentType: undefined, body: Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x30, 0x7d) }), false);
});

test("the body is needed only where something is asked of it", () => {
  assert.equal(compileCondition({ status: 200, contentType: "text/html" }).needsBody, false);
  assert.equal(compileCondition({ json: "/c", exists: false }).needsBody, true);
});

test("a number equals itself however it is written, and no other number", () => {
  const digits = fc.integer({ min: 1, max: 999_999 }).map(String);
  fc.assert(
    fc.property(digits, fc.nat({ max: 3 }), fc.integer({ min: -5, max: 5 }), fc.nat({ max: 9999 }), (whole, zeros, power, other) => {
      // The same value with its exponent moved, and written out with zeros that count for nothing.
      const number = Number(`${whole}e${power}`);
      for (const text of [`${whole}e${power}`, `${whole}.${"0".repeat(zeros + 1)}E${power}`, `${whole}${"0".repeat(zeros)}e${power - zeros}`]) {
        assert.equal(matches({ json: "/c", equals: number }, { body: `{"c":${text}}` }), true, text);
        assert.equal(matches({ json: "/c", equals: other }, { body: `{"c":${text}}` }), other === number, text);
      }
    }),
  );
});

test("a million digits cost less than a second", () => {
  const before = process.cpuUsage();
  for (const text of [`1${"0".repeat(1e6)}1`, `0.${"0".repeat(1e6)}1`, `1e${"0".repeat(1e6)}1`, "9".repeat(1e6)]) assert.equal(matches({ json: "/c", equals: 1 }, { body: `{"c":${text}}` }), false);
  assert.ok(process.cpuUsage(before).user < 1_000_000);
});

const XML = '<s:r xmlns:s="urn:s"><s:code>0</s:code><s:item id="7"><s:x/></s:item></s:r>';
const namespaces = { p: "urn:s" };

const documents: readonly (readonly [options: AnswerConditionOptions, given: Given, want: boolean])[] = [
  [{ xml: "/p:r/p:code", namespaces, equals: "0" }, { body: XML }, true],
  [{ xml: "/p:r/p:code", namespaces, equals: "1" }, { body: XML }, false],
  [{ xml: "/p:r/p:code", namespaces, in: ["1", "0"] }, { body: XML }, true],
  [{ xml: "/p:r/p:item/@id", namespaces, equals: "7" }, { body: XML }, true],
  [{ xml: "/p:r/p:item", namespaces, exists: true }, { body: XML }, true],
  [{ xml: "/p:r/p:item", namespaces, equals: "" }, { body: XML }, false],
  [{ xml: "/a", equals: "<{}a><{}b></></>" }, { body: "<a><b/></a>" }, false],
  [{ xml: "/r/code", exists: true }, { body: XML }, false],
  [{ xml: "/r/code", exists: false }, { body: XML }, true],
  [{ status: 200, xml: "/r/code", exists: false }, { status: 500, body: XML }, false],
  [{ xml: "/a/b", exists: true }, { body: "<a><b/><b/></a>" }, false],
  [{ xml: "/a/b", exists: false }, { body: "<a><b/><b/></a>" }, false],
  [{ xml: "/a/b", exists: false }, { body: "<a>" }, false],
  [{ xml: "/a/b", exists: false }, { body: "<!DOCTYPE a><a/>" }, false],
  [{ xml: "/a/b", exists: false }, { body: null }, false],
  [{ xml: "/a", equals: "中" }, { type: "text/xml; charset=utf-8", body: "<a>中</a>" }, true],
  [{ xml: "/a", equals: "中" }, { type: "text/xml; charset=gbk", body: "<a>中</a>" }, false],
];

for (const [options, given, want] of documents) {
  test(`${JSON.stringify(options)} ${want ? "holds" : "does not hold"} for ${JSON.stringify(given)}`, () => assert.equal(matches(options, given), want));
}

test("a condition on XML needs the body", () => {
  assert.equal(compileCondition({ xml: "/a", exists: true }).needsBody, true);
});
