import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { normalForm } from "../../src/config/normal.ts";
import { formatProblem } from "../../src/config/problem.ts";
import { FOLDER, loadText, PEM } from "./load-text.ts";
import { OWN_PROFILE } from "./own-profile.ts";
import { RULE_FILES } from "./own-rules.ts";
import { SCHEMA_FILES } from "./own-schemas.ts";

const GOLDEN = join(import.meta.dirname, "..", "golden", "config");
const CONFIG = join(import.meta.dirname, "..", "..", "config");
const CACHE_KEY = "a-key-from-the-environment";
const ENV = { CACHE_KEY, GATE_NAME: "gate", OPS_HASH: "scrypt:16384:8:1:c2FsdA:aGFzaA", WRONG: "very-secret-text" };
const SM4_KEYS: Readonly<Record<string, string>> = { sm4: "0123456789abcdeffedcba9876543210", inline: "0123456789abcdeffedcba987654321a", unused: "AAECAwQFBgcICQoLDA0ODw==" };
const FILES = { ...RULE_FILES, ...SCHEMA_FILES, "own.yaml": OWN_PROFILE, "tls/a.crt": PEM, "tls/a.key": PEM, "tls/ca.pem": PEM, "tls/empty.pem": "", "secrets/name": "from-a-file\n", "secrets/sm4": `${SM4_KEYS["sm4"]}\n` };

/** Normal form and warnings, or the exact lines of errors. Rewritten with UPDATE_GOLDEN=1, to be read before it is committed. */
function outcome(text: string): string {
  const loaded = loadText(text, ENV, FILES);
  if (!loaded.ok) return loaded.problems.map((problem) => `${formatProblem(problem)}\n`).join("");
  const warnings = loaded.warnings.map((warning) => `# warning: ${formatProblem(warning)}\n`);
  return `${warnings.join("")}${normalForm(loaded.config, loaded.secrets).replaceAll(FOLDER, ".")}`;
}

const inputs = [
  ...readdirSync(GOLDEN).filter((name) => name.endsWith(".yaml")).map((name) => [name, join(GOLDEN, name)] as const),
  ...["taxgate.yaml", "reference.yaml"].map((name) => [`config/${name}`, join(CONFIG, name)] as const),
];

for (const [name, path] of inputs) {
  test(`${name} gives what its golden file says`, () => {
    const golden = join(GOLDEN, name.replace("config/", "example-").replace(/yaml$/, "out"));
    const actual = outcome(readFileSync(path, "utf8"));
    if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(golden, actual);
    assert.equal(actual, readFileSync(golden, "utf8"));
  });
}

test("eight mistakes in one file are eight messages, each with its own line and column", () => {
  const lines = readFileSync(join(GOLDEN, "eight-mistakes.out"), "utf8").trimEnd().split("\n");
  assert.equal(lines.length, 8);
  assert.equal(new Set(lines.map((line) => /^taxgate\.yaml:(\d+:\d+): \S+: got .+, want .+$/.exec(line)?.[1])).size, 8);
});

/** Puts back what a normal form leaves out of the golden files. */
function withSecrets(text: string): string {
  return text
    .replaceAll("(redacted)@", "gate:p%40ss-word@")
    .replace(/id: new\n( +)key: \(redacted\)/, `id: new\n$1key: ${CACHE_KEY}`)
    .replace(/id: old\n( +)key: \(redacted\)/, "id: old\n$1key: the-old-key-of-the-cache")
    .replace(/id: a\n( +)key: \(redacted\)/, `id: a\n$1key: ${CACHE_KEY}`)
    .replaceAll(/(secret|hmacKey|passphrase): \(redacted\)/g, (_, name: string) => `${name}: ${CACHE_KEY}`)
    .replaceAll(/(sm4|inline|unused): \(redacted\)/g, (_, name: string) => `${name}: ${SM4_KEYS[name]}`)
    .replaceAll("(redacted)", ENV.OPS_HASH);
}

test("the normal form of a configuration loads as the same configuration, and is its own normal form", () => {
  for (const [, path] of inputs) {
    const first = loadText(readFileSync(path, "utf8"), ENV, FILES);
    if (!first.ok) continue;
    const written = normalForm(first.config, []);
    const again = loadText(withSecrets(written), ENV, FILES);
    assert.ok(again.ok, again.ok ? "" : again.problems.map(formatProblem).join("\n"));
    assert.deepEqual(again.config, first.config);
    assert.equal(normalForm(again.config, []), written);
  }
});

test("no golden file holds a secret that stands in its input", () => {
  for (const name of readdirSync(GOLDEN).filter((name) => name.endsWith(".out"))) {
    const text = readFileSync(join(GOLDEN, name), "utf8");
    for (const secret of ["p%40ss-word", "the-old-key", "secret-one", "short-secret", "0123456789012345", "long-enough", CACHE_KEY, "one#two", "user:", "0123456789abcdef", "AAECAwQF", "very-secret"]) assert.ok(!text.includes(secret), `${name}: ${secret}`);
  }
});
