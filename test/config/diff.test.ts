import assert from "node:assert/strict";
import { test } from "node:test";
import type { Config } from "../../src/config/config.ts";
import { diffConfig, type Change } from "../../src/config/diff.ts";
import { normalForm } from "../../src/config/normal.ts";
import { loadText, PEM } from "./load-text.ts";

const BASE = `version: 1
state: { dir: ./data }
listeners:
  - { name: plain, bind: 127.0.0.1:8080 }
  - { name: tls, bind: 127.0.0.1:8443, tls: { certificates: [a] } }
admin: { bind: 127.0.0.1:9900, tokens: [{ name: ops, hash: "scrypt:1:1:1:a:a", role: viewer }] }
health: { bind: 127.0.0.1:9901 }
certificates: { a: { files: { cert: a.pem, key: a.pem } }, b: { files: { cert: a.pem, key: a.pem } } }
drain: { max: 60s }
regions:
  main: { endpoints: [{ url: "https://\${HOST}" }] }
routes:
  - { name: one, match: { path: /one }, class: read }
  - { name: rest, match: { path: /** }, class: pass }
`;

const CACHE = `cache: { redis: { url: "redis://gate:old-password@one.example", encryption: { keys: [{ id: a, key: the-first-secret-key }] } } }\n`;

function load(text: string, host: string): { config: Config; secrets: readonly string[] } {
  const loaded = loadText(text, { HOST: host }, { "a.pem": PEM, "b.pem": PEM });
  assert.ok(loaded.ok);
  return loaded;
}

function changes(from: string, to: string, host = "one.example"): Change[] {
  assert.ok(BASE.includes(from), from);
  const old = load(BASE, "one.example");
  const next = load(BASE.replace(from, to), host);
  return diffConfig(old.config, next.config, [...old.secrets, ...next.secrets]);
}

const cases: [string, string, string, string[]][] = [
  ["nothing", "max: 60s", "max: 1min", []],
  ["a live setting", "max: 60s", "max: 90s", ["drain.max: 1min -> 90s"]],
  ["the state directory", "./data", "./other", ["state.dir: /etc/taxgate/data -> /etc/taxgate/other (restart)"]],
  ["a listener's address", "127.0.0.1:8080", "127.0.0.1:8081", ["listeners[plain].bind: 127.0.0.1:8080 -> 127.0.0.1:8081 (restart)"]],
  ["a listener's certificates", "certificates: [a]", "certificates: [a, b]", ['listeners[tls].tls.certificates: ["a"] -> ["a","b"]']],
  ["a listener's TLS version", "certificates: [a]", 'certificates: [a], minVersion: "1.3"', ["listeners[tls].tls.minVersion: 1.2 -> 1.3 (restart)"]],
  ["the admin address", "127.0.0.1:9900", "127.0.0.1:9902", ["admin.bind: 127.0.0.1:9900 -> 127.0.0.1:9902 (restart)"]],
  ["the role of a token", "role: viewer", "role: admin", ["admin.tokens[ops].role: viewer -> admin"]],
  ["the hash of a token, without showing it", "scrypt:1:1:1:a:a", "scrypt:1:1:1:b:b", ["admin.tokens[ops].hash: (redacted) -> (redacted)"]],
  ["the health listener gone", "health: { bind: 127.0.0.1:9901 }", "", ['health: {"bind":"127.0.0.1:9901"} -> null (restart)']],
  ["a certificate's file", "cert: a.pem", "cert: b.pem", ["certificates.a.files.cert: /etc/taxgate/a.pem -> /etc/taxgate/b.pem"]],
  ["a region's weight", '"https://${HOST}" }', '"https://${HOST}", weight: 2 }', ["sites[default].regions.main.endpoints: (redacted) -> (redacted)"]],
  ["the journal's ballast", "drain:", "journal: { ballast: 1MiB }\ndrain:", ["journal.ballast: 16MiB -> 1MiB (restart)"]],
  ["how a route's submissions are recognised", "class: read }", "class: submit, submission: { key: [{ json: /a }] } }", ["sites[default].routes[one].class: read -> submit", /^sites\[default\]\.routes\[one\]\.submission: null -> \{"key":\[\{"json":"\/a"\}\]/.source]],
  ["the class of a route", "class: read", "class: poll", ["sites[default].routes[one].class: read -> poll"]],
  ["a route by another name", "name: one,", "name: two,", [/^sites\[default\]\.routes\[one\]: \{"name":"one".* -> null$/.source, /^sites\[default\]\.routes\[two\]: null -> \{"name":"two"/.source]],
];

for (const [name, from, to, wanted] of cases) {
  test(`the difference names ${name}`, () => {
    const lines = changes(from, to).map(({ path, before, after, needsRestart }) => `${path}: ${before} -> ${after}${needsRestart ? " (restart)" : ""}`);
    assert.equal(lines.length, wanted.length, lines.join("\n"));
    for (const [index, want] of wanted.entries()) {
      if (want.startsWith("^")) assert.match(lines[index] ?? "", new RegExp(want));
      else if (!want.includes("(redacted)") || name.includes("hash")) assert.equal(lines[index], want);
    }
  });
}

test("the order of routes is a change, because the first that matches decides", () => {
  const [one, rest] = ["  - { name: one, match: { path: /one }, class: read }\n", "  - { name: rest, match: { path: /** }, class: pass }\n"];
  assert.deepEqual(changes(one + rest, rest + one), [{ path: "sites[default].routes (order)", before: "one, rest", after: "rest, one", needsRestart: false }]);
});

test("a secret that changes is a change whose values are not shown", () => {
  const found = changes("max: 60s", "max: 60s", "two.example");
  assert.equal(found.length, 1);
  assert.doesNotMatch(JSON.stringify(found), /(one|two)\.example/);
});

const secretCases: [string, string, string, string[]][] = [
  ["a password in an address", "old-password", "new-password", ["cache.redis.url: redis://(redacted)@one.example -> redis://(redacted)@one.example (restart)"]],
  ["a short password", "gate:old-password", "gate:pw", ["cache.redis.url: redis://(redacted)@one.example -> redis://(redacted)@one.example (restart)"]],
  ["a server", "@one.example", "@two.example", ["cache.redis.url: redis://(redacted)@one.example -> redis://(redacted)@two.example (restart)"]],
  ["a list of servers", '"redis://gate:old-password@one.example"', '["redis://gate:new-password@two.example"]', ['cache.redis.url: redis://(redacted)@one.example -> ["redis://(redacted)@two.example"] (restart)']],
  ["a key", "the-first-secret-key", "the-other-secret-key", ['cache.redis.encryption.keys: [{"id":"a","key":"(redacted)"}] -> [{"id":"a","key":"(redacted)"}] (restart)']],
  ["the whole tier", CACHE, "", ['cache.redis: {"url":"redis://(redacted)@one.example","prefix":"taxgate","connectTimeout":"2s","timeout":"15ms","maxEntryBytes":"1MiB","maxPendingBytes":"16MiB","maxAge":"7d","compressFrom":"1KiB","encryption":{"cipher":"aes-256-gcm","keys":[{"id":"a","key":"(redacted)"}]}} -> null (restart)']],
  ["a route's cache, which needs no restart", "class: read", "class: read, cache: {ttl: 1h}", [/^sites\[default\]\.routes\[one\]\.cache: null -> \{"ttl":"1h".*\}$/.source]],
];

for (const [name, from, to, wanted] of secretCases) {
  test(`the difference names ${name}, and no secret that stands in the file`, () => {
    const [old, next] = [load(CACHE + BASE, "one"), load((CACHE + BASE).replace(from, to), "one")];
    // A secret must stay out by its place alone, too: not every caller knows the secrets of both files.
    for (const secrets of [[], [...old.secrets, ...next.secrets].filter((secret) => secret !== "one")]) {
      const lines = diffConfig(old.config, next.config, secrets).map(({ path, before, after, needsRestart }) => `${path}: ${before} -> ${after}${needsRestart ? " (restart)" : ""}`);
      assert.equal(lines.length, wanted.length, lines.join("\n"));
      for (const [index, want] of wanted.entries()) {
        if (want.startsWith("^")) assert.match(lines[index] ?? "", new RegExp(want));
        else assert.equal(lines[index], want);
      }
    }
  });
}

test("a secret with the characters of a reference in it is not shown either", () => {
  const { config, secrets } = load(BASE.replace("path: /one }", 'path: /one, header: { x-key: "${HOST}" } }').replace("https://${HOST}", "https://a.example"), "top${secret");
  assert.doesNotMatch(normalForm(config, secrets), /top|secret/);
  assert.match(normalForm(config, []), /top\$\$\{secret/);
});
