import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { normalForm } from "../../src/config/normal.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { loadText } from "./load-text.ts";
import { partOfSchema } from "./part-of-schema.ts";

const accepts = new Ajv2020({ allowUnionTypes: true }).compile(partOfSchema(["version", "journal", "regions", "identity", "routes"]));

const SECRET = "(redacted) stands here";
const duration = fc.constantFrom("1.5h", "90s", "2d", "26h", "1h");
const form = fc.record(
  { status: fc.constantFrom(200, 503, 599), contentType: fc.constantFrom("application/json", "text/xml; charset=utf-8"), body: fc.constantFrom("", "{key}{reference}", '{"a":"$${ x}"}', "two\nlines: #", " €") },
  { requiredKeys: ["status"] },
);
/** Read from text: lint takes a mapping with `then` for a promise. */
const NESTED = [
  '{ "multipart": "a b", "decode": ["base64", "gzip"] }',
  '{ "form": "a", "decode": ["base64url"], "then": { "body": true, "decode": ["deflate"], "then": { "json": "/a", "then": { "form": "x", "trim": false } } } }',
].map((text) => JSON.parse(text) as object);
const place = fc.oneof(
  fc.record({ json: fc.constantFrom("/orderNo", "/a~1b/0"), trim: fc.boolean() }, { requiredKeys: ["json"] }),
  fc.record({ xml: fc.constant("/o:a/@b"), namespaces: fc.constant({ o: "urn:o" }) }),
  fc.record({ path: fc.constantFrom("id", "kind") }),
  fc.record({ header: fc.constant("x-no") }),
  fc.record({ jwt: fc.constant("/sub"), header: fc.constant("x-token") }, { requiredKeys: ["jwt"] }),
  fc.constantFrom(...NESTED),
);
const places = (minLength: number, maxLength: number) => fc.uniqueArray(place, { selector: (one) => JSON.stringify(one), minLength, maxLength });
const status = fc.oneof(fc.integer({ min: 100, max: 599 }), fc.array(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 3 }));
const condition = fc.oneof(
  fc.record({ status }),
  fc.record({ contentType: fc.constant("text/html") }),
  fc.record({ status, json: fc.constant("/code"), in: fc.constantFrom<unknown[]>([0, "00", null], [true]) }),
  fc.record({ xml: fc.constant("/r:a"), namespaces: fc.constant({ r: "urn:r" }), equals: fc.constant("0044") }),
  fc.constant({ json: "/l", any: { json: "", in: [1, "1", null] } }),
  fc.constant({ status: 200, xml: "/r:a/r:b", namespaces: { r: "urn:r" }, any: { xml: "/*:b/@c", exists: false } }),
);
const conditions = fc.array(condition, { maxLength: 2 });
const step = fc.oneof(
  fc.constant("hold" as const),
  fc.record({ wait: duration }),
  fc.record({ resend: fc.record({ window: duration }) }),
  fc.record({
    query: fc.constant({ path: "/l?y={remember.year[0..4]}&i={path.id}" }),
    each: fc.constantFrom({ json: "" }, { xml: "/r:a", namespaces: { r: "urn:r" } }),
    next: fc.constantFrom({ read: { json: "/next" }, header: "X-Next" }, { read: { header: "x-next" }, query: "page" }, { numbered: true, query: "page" }),
    pages: fc.integer({ min: 1, max: 10_000 }), found: condition, as: form, closedAs: form, reference: fc.constant({ json: "/no" }),
    match: fc.constant([{ read: { json: "/a" }, is: "{key}" }, { read: { json: "/b" }, is: "{key.2}" }]),
    absentMeans: fc.constant("closed"),
  }, { requiredKeys: ["query", "each", "as", "match", "absentMeans"] }),
  fc.record({
    query: fc.record({ method: fc.constantFrom("GET", "POST"), path: fc.constant("/q?a={key}{key.2}&s={scope}"), headers: fc.constant({ "X-Of": "{taxpayer}" }), body: fc.constant("$${ {region}") }, { requiredKeys: ["path"] }),
    found: condition, absent: condition,
    match: fc.array(fc.record({ read: fc.constantFrom({ json: "/a" }, { header: "x-a" }), is: fc.constant("{key}") }), { maxLength: 2 }),
    as: form, notFoundValidAfter: fc.constantFrom("0ms", "1s"), absentMeans: fc.constantFrom("unsent", "held"), every: fc.constantFrom("50ms", "1.5s"), for: duration,
  }, { requiredKeys: ["query", "found", "notFoundValidAfter"] }),
);
const rate = fc.constantFrom("1/s", "30/min", "7/h", "1000/d");

const submission = fc.record(
  {
    operation: fc.constant("issue.v2"),
    key: places(2, 2),
    scope: places(1, 2),
    fingerprint: fc.oneof(fc.constant({ over: "bytes" }), fc.record({ over: fc.constant("fields"), fields: places(1, 4) })),
    duplicate: fc.array(fc.tuple(condition, fc.constantFrom("same", "check", "conflict"), fc.option(form)).map(([one, means, as]) => ({ ...one, means, ...(as === null ? {} : { as }) })), { maxLength: 2 }),
    accepted: conditions, notExecuted: conditions, final: conditions, inDoubt: conditions,
    reference: fc.constantFrom({ json: "/no" }, { header: "x-no" }),
    resolve: fc.array(step, { maxLength: 3 }),
    resolvePace: rate,
    serialBy: places(0, 2),
    notPast: fc.constantFrom("midnight Asia/Shanghai", "midnight UTC"),
    within: fc.constantFrom([], [{ path: "id" }, { json: "/session" }]),
    onMissingKey: fc.constantFrom("refuse", "pass"),
    onOutage: fc.constantFrom("wait", "refuse", "defer"),
    defer: fc.record({ accepted: form, maxQueueAge: duration, pace: rate, maxQueued: fc.integer({ min: 1, max: 10_000_000 }), webhook: fc.constant({ url: "https://erp.example:8443/a?b=c", secret: SECRET }) }, { requiredKeys: ["webhook"] }),
    rejectedFor: duration,
    retain: fc.record({ outcome: fc.constantFrom("1d", "100y"), bodies: fc.constantFrom("1h", "45d") }, { requiredKeys: [] }),
    linger: fc.constantFrom("0ms", "1h"),
    resendUnsent: duration,
    holdFor: duration,
    replayHeaders: fc.constantFrom([], ["x-a", "Location"]),
    answers: fc.record({ tryLater: form, held: form, conflict: form, elsewhere: form }, { requiredKeys: [] }),
    remember: fc.constantFrom({ year: { json: "/date" } }, { year: { json: "/date" }, b_2: { header: "x-b" } }),
  },
  { requiredKeys: ["key", "scope", "defer", "remember"] },
);

const journal = fc.record(
  { store: fc.constant("sqlite"), witness: fc.constantFrom("/mnt/a", "../b"), ballast: fc.constantFrom("0B", "1GiB", "1.5MB"), distrustFor: duration, encryption: fc.record({ cipher: fc.constantFrom("aes-256-gcm", "sm4-gcm"), keys: fc.constant([{ id: "a", key: SECRET }]) }, { requiredKeys: ["keys"] }) },
  { requiredKeys: ["encryption"] },
);
const entitled = fc.array(fc.record({ principal: fc.constantFrom("certificate:CN=a, O=b", "x-customer:*", "*"), taxpayers: fc.constantFrom(["9144*"], ["*", "0044"]) }), { maxLength: 2 });

test("every submission loads, is accepted by the JSON Schema, and is the same after its normal form was loaded", () => {
  fc.assert(
    fc.property(submission, journal, entitled, (ofRoute, ofAll, who) => {
      const route = { name: "issue", match: { methods: ["POST"], path: "/a/{id}/{kind}" }, class: "submit", submission: ofRoute };
      const written = { version: 1, journal: ofAll, regions: { main: { endpoints: [{ url: "https://tax.example" }] } }, identity: { taxpayer: [{ json: "/seller" }], entitled: who }, routes: [route] };
      const text = JSON.stringify(written);
      const first = loadText(text);
      assert.ok(first.ok, first.ok ? "" : first.problems.map(formatProblem).join("\n"));
      assert.ok(accepts(JSON.parse(text)), JSON.stringify(accepts.errors));
      const normal = normalForm(first.config, []);
      assert.ok(!normal.includes(SECRET));
      const again = loadText(normal.replace(/(key|secret): \(redacted\)\n/g, `$1: ${SECRET}\n`));
      assert.ok(again.ok, again.ok ? "" : again.problems.map(formatProblem).join("\n"));
      assert.deepEqual(again.config, first.config);
    }),
    { numRuns: 150, seed: 5 },
  );
});
