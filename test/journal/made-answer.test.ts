import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { madeAnswer, type Told } from "../../src/journal/made-answer.ts";
import { someFacts } from "./some-entry.ts";

const FACTS = someFacts({ key: ["S", 'A"1'], scope: ["9144"], taxpayer: "9144", region: "beijing" });
const PLATFORM = Buffer.from('{"data":{"no":"N\\"7","amount":1.10,"list":[{"x":true}]},"twice":1,"twice":2}');

const json: readonly { readonly what: string; readonly body: string; readonly told?: Told; readonly wanted: string }[] = [
  { what: "the parts of its key, which cannot end a string", body: '{"a":"{key}","b":"{key.2}"}', wanted: '{"a":"S","b":"A\\"1"}' },
  { what: "scope, taxpayer and region", body: "{scope} {taxpayer} {region}", wanted: "9144 9144 beijing" },
  { what: "what it is told", body: "{requestId} {code} {retryAfter}", told: { values: { requestId: "r-1", code: "held", retryAfter: "60" } }, wanted: "r-1 held 60" },
  { what: "nothing in place of what it is not told", body: "[{requestId}{detail}]", wanted: "[]" },
  { what: "a text of the platform's answer, escaped anew", body: '{"n":"{/data/no}"}', told: { body: PLATFORM }, wanted: '{"n":"N\\"7"}' },
  { what: "a number of it by its source text", body: "{/data/amount}", told: { body: PLATFORM }, wanted: "1.10" },
  { what: "a value in a list of it", body: "{/data/list/0/x}", told: { body: PLATFORM }, wanted: "true" },
  { what: "nothing in place of what is not there", body: "[{/data/nothing}]", told: { body: PLATFORM }, wanted: "[]" },
  { what: "nothing in place of what stands there twice", body: "[{/twice}]", told: { body: PLATFORM }, wanted: "[]" },
  { what: "nothing from an answer that is no JSON", body: "[{/data/no}]", told: { body: Buffer.from("<html>") }, wanted: "[]" },
  { what: "nothing of an answer that is not at hand", body: "[{/data/no}]", wanted: "[]" },
  { what: "what it is told before what is known of the submission", body: "{region}", told: { values: { region: "elsewhere" } }, wanted: "elsewhere" },
];
for (const { what, body, told = {}, wanted } of json) {
  test(`a form holds ${what}`, () => {
    const made = madeAnswer({ status: 202, contentType: "application/json", body }, FACTS, told);
    assert.equal(Buffer.from(made.body).toString(), wanted);
    assert.equal(made.status, 202);
    assert.deepEqual(made.headers, ["Content-Type", "application/json"]);
  });
}

test("a form in XML escapes as XML does", () => {
  const made = madeAnswer({ status: 200, contentType: "text/xml", body: "<no>{key.2}&{/data/no}</no>" }, FACTS, { body: PLATFORM });
  assert.equal(Buffer.from(made.body).toString(), "<no>A&quot;1&N&quot;7</no>");
  assert.deepEqual(made.headers, ["Content-Type", "text/xml"]);
});

test("a submission without a taxpayer leaves the place empty", () => {
  const made = madeAnswer({ status: 200, contentType: "text/plain", body: "[{taxpayer}]" }, { ...FACTS, taxpayer: null }, {});
  assert.equal(Buffer.from(made.body).toString(), "[]");
});

describe("a form about the items of a batch", () => {
  const form = { status: 202, contentType: "application/json", body: '{"id":"{requestId}","good":[{items}],"bad":[{rejectedItems}]}', item: '{"no":"{key.2}","was":"{outcome}","n":{index},"at":"{reference}","{/x}":"{scope}"}' };
  const items = [
    { key: ["A", 'q"'], values: { outcome: "accepted", reference: "{items}" }, body: Buffer.from('{"x":"$&"}') },
    { key: ["B", "b"], values: { outcome: "rejected" } },
  ];
  const made = (changes: object): unknown => JSON.parse(Buffer.from(madeAnswer({ ...form, ...changes }, { key: [], scope: ["S"], taxpayer: null, region: "r" }, { items, values: { requestId: "R" } }).body).toString());

  test("writes each with its own values, escaped, refused ones by themselves where it has words for them", () => {
    const good = { no: 'q"', was: "accepted", n: 1, at: "{items}", "$&": "S" };
    assert.deepEqual(made({ rejectedItem: '"{key}"' }), { id: "R", good: [good], bad: ["B"] });
    assert.deepEqual(made({ body: "[{items}]" }), [good, { no: "b", was: "rejected", n: 2, at: "", "": "S" }]);
  });

  test("separates them as it says, and writes nothing where there are none", () => {
    const text = (some: typeof items): string => Buffer.from(madeAnswer({ status: 200, contentType: "text/plain", body: "<{items}>", item: "{key}", separator: " | " }, { key: [], scope: [], taxpayer: null, region: "" }, { items: some }).body).toString();
    assert.deepEqual([text(items), text([])], ["<A | B>", "<>"]);
  });
});
