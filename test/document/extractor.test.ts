import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { compileExtractor, extractor, type Extracted, type ExtractorSource } from "../../src/document/extractor.ts";

// oxlint-disable unicorn/no-thenable -- `then` is a key of the configuration; it never holds a function

const schema = extractor();

interface Given extends Partial<Omit<ExtractorSource, "body">> {
  readonly body?: string | Uint8Array | null;
}

function extract(options: unknown, { body = null, ...given }: Given): Extracted {
  const source = { headers: [], pathVariables: {}, query: "", contentType: undefined, ...given, body: typeof body === "string" ? Buffer.from(body) : body };
  return compileExtractor(schema.parse(options)).read(source);
}

/** `type text` of what was found, or why there is nothing. */
function told(extracted: Extracted): string {
  return extracted.kind === "found" ? `${extracted.type} ${extracted.text}` : extracted.kind;
}

const KINDS = "exactly one of header, path, query, json, xml, jwt, form, multipart, body";
const WITHIN = "exactly one of json, xml, form, body";
const XML_WANTED = "a path such as /s:Envelope/s:Body/Invoice[1]/@id, its prefixes in 'namespaces'";
const POINTER_WANTED = "a JSON pointer such as /orderNo";
const STEPS_WANTED = "a list of 1 to 4 steps: base64, base64url, gzip, deflate, sha256 or { sm4-ecb: NAME } with a key under the site's 'keys'";

const refused: readonly (readonly [options: unknown, want: readonly string[]])[] = [
  [{}, [`: ${KINDS}`]],
  [{ trim: true }, [`: ${KINDS}`]],
  [{ header: "a", json: "/b" }, [`: ${KINDS}`]],
  [{ header: "a b" }, ["header: a header name such as x-order-no"]],
  [{ path: "{id}" }, ["path: the name of a variable of the route's path, such as id"]],
  [{ query: "" }, ["query: a name of 1 to 200 characters"]],
  [{ json: "orderNo" }, [`json: ${POINTER_WANTED}`]],
  [{ jwt: "nip" }, [`jwt: ${POINTER_WANTED}`]],
  [{ jwt: "/nip", json: "/a" }, [`: ${KINDS}`]],
  [{ xml: "a/b" }, [`xml: ${XML_WANTED}`]],
  [{ xml: "/s:a" }, [`xml: ${XML_WANTED}`]],
  [{ xml: "/toString:a", namespaces: {} }, [`xml: ${XML_WANTED}`]],
  [{ xml: "/a[0]" }, [`xml: ${XML_WANTED}`]],
  [{ json: "/a", namespaces: { s: "urn:s" } }, ["namespaces: 'xml' beside 'namespaces'"]],
  [{ body: false }, ["body: true"]],
  [{ json: "/a", decode: [] }, [`decode: ${STEPS_WANTED}`]],
  [{ json: "/a", decode: ["rot13"] }, ["decode.0: base64, base64url, gzip, deflate, sha256 or { sm4-ecb: NAME } with a key under the site's 'keys'"]],
  [{ json: "/a", decode: ["gzip", "gzip", "gzip", "gzip", "gzip"] }, [`decode: ${STEPS_WANTED}`]],
  [{ json: "/a", then: {} }, [`then: ${WITHIN}`]],
  [{ json: "/a", trim: true, then: { json: "/b" } }, ["trim: nothing beside 'then': it stands within it"]],
  [{ json: "/1", then: { json: "/2", then: { json: "/3", then: { json: "/4", then: { json: "/5" } } } } }, ["then.then.then.then: nothing: at most 4 extractors, one within the other"]],
];

for (const [options, want] of refused) {
  test(`${JSON.stringify(options).slice(0, 80)} is no extractor, and the message says what is`, () => {
    const result = schema.safeParse(options);
    assert.deepEqual(result.error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`), want);
  });
}

test("places that have no meaning within a value are unknown keys there", () => {
  const issues = schema.safeParse({ json: "/a", then: { header: "b" } }).error?.issues.map((issue) => (issue.code === "unrecognized_keys" ? [issue.path, issue.keys] : issue.code));
  assert.deepEqual(issues, [[["then"], ["header"]]]);
});

test("an extractor has a name for messages, and knows whether it needs the body", () => {
  const of = (options: unknown): unknown[] => {
    const { name, needsBody } = compileExtractor(schema.parse(options));
    return [name, needsBody];
  };
  assert.deepEqual(of({ header: "X-Order-No" }), ["header X-Order-No", false]);
  assert.deepEqual(of({ path: "id" }), ["path id", false]);
  assert.deepEqual(of({ query: "no" }), ["query no", false]);
  assert.deepEqual(of({ jwt: "/nip", header: "x-token" }), ["jwt /nip", false]);
  assert.deepEqual(of({ json: "/data", decode: ["base64", "gzip"], then: { xml: "/a/b" } }), ["json /data, base64, gzip, xml /a/b", true]);
  assert.deepEqual(of({ form: "no" }), ["form no", true]);
  assert.deepEqual(of({ multipart: "no" }), ["multipart no", true]);
  assert.deepEqual(of({ body: true, decode: ["gzip"] }), ["body, gzip", true]);
});

const jwt = (payload: string, head = '{"alg":"none"}'): string => `${Buffer.from(head).toString("base64url")}.${Buffer.from(payload).toString("base64url")}.c2ln`;
const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");
const gbk = Uint8Array.from([...Buffer.from('{"orderNo":"'), 0xb6, 0xa9, 0xb5, 0xa5, 0x31, ...Buffer.from('"}')]);
const FORM = "application/x-www-form-urlencoded";

const cases: readonly (readonly [name: string, options: unknown, given: Given, wanted: string])[] = [
  ["a header, whatever its case", { header: "X-Order-No" }, { headers: ["x-order-NO", "7"] }, "string 7"],
  ["a header that is not there", { header: "x-a" }, { headers: ["x-b", "7"] }, "missing"],
  ["a header that is empty", { header: "x-a" }, { headers: ["x-a", ""] }, "string "],
  ["a header twice with the same value", { header: "x-a" }, { headers: ["x-a", "7", "X-A", "7"] }, "string 7"],
  ["a header with several values", { header: "x-a" }, { headers: ["x-a", "7", "x-a", "8"] }, "ambiguous"],
  ["a value with white space, which counts", { header: "x-a" }, { headers: ["x-a", " 7\u3000"] }, "string  7\u3000"],
  ["a value that is trimmed because the route says so", { header: "x-a", trim: true }, { headers: ["x-a", " 7\u3000"] }, "string 7"],
  ["a variable of the path", { path: "id" }, { pathVariables: { id: "a/b" } }, "string a/b"],
  ["a variable that the path has not", { path: "toString" }, { pathVariables: {} }, "missing"],
  ["a member of the query", { query: "no" }, { query: "?a=1&no=%E8%AE%A2+1" }, "string 订 1"],
  ["a query without a question mark", { query: "no" }, { query: "no=1" }, "string 1"],
  ["a member of the query twice with the same value", { query: "no" }, { query: "?no=1&n%6f=%31" }, "string 1"],
  ["a member of the query with several values", { query: "no" }, { query: "?no=1&n%6f=2" }, "ambiguous"],
  ["a member of the query without a value", { query: "no" }, { query: "?no" }, "string "],
  ["a member of the query that is broken", { query: "no" }, { query: "?no=%4" }, "malformed"],
  ["a broken member beside it", { query: "no" }, { query: "?100%=x&no=1" }, "string 1"],
  ["an empty query", { query: "no" }, { query: "" }, "missing"],
  ["a query with characters that no request holds", { query: "no" }, { query: "?no=Ł" }, "malformed"],
  ["a query in GBK", { query: "no" }, { query: "?no=%B6%A9" }, "string 订"],

  ["a member of a JSON body", { json: "/orderNo" }, { body: '{"orderNo":"A-1"}' }, "string A-1"],
  ["a long number by its digits", { json: "/orderNo" }, { body: '{"orderNo":12345678901234567890}' }, "number 12345678901234567890"],
  ["another long number by its digits", { json: "/orderNo" }, { body: '{"orderNo":12345678901234567000}' }, "number 12345678901234567000"],
  ["a fraction as it is written", { json: "/a" }, { body: '{"a":1.10}' }, "number 1.10"],
  ["null, which is a value", { json: "/a" }, { body: '{"a":null}' }, "null null"],
  ["a subtree without white space", { json: "/items" }, { body: '{"items": [ {"b" : "x \\" y",\r\n\t"a": 1.0} ] }' }, 'array [{"b":"x \\" y","a":1.0}]'],
  ["a whole JSON body", { json: "" }, { body: ' { "a" : [ ] } ' }, 'object {"a":[]}'],
  ["a JSON member that stands there twice", { json: "/orderNo" }, { body: '{"orderNo":"1","orderNo":"1"}' }, "ambiguous"],
  ["a JSON member that stands there twice, once escaped", { json: "/a/b" }, { body: '{"a":{"b":1},"\\u0061":{}}' }, "ambiguous"],
  ["a JSON body that is cut off", { json: "/a" }, { body: '{"a":1' }, "malformed"],
  ["a JSON body that is too deep", { json: "/a" }, { body: "[".repeat(100_000) }, "too-deep"],
  ["no body", { json: "/a" }, { body: null }, "missing"],
  ["an empty body", { json: "/a" }, { body: "" }, "missing"],
  ["a GBK body that says so", { json: "/orderNo" }, { body: gbk, contentType: "application/json; charset=GBK" }, "string 订单1"],
  ["a GBK body that says nothing", { json: "/orderNo" }, { body: gbk, contentType: "application/json" }, "string 订单1"],
  ["a GBK body that says UTF-8", { json: "/orderNo" }, { body: gbk, contentType: "application/json; charset=utf-8" }, "malformed"],
  ["a UTF-8 body that says GBK, and is no GBK", { json: "/a" }, { body: '{"a":"订"}', contentType: "application/json; charset=gbk" }, "malformed"],
  ["a UTF-16 body", { json: "/a" }, { body: Buffer.from('\uFEFF{"a":"订"}', "utf16le") }, "string 订"],

  ["an element of an XML body", { xml: "/r/*:id" }, { body: '<r><p:id xmlns:p="u">7</p:id></r>' }, "string 7"],
  ["XML whose charsets contradict each other", { xml: "/r" }, { body: '<?xml version="1.0" encoding="GBK"?><r>é</r>', contentType: "text/xml; charset=utf-8" }, "malformed"],
  ["XML in ASCII, which means the same in both charsets", { xml: "/r" }, { body: '<?xml version="1.0" encoding="utf-8"?><r>7</r>', contentType: "text/xml; charset=iso-8859-1" }, "string 7"],

  ["a claim of a bearer token", { jwt: "/nip" }, { headers: ["Authorization", `Bearer ${jwt('{"nip":"123"}')}`] }, "string 123"],
  ["a claim of a bearer token in small letters", { jwt: "/n" }, { headers: ["authorization", `bearer ${jwt('{"n":00}'.replace("00", "10"))}`] }, "number 10"],
  ["a claim of a token in another header", { jwt: "/nip", header: "X-Token" }, { headers: ["x-token", jwt('{"nip":"123"}')] }, "string 123"],
  ["a claim that is not there", { jwt: "/nip" }, { headers: ["authorization", `Bearer ${jwt("{}")}`] }, "missing"],
  ["a claim that stands there twice", { jwt: "/nip" }, { headers: ["authorization", `Bearer ${jwt('{"nip":1,"nip":2}')}`] }, "ambiguous"],
  ["another scheme than bearer", { jwt: "/nip" }, { headers: ["authorization", "Basic YTpi"] }, "missing"],
  ["two tokens", { jwt: "/nip" }, { headers: ["authorization", `Bearer ${jwt("{}")}`, "authorization", `Bearer ${jwt('{"nip":1}')}`] }, "ambiguous"],
  ["a token of two parts", { jwt: "/nip" }, { headers: ["authorization", "Bearer e30.e30"] }, "malformed"],
  ["a token that is encrypted", { jwt: "/nip" }, { headers: ["authorization", "Bearer e30.e30.e30.e30.e30"] }, "malformed"],
  ["a token in another alphabet", { jwt: "/nip" }, { headers: ["authorization", "Bearer e30.e+/0.x"] }, "malformed"],
  ["a token with padding", { jwt: "/nip" }, { headers: ["authorization", "Bearer e30=.e30.x"] }, "malformed"],
  ["a token whose payload is no JSON", { jwt: "/nip" }, { headers: ["authorization", `Bearer ${jwt("nip")}`] }, "malformed"],
  ["a token whose head is no object", { jwt: "/nip" }, { headers: ["authorization", `Bearer ${jwt('{"nip":1}', "[]")}`] }, "malformed"],
  ["a token that is too large", { jwt: "/nip" }, { headers: ["authorization", `Bearer ${jwt(`{"nip":"${"x".repeat(16_384)}"}`)}`] }, "too-large"],

  ["a member of a form", { form: "no" }, { body: "no=a%26b+c&x=", contentType: FORM }, "string a&b c"],
  ["a member of a form in GBK", { form: "no" }, { body: "no=%B6%A9", contentType: `${FORM}; charset=gb2312` }, "string 订"],
  ["a member of a form that is not what its charset says", { form: "no" }, { body: "no=%B6%A9", contentType: `${FORM}; charset=utf-8` }, "malformed"],
  ["a member of a form with several values", { form: "no" }, { body: "no=1&no=2", contentType: FORM }, "ambiguous"],
  ["a member of a form twice with the same value", { form: "no" }, { body: "no=1&no=1", contentType: FORM }, "string 1"],
  ["a form in a body that is none", { form: "no" }, { body: "no=1", contentType: "text/plain" }, "missing"],

  ["the whole body", { body: true }, { body: " a " }, "string  a "],
  ["a body that is no text", { body: true }, { body: Uint8Array.of(0xff, 0xff) }, "bytes //8="],
  ["a body that is not the text that it says", { body: true }, { body: Uint8Array.of(0xff, 0xff), contentType: "text/plain; charset=utf-8" }, "malformed"],

  ["XML in base64 within JSON", { json: "/d", decode: ["base64"], then: { xml: "/a/b" } }, { body: JSON.stringify({ d: base64("<a><b>7</b></a>") }) }, "string 7"],
  ["JSON in gzip in base64 within XML", { xml: "/a", decode: ["base64", "gzip"], then: { json: "/b" } }, { body: `<a>\n${base64(gzipSync('{"b":7}'))}\n</a>` }, "number 7"],
  ["JSON as a text within JSON", { json: "/d", then: { json: "/e" } }, { body: JSON.stringify({ d: '{"e":1.0}' }) }, "number 1.0"],
  ["XML as a text within JSON, whatever charset it speaks of", { json: "/d", then: { xml: "/a" } }, { body: JSON.stringify({ d: '<?xml version="1.0" encoding="GBK"?><a>订</a>' }) }, "string 订"],
  ["XML in GBK in base64 within JSON", { json: "/d", decode: ["base64"], then: { xml: "/a" } }, { body: JSON.stringify({ d: base64(Uint8Array.from([...Buffer.from('<?xml version="1.0" encoding="GBK"?><a>'), 0xb6, 0xa9, ...Buffer.from("</a>")])) }) }, "string 订"],
  ["a form in a header", { header: "x-d", decode: ["base64url"], then: { form: "no" } }, { headers: ["x-d", Buffer.from("no=1").toString("base64url")] }, "string 1"],
  ["a decoded value that is trimmed", { header: "x-d", decode: ["base64"], trim: true }, { headers: ["x-d", base64(" 7 ")] }, "string 7"],
  ["decoding what is no text", { json: "/d", decode: ["base64"] }, { body: '{"d":1234}' }, "malformed"],
  ["decoding what is not there", { json: "/d", decode: ["base64"], then: { json: "/e" } }, { body: "{}" }, "missing"],
  ["a value whose decoding fails", { json: "/d", decode: ["base64"] }, { body: '{"d":"a"}' }, "malformed"],
  ["a member that stands twice in what was decoded", { json: "/d", decode: ["base64"], then: { json: "/e" } }, { body: JSON.stringify({ d: base64('{"e":1,"e":2}') }) }, "ambiguous"],
];

for (const [name, options, given, wanted] of cases) test(`extracting ${name}`, () => assert.equal(told(extract(options, given)), wanted));

test("a value that was read as a whole comes with its bytes", () => {
  const found = extract({ header: "x-d", decode: ["base64"] }, { headers: ["x-d", "/wA="] });
  assert.deepEqual(found.kind === "found" && [...(found.bytes ?? [])], [0xff, 0]);
});

test("a detail names no value of the message", () => {
  for (const [, options, given] of cases) {
    const found = extract(options, given);
    if (found.kind !== "found") assert.match(found.detail, /^[A-Za-z0-9 ',/-]+$/);
  }
});

test("values that were decoded agree with what was encoded, for every document", () => {
  const key = fc.constantFrom("a", "b", "0", "1", "~/");
  const { tree } = fc.letrec((tie) => ({ tree: fc.oneof({ maxDepth: 4 }, fc.jsonValue({ maxDepth: 1, noUnicodeString: false }), fc.array(tie("tree"), { maxLength: 3 }), fc.dictionary(key, tie("tree"), { maxKeys: 3 })) }));
  fc.assert(
    fc.property(tree, fc.array(key, { maxLength: 3 }), fc.constantFrom(undefined, 1, "\t"), (document, path, indent) => {
      const text = JSON.stringify(document, null, indent);
      const pointer = path.map((step) => `/${step.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
      let wanted: unknown = JSON.parse(text);
      for (const step of path) wanted = typeof wanted === "object" && wanted !== null && Object.hasOwn(wanted, step) ? (wanted as Record<string, unknown>)[step] : undefined;
      const found = extract({ header: "x", decode: ["base64", "gzip"], then: { json: pointer } }, { headers: ["x", base64(gzipSync(text))] });
      if (wanted === undefined) assert.equal(found.kind, "missing");
      else if (typeof wanted === "string" && !wanted.isWellFormed()) assert.equal(found.kind, "malformed");
      else if (typeof wanted === "string") assert.equal(told(found), `string ${wanted}`);
      else assert.equal(found.kind === "found" && found.text, JSON.stringify(wanted));
    }),
    { numRuns: 300, seed: 3 },
  );
});

test("no bytes make an extractor throw", () => {
  const extractors = [{ json: "/a" }, { xml: "/a" }, { form: "a" }, { multipart: "a" }, { body: true }, { body: true, decode: ["gzip"] }, { body: true, decode: ["base64", "deflate"], then: { xml: "/a" } }];
  const type = fc.constantFrom(undefined, "text/xml; charset=gbk", "multipart/form-data; boundary=b", `${FORM}; charset=utf-16`, "a/b; charset", ";");
  const piece = fc.oneof(fc.uint8Array({ maxLength: 4 }), fc.constantFrom("<a", ">", "</a>", "&", "%", "a=", "--b", "\r\n", '{"a":', "}", "\uFEFF").map((text) => Buffer.from(text)));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), type, (pieces, contentType) => {
      for (const options of extractors) assert.match(extract(options, { body: Buffer.concat(pieces), contentType }).kind, /^(found|missing|ambiguous|malformed|too-deep|too-large)$/);
    }),
    { numRuns: 1000, seed: 4 },
  );
});
