import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { formatProblem } from "../../src/config/problem.ts";
import { loadText, PEM } from "./load-text.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const SECRET = "do-not-print-this";
const FILES = { "tls/a.crt": PEM, "tls/a.key": PEM, "tls/ca.pem": PEM };
const TEXTS = ["config/taxgate.yaml", "test/golden/config/never-act.yaml", "test/golden/config/overrides.yaml", "test/golden/config/requests.yaml", "test/golden/config/cache.yaml", "test/golden/config/cache-never-act.yaml", "test/golden/config/submission.yaml", "test/golden/config/submission-never-act.yaml"].map((name) =>
  readFileSync(join(ROOT, name), "utf8"),
);
const PIECES = ["", " ", "\n", "  ", "- ", ": ", "{", "}", "[", "]", ",", "#", "*x", "&x ", "<<: ", "~", "0", "00", "-1", "1e999", "true", "sites:", "regions:", "upstream:", '"', "'", "\t", "\u0000", "\uFFFE", "__proto__: ", "constructor: ", "toString", "${SECRET}", "${", "$${", "---\n", "? ", "| ", "!!map ", "45s"];

/** Loads, and holds every outcome to what callers rely on. */
function examine(text: string | Uint8Array): void {
  const loaded = loadText(text, { SECRET, CACHE_KEY: SECRET }, FILES);
  const lines = loaded.ok ? loaded.warnings : loaded.problems;
  assert.ok(loaded.ok || lines.length > 0, "a refusal names its reason");
  const length = Buffer.from(text).toString("utf8").split(/\r\n|\r|\n/).length;
  for (const problem of lines) {
    const line = formatProblem(problem);
    assert.match(line, loaded.ok ? /^taxgate\.yaml:\d+:\d+: .+: (can never act|risky): .+/s : /^taxgate\.yaml:\d+:\d+: .+: got .+, want .+$/s);
    assert.ok(!line.includes("\n"), line);
    assert.ok(!line.includes(SECRET), line);
    assert.ok(problem.line >= 1 && problem.line <= length && problem.column >= 1, line);
  }
}

test("no change to a configuration crashes the loader, and every refusal has a place and no secret", () => {
  const edit = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.integer({ min: 0, max: 12 }), put: fc.constantFrom(...PIECES) });
  fc.assert(
    fc.property(fc.constantFrom(...TEXTS), fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
      let changed = text;
      for (const { at, drop, put } of edits) {
        const start = Math.floor(at * changed.length);
        changed = changed.slice(0, start) + put + changed.slice(start + drop);
      }
      examine(changed);
    }),
    { numRuns: 400, seed: 4 },
  );
});

test("no value anywhere crashes the loader", () => {
  const odd = fc.constantFrom<unknown>(null, 0, -1, 1e308, "", "x", "redis://x", "read", "body", "${SECRET}", true, [], [null], [[]], {}, { name: null }, { a: { b: [] } }, "/", "10s");
  const paths = ["listeners", "admin", "health", "log", "drain", "certificates", "sandbox", "state", "sites", "regions", "upstream", "identity", "routes", "hosts", "name", "defaultRegion", "cache", "journal", "keys", "errors"];
  const inner = ["bind", "tls", "tokens", "endpoints", "taxpayers", "fallback", "clients", "upstream", "match", "path", "header", "principal", "health", "retry", "files", "regions", "routes", "a", "cache", "redis", "url", "encryption", "keys", "key", "memory", "tags", "invalidateOn", "class", "submission", "resolve", "scope", "duplicate", "defer", "entitled", "taxpayer", "witness", "variables", "json", "xml", "at", "in", "soapAction", "decode", "sm4-ecb", "contentType", "body", "status", "errors"];
  const nest = fc.oneof(odd, fc.dictionary(fc.constantFrom(...inner), fc.oneof(odd, fc.dictionary(fc.constantFrom(...inner), odd, { maxKeys: 3 })), { maxKeys: 4 }));
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...paths), fc.oneof(nest, fc.array(nest, { maxLength: 3 })), { maxKeys: 5 }), (document) => {
      examine(JSON.stringify({ version: 1, ...document }));
    }),
    { numRuns: 600, seed: 5 },
  );
});

test("bytes that are no text are refused", () => {
  const loaded = loadText(Uint8Array.of(0x61, 0x3a, 0xff));
  assert.ok(!loaded.ok);
  assert.deepEqual(loaded.problems.map(formatProblem), ["taxgate.yaml:1:1: (file): got bytes that are not UTF-8, want UTF-8"]);
});

test("a file with very many mistakes is read in time that grows with its size", { timeout: 20_000 }, () => {
  const loaded = loadText(`version: 1\nregions: { main: { endpoints: [{ url: https://tax.example }] } }\n${Array.from({ length: 50_000 }, (_, index) => `k${index}: 1\n`).join("")}`);
  assert.equal(loaded.ok ? 0 : loaded.problems.length, 50_000);
});
