import assert from "node:assert/strict";
import { test } from "node:test";
import { answerCondition, compileCondition } from "../../src/document/answer-condition.ts";

const R = { r: "urn:r" };

function holds(condition: object, body: string | null, contentType = "application/json"): boolean {
  return compileCondition(answerCondition().parse(condition)).matches({ status: 200, contentType, body: body === null ? null : Buffer.from(body) });
}

const DUPLICATE = { status: 200, json: "/InfoDtls", any: { json: "/InfCd", equals: "DUPIRN" } };
const FAULT = { xml: "/r:a/r:line", namespaces: R, any: { xml: "/r:line/r:code", namespaces: R, in: ["3000", "3001"] } };
const cases: readonly { readonly condition: object; readonly body: string | null; readonly type?: string; readonly wanted: boolean }[] = [
  { condition: DUPLICATE, body: '{"InfoDtls":[{"InfCd":"EWBPPD"},{"InfCd":"DUPIRN","Desc":{}}]}', wanted: true },
  { condition: DUPLICATE, body: '{"InfoDtls":[{"InfCd":"EWBPPD"}]}', wanted: false },
  { condition: DUPLICATE, body: '{"InfoDtls":[{"Inf":{"InfCd":"DUPIRN"}},["DUPIRN"],"DUPIRN"]}', wanted: false },
  { condition: DUPLICATE, body: '{"InfoDtls":[{"InfCd":"DUPIRN","InfCd":"X"}]}', wanted: false },
  { condition: DUPLICATE, body: '{"InfoDtls":[]}', wanted: false },
  { condition: DUPLICATE, body: '{"InfoDtls":null}', wanted: false },
  { condition: DUPLICATE, body: '{"InfoDtls":{"InfCd":"DUPIRN"}}', wanted: false },
  { condition: DUPLICATE, body: '{"InfoDtls":[{"InfCd":"DUPIRN"}]', wanted: false },
  { condition: DUPLICATE, body: "<html>", wanted: false },
  { condition: DUPLICATE, body: null, wanted: false },
  { condition: { json: "/c", any: { json: "", equals: 5 } }, body: '{"c":[1,5.0]}', wanted: true },
  { condition: { json: "/c", any: { json: "", equals: 5 } }, body: '{"c":[1,"5",[5]]}', wanted: false },
  { condition: { json: "/c", any: { json: "/a", exists: false } }, body: '{"c":[{"a":1},{}]}', wanted: true },
  { condition: { json: "/c", any: { json: "/a", exists: false } }, body: '{"c":[{"a":1}]}', wanted: false },
  { condition: { json: "/c", any: { json: "/a", exists: true } }, body: '{"c":[{},{"a":null}]}', wanted: true },
  { condition: FAULT, body: '<a xmlns="urn:r"><line><code>0</code></line><line><code>3000</code></line></a>', type: "text/xml", wanted: true },
  { condition: FAULT, body: '<q:a xmlns:q="urn:r"><q:line><q:code>3001</q:code></q:line></q:a>', type: "text/xml", wanted: true },
  { condition: FAULT, body: '<a xmlns="urn:r"><line><x><code>3000</code></x></line></a>', type: "text/xml", wanted: false },
  { condition: FAULT, body: '<a xmlns="urn:r"><line><code>3000</code><code>1</code></line></a>', type: "text/xml", wanted: false },
  { condition: FAULT, body: "<a><line><code>3000</code></line></a>", type: "text/xml", wanted: false },
];
for (const { condition, body, type, wanted } of cases) {
  test(`${JSON.stringify(condition)} ${wanted ? "holds" : "does not hold"} for ${body ?? "no body"}`, () => assert.equal(holds(condition, body, type), wanted));
}

test("a long list is looked at in linear time", () => {
  const list = (count: number): string => `{"c":[${Array.from({ length: count }, (_, index) => `{"a":"${index}","b":[{"x":1}]}`).join(",")}]}`;
  const time = (body: string): number => {
    const begin = process.cpuUsage().user;
    assert.equal(holds({ json: "/c", any: { json: "/a", equals: "none" } }, body), false);
    return process.cpuUsage().user - begin;
  };
  time(list(20_000));
  assert.ok(time(list(80_000)) < 16 * Math.max(20_000, time(list(20_000))));
});

const refused: readonly (readonly [condition: object, wanted: string])[] = [
  [{ any: { json: "/a", equals: 1 } }, "any: 'json' or 'xml' beside 'any'"],
  [{ json: "/c", equals: 1, any: { json: "/a", equals: 1 } }, "json: exactly one of equals, in, exists, any beside it"],
  [{ json: "/c", any: { equals: 1 } }, "any: exactly one of json, xml: the one of the list"],
  [{ json: "/c", any: { json: "/a" } }, "any: exactly one of equals, in, exists in it"],
  [{ xml: "/c", any: { xml: "/p:a", equals: "1" } }, "any.xml: a path such as /s:Envelope/s:Body/Invoice[1]/@id, its prefixes in 'namespaces'"],
  [{ xml: "/c", any: { xml: "/a", equals: 1 } }, "any.equals: a text in quotes: values in XML have no other type"],
  [{ json: "/c", any: { xml: "/a", equals: "1" } }, "any: 'json' in it: that is what the list is of"],
  [{ xml: "/c/@d", any: { xml: "/a", equals: "1" } }, "xml: a path that ends at an element, beside 'any'"],
];
for (const [condition, wanted] of refused) {
  test(`${JSON.stringify(condition)} is no condition: ${wanted}`, () => assert.deepEqual(answerCondition().safeParse(condition).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`), [wanted]));
}
