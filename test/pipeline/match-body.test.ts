import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { routeOf } from "../../src/pipeline/match-route.ts";
import { routeOptions } from "../../src/pipeline/options.ts";
import { compileRoute } from "../../src/pipeline/site.ts";
import { answered, codeOf, exchange, run, setUp, streamed } from "./setup.ts";
import type { Body } from "../../src/http/message.ts";

const SOAP = { e: "http://schemas.xmlsoap.org/soap/envelope/", s: "urn:s" };
const ROUTES = [
  { name: "issue", class: "control", match: { methods: ["POST"], path: "/api", json: [{ at: "/method", equals: "issue" }] }, body: { maxBytes: "1kB" } },
  { name: "query", class: "read", match: { methods: ["POST"], path: "/api", json: [{ at: "/method", in: ["query", "list", 1] }, { at: "/void", exists: false }] } },
  { name: "alta", class: "control", match: { path: "/api", xml: [{ at: "/e:Envelope/e:Body/s:Alta", namespaces: SOAP }] } },
  { name: "kind", class: "control", match: { path: "/api", xml: [{ at: "/e:Envelope/e:Body/s:Op", namespaces: SOAP, equals: "Baja" }, { at: "/e:Envelope/@v", namespaces: SOAP, in: ["1", "2"] }] } },
  { name: "rest", class: "pass", match: { methods: ["POST"], path: "/api" } },
  { name: "never", class: "read", match: { methods: ["POST"], path: "/api" }, body: { maxBytes: "60MB" } },
  { name: "only-inside", class: "control", match: { methods: ["POST"], path: "/inside", json: [{ at: "/a" }] }, body: { types: ["application/json"], maxBytes: "30B" } },
  { name: "service", class: "control", match: { path: "/invoke/{nlbm}/{fwbm}", variables: { fwbm: ["202007", "202008"] } } },
  { name: "invoke", class: "read", match: { path: "/invoke/{nlbm}/{fwbm}" } },
  { name: "action", class: "control", match: { path: "/soap", soapAction: "urn:issue" } },
  { name: "other-action", class: "read", match: { path: "/soap" } },
  { name: "by-name", class: "control", match: { path: "/gateway", header: { method: "issue" } } },
  { name: "by-member", class: "control", match: { path: "/gateway", query: { method: "issue" } } },
  { name: "gateway", class: "read", match: { path: "/gateway" } },
];
const JSON_TYPE = ["Content-Type", "application/json"];
const XML_TYPE = ["Content-Type", "text/xml; charset=utf-8"];
const envelope = (body: string, attributes = ""): string => `<e:Envelope xmlns:e="${SOAP.e}" xmlns:s="${SOAP.s}"${attributes}>${body}</e:Envelope>`;
const within = (inner: string): string => envelope(`<e:Body>${inner}</e:Body>`);
const UNCLEAR = "400 match-unclear";

const cases: readonly (readonly [what: string, want: string, body: string | Uint8Array, headers?: readonly string[], line?: string])[] = [
  ["a JSON body with the value", "issue", '{"method":"issue"}', JSON_TYPE],
  ["a JSON body in UTF-16", "issue", Buffer.from('\ufeff{"method":"issue"}', "utf16le"), JSON_TYPE],
  ["a JSON body that states no type", "issue", ' {"method":"issue"}'],
  ["a JSON body under another type", "issue", '{"method":"issue"}', ["Content-Type", "application/x-www-form-urlencoded"]],
  ["an escaped spelling of name and value", "issue", '{"\\u006dethod":"iss\\u0075e"}', JSON_TYPE],
  ["one of several values", "query", '{"method":"list"}', JSON_TYPE],
  ["a number of several values", "query", '{"method":1.0}', JSON_TYPE],
  ["a member that must not be there", "rest", '{"method":"query","void":null}', JSON_TYPE],
  ["another value", "rest", '{"method":"ping"}', JSON_TYPE],
  ["no such member", "rest", "{}", JSON_TYPE],
  ["no body", "rest", "", JSON_TYPE],
  ["a form", "rest", "method=issue", ["Content-Type", "application/x-www-form-urlencoded"]],
  ["plain text", "rest", "method: issue"],
  ["a doubled member", UNCLEAR, '{"method":"ping","method":"issue"}', JSON_TYPE],
  ["a doubled member that says the same", UNCLEAR, '{"method":"ping","method":"ping"}', JSON_TYPE],
  ["a doubled member that decides nothing", "query", '{"method":"query","x":1,"x":2}', JSON_TYPE],
  ["a doubled member behind one that settles it", "issue", '{"method":"issue","void":1,"void":2}', JSON_TYPE],
  ["a text where a number is meant", UNCLEAR, '{"method":"1"}', JSON_TYPE],
  ["a value with white space around it", UNCLEAR, '{"method":" issue"}', JSON_TYPE],
  ["a text that is no Unicode in a place that settles nothing", "rest", '{"method":"ping","void":"\\ud800"}', JSON_TYPE],
  ["JSON with a comma too many", UNCLEAR, '{"method":"issue",}', JSON_TYPE],
  ["JSON with a comma too many under another type", UNCLEAR, '{"method":"issue",}', ["Content-Type", "text/plain"]],
  ["JSON in single quotes that states no type", UNCLEAR, "\ufeff {'method':'issue'}"],
  ["JSON behind a comment", UNCLEAR, '/**/{"method":"issue"}'],
  ["no JSON at all, stated as JSON", UNCLEAR, "method: issue", JSON_TYPE],
  ["JSON nested too deep", UNCLEAR, `{"a":${"[".repeat(200)}${"]".repeat(200)},"method":"issue"}`, JSON_TYPE],
  ["a body with a content coding", UNCLEAR, gzipSync('{"method":"issue"}'), ["Content-Encoding", "gzip"]],
  ["two content types", UNCLEAR, '{"method":"issue"}', [...JSON_TYPE, "Content-Type", "text/plain"]],
  ["the element", "alta", within("<s:Alta><s:x/></s:Alta>"), XML_TYPE],
  ["the element several times", "alta", within("<s:Alta/><s:Alta/>"), XML_TYPE],
  ["the element under another prefix", "alta", `<q:Envelope xmlns:q="${SOAP.e}"><q:Body><Alta xmlns="urn:s"/></q:Body></q:Envelope>`, XML_TYPE],
  ["the element in another namespace", "rest", within('<Alta xmlns="urn:t"/>'), XML_TYPE],
  ["the name in a comment and in CDATA", "rest", within("<s:B><!-- <s:Alta/> --><![CDATA[<s:Alta/>]]></s:B>"), XML_TYPE],
  ["two bodies, the element in the first", UNCLEAR, envelope("<e:Body><s:Alta/></e:Body><e:Body><s:Baja/></e:Body>"), XML_TYPE],
  ["two bodies, the element in the second", UNCLEAR, envelope("<e:Body><s:Baja/></e:Body><e:Body><s:Alta/></e:Body>"), XML_TYPE],
  ["a text and an attribute", "kind", envelope("<e:Body><s:Op>Baja</s:Op></e:Body>", ' v="2"'), XML_TYPE],
  ["a text in pieces", "kind", envelope("<e:Body><s:Op>B<!-- -->a<![CDATA[ja]]></s:Op></e:Body>", ' v="1"'), XML_TYPE],
  ["a text with white space around it", UNCLEAR, envelope("<e:Body><s:Op> Baja\n</s:Op></e:Body>", ' v="2"'), XML_TYPE],
  ["a text that stands there twice", UNCLEAR, envelope("<e:Body><s:Op>Baja</s:Op><s:Op>Alta</s:Op></e:Body>", ' v="2"'), XML_TYPE],
  ["a text with an element in it", "rest", envelope("<e:Body><s:Op>Baja<s:y/></s:Op></e:Body>", ' v="2"'), XML_TYPE],
  ["another attribute", "rest", envelope("<e:Body><s:Op>Baja</s:Op></e:Body>", ' v="3"'), XML_TYPE],
  ["XML with a DTD", UNCLEAR, `<!DOCTYPE a [<!ENTITY x "y">]>${within("<s:Alta/>")}`, XML_TYPE],
  ["XML that is cut off, under another type", UNCLEAR, within("<s:Alta/>").slice(0, -3)],
  ["the only route, and its condition", "only-inside", '{"a":1}', JSON_TYPE, "POST /inside"],
  ["the only route, and not its condition", "404 no-route", '{"b":1}', JSON_TYPE, "POST /inside"],
  ["the only route, and another type", "415 unsupported-type", "a=1", ["Content-Type", "text/plain"], "POST /inside"],
  ["the only route, and too much", "413 body-too-large", `{"a":"${"x".repeat(30)}"}`, JSON_TYPE, "POST /inside"],
  ["the only route, and another method", "405 method-not-allowed", '{"a":1}', JSON_TYPE, "PUT /inside"],
  ["a spelling that no candidate takes", "400 path-parameters", '{"a":1}', JSON_TYPE, "POST /api;x"],
  ["a body above the bound of the route it is for, below that of another", "413 body-too-large", `{"method":"issue","x":"${"x".repeat(1000)}"}`, JSON_TYPE],
  ["a variable with one of its values", "service", "", [], "POST /invoke/1/202007"],
  ["a variable in another spelling", "service", "", [], "POST /invoke/1/20200%37"],
  ["a variable with another value", "invoke", "", [], "POST /invoke/1/202009"],
  ["an action in quotes", "action", "", ["SOAPAction", '"urn:issue"'], "POST /soap"],
  ["an action of SOAP 1.2", "action", "", ["SOAPAction", '""', "Content-Type", 'application/soap+xml; action="urn:issue"'], "POST /soap"],
  ["another action", "other-action", "", ["SOAPAction", "urn:query"], "POST /soap"],
  ["two actions", UNCLEAR, "", ["SOAPAction", "urn:query", "soapaction", "urn:issue"], "POST /soap"],
  ["two actions in two fields", UNCLEAR, "", ["SOAPAction", "urn:query", "Content-Type", "application/soap+xml; action=urn:issue"], "POST /soap"],
  ["an action in a type that cannot be read", UNCLEAR, "", ["Content-Type", "application/soap+xml; action=urn:issue; a; =b"], "POST /soap"],
  ["a header with two values", UNCLEAR, "", ["Method", "query", "Method", "issue"], "POST /gateway"],
  ["a header with other values", "gateway", "", ["Method", "query", "Method", "list"], "POST /gateway"],
  ["a member of the query with two values", UNCLEAR, "", [], "POST /gateway?method=query&method=issue"],
  ["a member of the query doubled with one value", "by-member", "", [], "POST /gateway?method=issue&method=issue"],
];

for (const [what, want, content, headers = [], line = "POST /api"] of cases) {
  test(`${line} with ${what} is for ${want}`, async () => {
    const parts = setUp(() => answered(200), { routes: ROUTES });
    const whole: Body = { kind: "bytes", bytes: Buffer.from(content) };
    const x = exchange(line, headers, content.length === 0 ? undefined : whole);
    const code = codeOf(await run(parts, x));
    assert.equal(code === "200" ? x.route?.name : code, want);
    assert.equal(parts.calls.length, code === "200" ? 1 : 0);
  });
}

test("a streamed body is read once, chosen by, and sent on whole, also where the route passes bodies through", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES });
  const x = exchange("POST /api", JSON_TYPE, streamed(['{"met', 'hod":"ping"}']));
  assert.equal(codeOf(await run(parts, x)), "200");
  assert.equal(x.route?.name, "rest");
  assert.deepEqual(parts.calls[0]?.call.body, { kind: "bytes", bytes: Buffer.from('{"method":"ping"}') });
  assert.equal(x.heldBytes, 17);
});

test("a streamed body is not touched where no route of its path looks at bodies", async () => {
  const parts = setUp(() => answered(200), { routes: [{ name: "up", class: "pass", match: { path: "/up" } }, ...ROUTES] });
  const body = streamed(["any"]);
  await run(parts, exchange("POST /up", JSON_TYPE, body));
  assert.equal(parts.calls[0]?.call.body, body);
});

test("a streamed body stops at the largest bound of the candidates, to which no route counts behind one that takes every body", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, bodies: 100_000_000 });
  const piece = "x".repeat(4_000_000);
  const body = streamed([piece, piece, piece, piece]);
  assert.equal(codeOf(await run(parts, exchange("POST /api", [], body))), "413 body-too-large");
  const small = streamed(["{}", piece]);
  assert.equal(codeOf(await run(parts, exchange("POST /inside", JSON_TYPE, small))), "413 body-too-large");
});

test("what is held for a choice counts against the room for bodies, and is given back", async () => {
  const parts = setUp(() => answered(200), { routes: ROUTES, bodies: 5 });
  assert.equal(codeOf(await run(parts, exchange("POST /api", JSON_TYPE, streamed(["123456"])))), "503 overloaded");
  assert.equal(parts.around.bodies.take(5), true);
});

test("a request of our own finds the route that a caller's would", () => {
  const routes = ROUTES.map((route) => compileRoute(routeOptions.parse(route)));
  const find = (body: string) => routeOf(routes, { method: "POST", path: "/api", query: "", headers: JSON_TYPE, body: Buffer.from(body) })?.name;
  assert.equal(find('{"method":"query"}'), "query");
  assert.equal(find('{"method":"x"}'), "rest");
  assert.equal(find('{"method":"x","method":"y"}'), undefined);
});

test("many routes that look at many places of a large body are decided in time that grows with its size", { timeout: 5000 }, () => {
  const routes = Array.from({ length: 50 }, (_, index) => compileRoute(routeOptions.parse({ name: `r${index}`, class: "control", match: { path: "/x", xml: [{ at: `/a/b/c${index}` }], json: [{ at: "/m", equals: index }] } })));
  const request = { method: "POST", path: "/x", query: "", headers: XML_TYPE, body: Buffer.from(`<a><b>${"<d>text</d>".repeat(100_000)}</b></a>`) };
  assert.equal(routeOf(routes, request), null);
  assert.equal(routeOf(routes, { ...request, headers: JSON_TYPE, body: Buffer.from(`{"x":[${"1,".repeat(1_000_000)}1],"m":49}`) }), null);
});
