import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { normalForm } from "../../src/config/normal.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { loadText } from "./load-text.ts";
import { partOfSchema } from "./part-of-schema.ts";

const accepts = new Ajv2020({ allowUnionTypes: true }).compile(partOfSchema(["version", "cache", "regions", "routes"]));

const duration = fc.tuple(fc.constantFrom(1, 2, 7, 45, 1.5, 0.25), fc.constantFrom("s", "min", "h")).map(([count, unit]) => `${count}${unit}`);
const long = fc.oneof(duration, fc.constantFrom("0ms", "1d", "10y", "0.5y"));
const size = fc.tuple(fc.integer({ min: 1, max: 900 }), fc.constantFrom("B", "kB", "KiB", "MB", "MiB")).map(([count, unit]) => `${count}${unit}`);
const word = fc.stringMatching(/^[a-z]{1,8}$/);
const status = fc.oneof(fc.integer({ min: 100, max: 599 }), fc.array(fc.integer({ min: 100, max: 599 }), { minLength: 1, maxLength: 3 }));
const value = fc.oneof(fc.constantFrom<unknown>(null, true, false, "00", "", "$${", "1e3", "~"), fc.integer(), word);
const condition = fc.oneof(
  fc.record({ status }),
  fc.record({ contentType: fc.constant("application/json"), json: fc.constantFrom("/a", "/a~1b/0"), equals: value }, { requiredKeys: ["json", "equals"] }),
  fc.record({ status, json: fc.constant("/a"), in: fc.array(value, { minLength: 1, maxLength: 3 }) }),
  fc.record({ json: fc.constant("/a"), exists: fc.boolean() }),
);
const keyPart = fc.oneof(fc.constantFrom("region", "taxpayer", "body"), fc.record({ header: word }), fc.record({ query: fc.array(word, { maxLength: 3 }) }), fc.record({ json: fc.constantFrom("/a", "/b/c") }));
const codings = fc.uniqueArray(fc.constantFrom("br", "zstd", "gzip"));
const key = fc.uniqueArray(keyPart, { selector: (part) => (typeof part === "object" && "query" in part ? "query" : JSON.stringify(part)), maxLength: 4 });

const routeCache = fc.record(
  {
    ttl: long,
    override: fc.boolean(),
    key: key.map((parts) => [...parts, "principal"]),
    scope: fc.constantFrom("home", "national"),
    authorized: fc.boolean(),
    staleWhileRevalidate: long,
    staleIfError: long,
    revalidateEvery: fc.constantFrom("100ms", "1h", "1.5s"),
    negative: fc.record({ statuses: fc.array(fc.integer({ min: 400, max: 599 }), { minLength: 1, maxLength: 3 }), ttl: long }, { requiredKeys: ["ttl"] }),
    heuristic: fc.record({ share: fc.constantFrom<unknown>(0, 0.1, 1, "5%", "12.5%"), max: long }, { requiredKeys: [] }),
    immutableWhen: fc.array(condition, { maxLength: 3 }),
    immutableFor: fc.constantFrom("1s", "1.5h", "10y"),
    invalidateOn: fc.array(fc.record({ route: fc.constantFrom("rest", "other"), when: fc.array(condition, { minLength: 1, maxLength: 2 }) }), { maxLength: 2 }),
    tags: fc.array(fc.constantFrom("a", "{region}", "{route}-{taxpayer}", "$${x", "€: #"), { maxLength: 3 }),
    requestDirectives: fc.constantFrom("obey", "ignore"),
    maxBytes: size,
    compress: fc.record({ codings, minBytes: size }, { requiredKeys: [] }),
    collapse: fc.record({ waiters: fc.nat(1_000_000), wait: fc.constantFrom("0ms", "10min") }, { requiredKeys: [] }),
    shared: fc.boolean(),
    encrypt: fc.boolean(),
  },
  { requiredKeys: ["key"] },
);

const redis = fc.record(
  {
    url: fc.constantFrom<unknown>("redis://a.example", "rediss://[::1]:6380/12", ["redis://a"], ["rediss://a.example:1", "rediss://b.example:2"]),
    prefix: fc.constantFrom("a", "a:b_c.d-1"),
    connectTimeout: fc.constantFrom("50ms", "1min"),
    timeout: fc.constantFrom("1ms", "10s", "2.5ms"),
    maxEntryBytes: fc.constantFrom("0B", "64MiB", "1.5KiB"),
    maxPendingBytes: fc.constantFrom("1GiB", "17MB"),
    maxAge: fc.constantFrom("1s", "1y"),
    compressFrom: size,
    encryption: fc.record({ cipher: fc.constantFrom("aes-256-gcm", "sm4-gcm"), keys: fc.constant([{ id: "a", key: "(redacted) stands here" }]) }, { requiredKeys: ["keys"] }),
  },
  { requiredKeys: ["url", "encryption"] },
);
const memory = fc.record({ maxBytes: fc.constantFrom("1MiB", "64GiB", "1.5GB"), maxEntryBytes: size }, { requiredKeys: [] });

test("every cache configuration loads, is accepted by the JSON Schema, and is the same after its normal form was loaded", () => {
  fc.assert(
    fc.property(routeCache, fc.record({ memory, redis }, { requiredKeys: ["redis"] }), (ofRoute, cache) => {
      const route = { name: "other", match: { path: "/a" }, class: "read", cache: ofRoute };
      const written = { version: 1, cache, regions: { main: { endpoints: [{ url: "https://tax.example" }] } }, routes: [route, { name: "rest", match: { path: "/**" }, class: "pass" }] };
      const text = JSON.stringify(written);
      const first = loadText(text);
      assert.ok(first.ok, first.ok ? "" : first.problems.map(formatProblem).join("\n"));
      assert.ok(accepts(JSON.parse(text)), JSON.stringify(accepts.errors));
      const normal = normalForm(first.config, []);
      const again = loadText(normal.replace("key: (redacted)\n", "key: (redacted) stands here\n"));
      assert.ok(again.ok, again.ok ? "" : again.problems.map(formatProblem).join("\n"));
      assert.deepEqual(again.config, first.config);
    }),
    { numRuns: 150, seed: 3 },
  );
});
