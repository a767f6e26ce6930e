import assert from "node:assert/strict";
import { test } from "node:test";
import { keysOf } from "../../src/base/secret-keys.ts";
import { diffConfig } from "../../src/config/diff.ts";
import { normalForm } from "../../src/config/normal.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { withoutCredentials } from "../../src/config/secret-places.ts";
import { compilePolicy } from "../../src/journal/policy.ts";
import { loadText } from "./load-text.ts";

const cases: [string, string, string, string][] = [
  ["an address without credentials", "cache.redis.url", "redis://a.example:6379/0", "redis://a.example:6379/0"],
  ["user and password", "cache.redis.url", "redis://user:pass@a.example", "redis://(redacted)@a.example"],
  ["a node of a list", "cache.redis.url[1]", "rediss://:pass@a.example", "rediss://(redacted)@a.example"],
  ["a password with an '@'", "cache.redis.url", "redis://:p@ss@a.example", "redis://(redacted)@a.example"],
  ["a password with '/', '?' and '#'", "cache.redis.url", "redis://:p/s?s#x@a.example", "redis://(redacted)@a.example"],
  ["a password with a line break", "cache.redis.url", "redis://:p\ns@a.example", "redis://(redacted)@a.example"],
  ["a password in the query", "cache.redis.url", "redis://a.example?password=x", "redis://a.example"],
  ["an address without a scheme", "cache.redis.url", "user:pass@a.example", "(redacted)@a.example"],
  ["an address at another place", "cache", "redis://user:pass@a.example", "redis://(redacted)@a.example"],
  ["a text that is no address", "routes[0].name", "a@b?c", "a@b?c"],
];

for (const [name, place, text, wanted] of cases) {
  test(`no credentials are left of ${name}`, () => {
    assert.equal(withoutCredentials(text, place), wanted);
  });
}

const SECRET = "hunter2-hunter2";
const REST = "regions: { main: { endpoints: [{ url: https://tax.example }] } }\nroutes: [{ name: rest, match: { path: /** }, class: pass, cache: {} }]\n";

const wrong: [string, string][] = [
  ["a mapping in place of a text", `cache: { redis: { url: { a: ${SECRET} } } }`],
  ["the wrong scheme", `cache: { redis: { url: "http://x:${SECRET}@a.example" } }`],
  ["no scheme", `cache: { redis: { url: "x:${SECRET}@a.example" } }`],
  ["an address in place of the tier", `cache: { redis: "redis://x:${SECRET}@a.example" }`],
  ["an address in place of the cache", `cache: "redis://x:${SECRET}@a.example"`],
  ["options in an address", `cache: { redis: { url: "redis://a.example?password=${SECRET}" } }`],
  ["a path in an address", `cache: { redis: { url: "redis://x:${SECRET}@a.example/a" } }`],
  ["a password that is not encoded", `cache: { redis: { url: "redis://x:1/${SECRET}@a.example" } }`],
  ["a key that is too short", `cache: { redis: { url: redis://a, encryption: { keys: [{ id: a, key: ${SECRET} }] } } }`],
  ["a key that is a number", `cache: { redis: { url: redis://a, encryption: { keys: [{ id: a, key: 0123456789012345 }, { id: b, key: 123456789012345678 }] } } }`],
  ["a key of the journal that is a list", `journal: { encryption: { keys: [{ id: a, key: [${SECRET}] }] } }`],
  ["two keys of the journal with one id", `journal: { encryption: { keys: [{ id: a, key: ${SECRET}-one }, { id: a, key: ${SECRET}-two }] } }`],
  ["a key of the journal that is a number", `journal: { encryption: { keys: [{ id: a, key: 1234567890123456 }] }, ballast: 1 }`],
  ["a site's key that is too short", `keys: { sm4: ${SECRET} }`],
  ["a site's key under a name with a dot", `keys: { "a.b": ${SECRET}, "c d": [${SECRET}] }`],
  ["a site's key that is a mapping", `keys: { sm4: { key: ${SECRET} } }`],
  ["a site's key in place of all", `keys: ${SECRET}`],
  ["a site's key that is a number", `keys: { sm4: 12345678901234567890123456789012 }`],
  ["a site's key with a stray sign", `keys: { sm4: !x ${SECRET} }`],
  ["nodes with two logins", `cache: { redis: { url: ["redis://x:${SECRET}@a", "redis://x:other-${SECRET}@b"] } }`],
];

for (const [name, line] of wrong) {
  test(`no secret is in the messages about ${name}`, () => {
    const loaded = loadText(`version: 1\n${line}\n${REST}`);
    assert.ok(!loaded.ok);
    assert.doesNotMatch(loaded.problems.map(formatProblem).join("\n"), new RegExp(`${SECRET}|123456789`));
  });
}

test("logs learn the secrets that stand in the file, and the password of an address that does not", () => {
  const file = `version: 1\ncache: { redis: { url: "\${URL}", encryption: { keys: [{ id: a, key: ${SECRET}-long }] } } }\n${REST}`;
  const url = "redis://gate:pass%2Fword@a.example";
  const loaded = loadText(file, { URL: url });
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.secrets, [url, `${SECRET}-long`, "pass%2Fword", "pass/word"]);
  assert.match(normalForm(loaded.config, loaded.secrets), /url: \(redacted\)\n/);
});

const submission = (secret: string): string => `{ key: [{ json: /no }], onOutage: defer, defer: { webhook: { url: "https://erp.example", secret: ${secret} } } }`;
const issue = (secret: string): string => `routes: [{ name: issue, match: { path: /a }, class: submit, submission: ${submission(secret)} }]`;

test("a webhook's secret is in no message and no normal form, and logs learn it with the journal's keys", () => {
  const top = "version: 1\nregions: { main: { endpoints: [{ url: https://tax.example }] } }\n";
  const wrong = loadText(`${top}${issue("short-one")}`);
  assert.ok(!wrong.ok);
  assert.doesNotMatch(wrong.problems.map(formatProblem).join("\n"), /short-one/);
  const loaded = loadText(`${top}journal: { encryption: { keys: [{ id: a, key: ${SECRET}-journal }] } }\n${issue(`${SECRET}-webhook`)}`);
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.secrets, [`${SECRET}-journal`, `${SECRET}-webhook`]);
  assert.doesNotMatch(normalForm(loaded.config, []), new RegExp(SECRET));
});

test("a reference inside the credentials leaves the host to be seen", () => {
  const loaded = loadText(`version: 1\ncache: { redis: { url: "redis://gate:\${PASSWORD}@a.example" } }\n${REST}`, { PASSWORD: SECRET });
  assert.ok(loaded.ok);
  assert.match(normalForm(loaded.config, loaded.secrets), /url: redis:\/\/\(redacted\)@a\.example\n/);
});

const KEY = "0123456789abcdeffedcba9876543210";
const keyed = 'version: 1\nregions: { main: { endpoints: [{ url: https://tax.example }] } }\nkeys: { sm4: "${file:sm4.key}" }\nroutes: [{ name: issue, match: { path: /a }, class: submit, submission: { key: [{ body: true, decode: [{ sm4-ecb: sm4 }], then: { json: /no } }] } }]\n';

test("a site's key is in no normal form, logs learn it, and a changed key file is a change that says nothing of either key", () => {
  const other = `${KEY.slice(0, -1)}1`;
  const [before, after] = [KEY, other].map((key) => loadText(keyed, {}, { "sm4.key": `${key}\n` }));
  assert.ok(before?.ok === true && after?.ok === true);
  assert.notEqual(before.fingerprint, after.fingerprint);
  assert.ok(before.secrets.includes(KEY));
  assert.doesNotMatch(normalForm(before.config, []), /0123456789/);
  const written = loadText(keyed.replace("${file:sm4.key}", KEY));
  assert.deepEqual(written.ok ? written.secrets : written.problems, [KEY]);
  const changes = diffConfig(before.config, after.config, []);
  assert.deepEqual(changes, [{ path: "sites[default].keys.sm4", before: "(redacted)", after: "(redacted)", needsRestart: false }]);
  const without = loadText(keyed.replace(/keys: .*\n/, "").replace(/submission: .* \}\]/, "}]"));
  assert.ok(without.ok);
  assert.doesNotMatch(JSON.stringify(diffConfig(without.config, before.config, [])), /0123456789/);
});

test("what the journal keeps of a policy names its key and does not hold it", () => {
  const loaded = loadText(keyed, {}, { "sm4.key": KEY });
  assert.ok(loaded.ok);
  const [site] = loaded.config.sites;
  const options = site?.routes[0]?.submission;
  assert.ok(site !== undefined && options !== undefined);
  const { text } = compilePolicy(options, "default", "issue", keysOf(site.keys));
  assert.match(text, /"sm4-ecb":"sm4"/);
  assert.doesNotMatch(text, /0123456789/);
});
