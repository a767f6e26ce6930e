import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isDeepStrictEqual } from "node:util";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load } from "js-yaml";
import { configSchema, fileSchema, schemasAt, type JsonSchema } from "../../src/config/json-schema.ts";
import { SITE_KEYS } from "../../src/config/schema.ts";
import { loadText } from "./load-text.ts";

const CONFIG = join(import.meta.dirname, "..", "..", "config");
const reference = readFileSync(join(CONFIG, "reference.yaml"), "utf8");
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(configSchema());

/** The reference with its examples switched on: what stands empty before them becomes their mapping or list. */
function withExamples(text: string): string {
  const lines = text.split("\n").filter((line) => !/^\s*#(?!:)/.test(line) && line.trim() !== "");
  const indent = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;
  return lines
    .map((line, index) => {
      const next = lines[index + 1] ?? "";
      const filled = /^\s*#:/.test(next) && indent(next) > indent(line) ? line.replace(/: (\{\}|\[\])$/, ":") : line;
      return filled.replace(/^(\s*)#: /, "$1");
    })
    .join("\n");
}

const documents: [string, string, boolean][] = [
  ["taxgate.yaml", readFileSync(join(CONFIG, "taxgate.yaml"), "utf8"), true],
  ["reference.yaml", reference, true],
  ["reference.yaml with its examples", withExamples(reference), true],
  ["references to the environment", 'version: 1\nregions: { a: { endpoints: [{ url: "${URL}" }] } }\ndrain: { grace: "${GRACE}" }', true],
  ["sites beside a site's keys", "version: 1\nname: a\nsites: [{ regions: { a: { endpoints: [{ url: https://a }] } } }]", false],
  ["a number without a unit", "version: 1\ndrain: { grace: 5 }\nregions: { a: { endpoints: [{ url: https://a }] } }", false],
  ["an unknown key in a region's upstream", "version: 1\nregions: { a: { endpoints: [{ url: https://a }], upstream: { x: 1 } } }", false],
  ["no region at all", "version: 1", false],
];

for (const [name, text, wanted] of documents) {
  test(`the JSON Schema ${wanted ? "accepts" : "refuses"} ${name}`, () => {
    assert.equal(validate(load(text)), wanted, JSON.stringify(validate.errors));
  });
}

/** A key of a mapping, by the names of all its keys: places, conditions and answers look the same wherever they stand. */
const formOf = (keys: readonly string[], key: string): string => `${keys.toSorted().join(" ")}: ${key}`;

/** Every key below a schema as a path, `[]` for entries and `*` for names, with its form. */
function keysOf(schema: JsonSchema, path: string, into: Map<string, string>): Map<string, string> {
  const keys = Object.keys(schema.properties ?? {});
  for (const [key, part] of Object.entries(schema.properties ?? {})) {
    into.set(`${path}.${key}`, formOf(keys, key));
    keysOf(part, `${path}.${key}`, into);
  }
  for (const part of schema.anyOf ?? []) keysOf(part, path, into);
  if (schema.items !== undefined) keysOf(schema.items, `${path}[]`, into);
  if (typeof schema.additionalProperties === "object") keysOf(schema.additionalProperties, `${path}.*`, into);
  return into;
}

function keysIn(value: unknown, path: string, into: Set<string>): Set<string> {
  if (Array.isArray(value)) for (const item of value) keysIn(item, `${path}[]`, into);
  else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value)) {
      const named = path === ".certificates" || path === ".limits" || path.endsWith(".regions") || path.endsWith(".credentials");
      into.add(`${path}.${named ? "*" : key}`);
      keysIn(part, `${path}.${named ? "*" : key}`, into);
    }
  }
  return into;
}

test("every key of the schema stands in reference.yaml, where it stands or in a mapping of the same form", () => {
  const written = keysIn(load(withExamples(reference)), "", new Set());
  const known = keysOf(fileSchema(), "", new Map());
  const shown = new Set([...known].filter(([key]) => written.has(key)).map(([, form]) => form));
  const missing = [...known].filter(([key, form]) => !shown.has(form) && !SITE_KEYS.some((top) => key === `.${top}` || key.startsWith(`.${top}.`) || key.startsWith(`.${top}[]`))).map(([key]) => key);
  // What a region may override is what its site's upstream may say.
  assert.deepEqual(missing.filter((key) => !key.startsWith(".sites[].regions.*.upstream.")), []);
});

test("every default that the schema knows stands in reference.yaml as a line of its own", () => {
  const written = load(reference);
  const walk = (schema: JsonSchema, value: unknown, path: string): void => {
    for (const [key, part] of Object.entries(schema.properties ?? {})) {
      const at = `${path}.${key}`;
      const found = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
      if (part.default !== undefined && !(path === "" && SITE_KEYS.includes(key))) assert.notEqual(found, undefined, `${at} is missing`);
      if (found !== undefined) walk(part, found, at);
    }
    if (schema.items !== undefined && Array.isArray(value)) for (const item of value) walk(schema.items, item, `${path}[]`);
    if (typeof schema.additionalProperties === "object" && typeof value === "object" && value !== null) for (const part of Object.values(value)) walk(schema.additionalProperties, part, `${path}.*`);
  };
  walk(fileSchema(), written, "");
});

interface Shown {
  readonly listeners: readonly Record<string, unknown>[];
  readonly cache: unknown;
  readonly journal: unknown;
  readonly waf: unknown;
  readonly sites: { readonly identity: object; readonly routes: { cache?: unknown; submission?: unknown; learns?: unknown; class: string; match: { path: string } }[] }[];
}

const shown = (): Shown => load(withExamples(reference)) as Shown;

/** What an example shows in place of a default, and how many defaults were compared. */
function compareWithDefaults(path: (string | number)[], value: unknown, examples: ReadonlySet<string>): { readonly other: string[]; readonly compared: number } {
  const other: string[] = [];
  let compared = 0;
  const walk = (schema: JsonSchema, value: unknown, path: string): void => {
    for (const [key, part] of Object.entries(schema.properties ?? {})) {
      const found = (value as Record<string, unknown> | undefined)?.[key];
      const filled = isDeepStrictEqual(part.default, {}) || examples.has(`${path}.${key}`);
      if (part.default !== undefined && !filled) compared++;
      if (part.default !== undefined && !filled && !isDeepStrictEqual(part.default, found)) other.push(`${path}.${key}: ${JSON.stringify(found)}`);
      if (part.properties !== undefined) walk(part, found, `${path}.${key}`);
    }
  };
  const schema = schemasAt(path).find(({ properties }) => properties !== undefined);
  assert.ok(schema !== undefined);
  walk(schema, value, "");
  return { other, compared };
}

const sections: [string, (string | number)[], (whole: Shown) => unknown, string[], number][] = [
  ["the shared cache", ["cache"], (whole) => whole.cache, [], 10],
  ["a route's cache", ["routes", 0, "cache"], (whole) => whole.sites[0]?.routes[0]?.cache, [".key", ".immutableWhen", ".invalidateOn", ".tags"], 17],
  ["the journal", ["journal"], (whole) => whole.journal, [], 4],
  ["the firewall", ["waf"], (whole) => whole.waf, [".exclude", ".adjust", ".allow.principals", ".allow.taxpayers"], 22],
  // Forms of answers and one step of a plan are examples whole.
  ["a submission", ["routes", 0, "submission"], (whole) => whole.sites[0]?.routes[0]?.submission, [".key", ".scope", ".items.scope", ".items.fingerprint", ".items.fingerprint.fields", ".items.outcomes", ".answers.mixed.contentType", ".answers.mixed.body", ".fingerprint.fields", ".duplicate", ".notExecuted", ".inDoubt", ".resolve", ".serialBy", ".within", ".answers.elsewhere.contentType", ".answers.elsewhere.body", ".fingerprint", ".fingerprint.over", ".defer.accepted", ".defer.accepted.body", ".answers.tryLater.contentType", ".answers.tryLater.body", ".answers.held.contentType", ".answers.held.body", ".answers.conflict.contentType", ".answers.conflict.body", ".answers.limited.contentType", ".answers.limited.body"], 24],
  ["a query", ["routes", 0, "submission", "resolve", 0], (whole) => (whole.sites[0]?.routes[0]?.submission as { resolve: unknown[] } | undefined)?.resolve[0], [".match", ".as.contentType", ".as.body", ".query.path", ".closedAs.contentType", ".closedAs.body", ".resend.times", ".resend.pause"], 5],
];

for (const [name, path, pick, examples, wanted] of sections) {
  test(`what reference.yaml shows of ${name} is its default, where there is one`, () => {
    const { other, compared } = compareWithDefaults(path, pick(shown()), new Set(examples));
    assert.deepEqual(other, []);
    assert.equal(compared, wanted);
  });
}

const classes: [string, (route: Shown["sites"][number]["routes"][number]) => void][] = [
  // A body is read in no route of class pass.
  ["read", (route) => void (delete route.submission, delete route.learns)],
  // Answers to submissions are judged by themselves.
  ["submit", (route) => {
    leaveOutOf(route, ["items", "answers.mixed", "resolve.0.itemReference"]);
    delete route.cache;
    delete route.learns;
  }],
  // A batch says of its items what others say of themselves.
  ["submit", (route) => {
    leaveOutOf(route, ["key", "scope", "fingerprint", "resolve"]);
    delete route.cache;
    delete route.learns;
  }],
];

/** A listener is shown with all that it can have; no one mode has all of it. */
function inTheirModes([shown = {}]: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  const { proxy, tls, ...rest } = shown;
  const { intercept: _, ...plain } = rest;
  return [{ ...rest, tls }, { ...rest, name: "proxy", bind: "127.0.0.1:3128", mode: "forward-proxy", proxy }, { ...plain, name: "http", bind: "127.0.0.1:8081" }];
}

function leaveOutOf({ submission }: { readonly submission?: unknown }, keys: readonly string[]): void {
  for (const key of keys) {
    const [last = "", ...above] = key.split(".").toReversed();
    const holder = above.toReversed().reduce((value, part) => value[part] as Record<string, unknown>, submission as Record<string, unknown>);
    delete holder[last];
  }
}

for (const [name, leaveOut] of classes) {
  test(`the examples of reference.yaml are sound on a route of class ${name}`, () => {
    const whole = shown();
    for (const route of whole.sites[0]?.routes ?? []) {
      Object.assign(route, { class: name, match: { ...route.match, path: "/api/{id}/**" } });
      leaveOut(route);
    }
    const files = Object.fromEntries(["secrets/cache-key", "secrets/journal-key", "secrets/webhook"].map((file) => [`/run/${file}`, "a-secret-that-is-long-enough"]));
    const hash = "scrypt:16384:8:1:c2FsdA:aGFzaA";
    const env = { OPS_HASH: hash, PROXY_HASH: hash, REDIS_PASSWORD: "x", EAB_KID: "kid", EAB_KEY: "a-key-of-an-account", GTS_KID: "kid", GTS_KEY: "a-key-of-an-account", CA_PASSPHRASE: "a-passphrase-that-is-long-enough" };
    const loaded = loadText(JSON.stringify({ ...whole, listeners: inTheirModes(whole.listeners) }), env, files);
    // The only mistake is that files named there do not exist here.
    assert.ok(!loaded.ok);
    assert.deepEqual(loaded.problems.map(({ path, message }) => `${path}: ${message}`).filter((line) => !/no such file/.test(line)), []);
  });
}

test("reference.yaml is the default of everything: it loads as the smallest file does, without a warning", () => {
  const smallest = loadText("version: 1\nregions: { main: { endpoints: [{ url: https://tax.example }] } }");
  const whole = loadText(reference);
  assert.ok(smallest.ok && whole.ok);
  assert.deepEqual(whole.config, smallest.config);
  assert.deepEqual(whole.warnings, []);
});

test("every option of reference.yaml has a comment of its own", () => {
  const lines = reference.split("\n");
  const bare = lines.filter((line, index) => /^\s*(#: )?(- )?[a-zA-Z]+: \S/.test(line) && !/^\s*#: timeouts/.test(line) && !/^\s*# /.test(lines[index - 1] ?? ""));
  assert.deepEqual(bare, []);
});

test("a path leads to every form that a value may have", () => {
  assert.deepEqual(schemasAt(["identity", "region", 0]).flatMap((schema) => Object.keys(schema.properties ?? {})), ["header", "taxpayer", "client"]);
  assert.deepEqual(schemasAt(["no", "such"]), []);
});
