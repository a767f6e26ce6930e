import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { ROLES } from "../../src/admin/options.ts";
import { ADMIN_ROUTES } from "../../src/admin/routes.ts";
import { BUILT_IN_PROFILES } from "../../src/config/built-in-profiles.ts";
import { loadProfile } from "../../src/config/load-profile.ts";
import { profilePage } from "../../src/platforms/page.ts";
import { ERRORS, errorsMarkdown } from "../../src/base/errors.ts";
import { COMMANDS } from "../../src/cli/cli.ts";
import { exitCodesMarkdown } from "../../src/cli/exit-codes.ts";
import { TRIES } from "../../src/journal/events.ts";
import { METRICS, metricsMarkdown } from "../../src/observe/metric-table.ts";
import { UNUSUAL_SPELLINGS } from "../../src/http/target.ts";
import { ROUTE_CLASSES } from "../../src/pipeline/options.ts";
import { createAccessLog } from "../../src/observe/access.ts";
import { manualClock } from "../../src/base/clock.ts";
import { loadText, PEM } from "../config/load-text.ts";
import { summary, TEST_PHASES } from "../observe/summary.ts";
import { fences, inlineCode, tableAfter } from "./readme-text.ts";

const place = (name: string): string => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const manifest = JSON.parse(readFileSync(place("package.json"), "utf8")) as {
  readonly scripts: Record<string, string>;
  readonly dependencies: Record<string, string>;
  readonly version: string;
};

const generated = { metrics: metricsMarkdown(), errors: errorsMarkdown(), "exit-codes": exitCodesMarkdown(), platforms: platformsMarkdown() };
const between = (name: string): RegExp => new RegExp(`(<!-- ${name}:begin -->\n)[^]*?(<!-- ${name}:end -->)`);

/** The page of every built-in profile, folded, two levels below the README's own headings. */
function platformsMarkdown(): string {
  return BUILT_IN_PROFILES.map((name) => {
    const loaded = loadProfile(name, {});
    if (!loaded.ok) throw new Error(`loading profile '${name}': ${loaded.problems.map(({ message }) => message).join("; ")}`);
    const { profile, site } = loaded;
    const page = profilePage(profile, site.routes, "en").replaceAll(/^(#+ )/gm, "##$1");
    return `<details>\n<summary>${profile.title.en} (<code>${name}</code>)</summary>\n\n${page}\n</details>\n\n`;
  }).join("");
}

/** With UPDATE_README=1 the generated tables are written anew, to be read before they are committed. */
function readme(): string {
  const text = readFileSync(place("README.md"), "utf8");
  if (process.env["UPDATE_README"] !== "1") return text;
  let next = text;
  for (const [name, table] of Object.entries(generated)) next = next.replace(between(name), (_all, begin: string, end: string) => `${begin}${table}${end}`);
  writeFileSync(place("README.md"), next);
  return next;
}

const text = readme();
const shell = fences(text, "sh");
const code = [...shell, ...inlineCode(text)];

describe("the tables of the README", () => {
  for (const [name, table] of Object.entries(generated)) {
    test(`the table of ${name} is the one that the code makes, and stands there once`, () => {
      assert.equal(between(name).exec(text)?.[0], `<!-- ${name}:begin -->\n${table}<!-- ${name}:end -->`);
      assert.equal(text.split(`<!-- ${name}:begin -->`).length, 2);
    });
  }

  test("the table of the admin API has every call with its role, and nothing else", () => {
    const rows = [...text.matchAll(/^\| `((?:GET|POST) \/\S+)` \| (\w+) \|/gm)].map(([, call, role]) => `${call} ${role}`);
    assert.deepEqual(
      rows,
      ADMIN_ROUTES.map(({ method, path, role }) => `${method} ${path} ${role}`),
    );
    for (const role of ROLES) assert.match(text, new RegExp(`\\b${role}\\b`));
  });

  test("the table of classes has every class once", () => {
    const classes = tableAfter(text, "| class |").flatMap((row) => [...(row[0] as string).matchAll(/`(\w+)`/g)].map(([, name]) => name as string));
    assert.deepEqual(classes.toSorted(), [...ROUTE_CLASSES].toSorted());
  });

  test("the table of dependencies has every one at its version, with a reason", () => {
    const rows = tableAfter(text, "| package |").map(([name = "", version = "", reason = ""]) => [name.replaceAll("`", ""), version, reason.length > 10]);
    assert.deepEqual(
      rows,
      Object.entries(manifest.dependencies).map(([name, version]) => [name, version.replace(/^npm:/, ""), true]),
    );
  });
});

describe("names in the README", () => {
  const statuses = inlineCode(text).flatMap((span) =>
    [...span.matchAll(/^(\d{3}) ([a-z-]+)$/g)].map(([, status, name]) => ({ status: Number(status), name: name as string })),
  );

  test("every code that stands beside its status has that status", () => {
    assert.ok(statuses.length > 20);
    for (const { status, name } of statuses) assert.equal((ERRORS as Record<string, { readonly status: number }>)[name]?.status, status, name);
  });

  test("the life of an exchange names every refusal of the proxy lane", () => {
    const elsewhere = ["unauthenticated", "forbidden", "bad-parameter", "client-gone"];
    const named = tableAfter(text, "| phase |").flatMap((row) => [...(row.at(-1) as string).matchAll(/`\d{3} ([a-z-]+)`/g)].map(([, name]) => name as string));
    assert.deepEqual([...new Set([...named, ...elsewhere])].toSorted(), Object.keys(ERRORS).toSorted());
  });

  test("what callers see names every word of Taxgate-Submission, and no other", () => {
    const words = tableAfter(text, "| `Taxgate-Submission` |").flatMap((row) => [...(row[0] as string).matchAll(/`([a-z-]+)`/g)].map(([, word]) => word as string));
    // Tries that are counted under these are answered under another word, or without one.
    const counted = ["unsent", "refused", "unjournalled"];
    assert.deepEqual([...new Set([...words, ...counted])].toSorted(), [...TRIES].toSorted());
  });

  test("every metric is one that exists", () => {
    const names: ReadonlySet<string> = new Set(METRICS.map(({ name }) => name));
    for (const [name] of text.matchAll(/\b(?:taxgate|process|nodejs)_[a-z_]+\b/g)) assert.ok(names.has(name), name);
  });

  test("every spelling that a route may allow is named", () => {
    for (const spelling of UNUSUAL_SPELLINGS) assert.ok(code.includes(spelling), spelling);
  });

  test("every file and folder is in the repository", () => {
    const links = [...text.matchAll(/\]\(([^)#:]+)\)/g), ...text.matchAll(/\[((?:src|test|config)\/[^\]]+)\]/g)].map(([, target]) => target as string);
    const spoken = code.flatMap((span) => [...span.matchAll(/(?<![\w./-])(?:src|test|config)\/[\w./-]*/g)].map(([path]) => path));
    assert.ok(links.length > 15);
    for (const path of [...links, ...spoken]) assert.ok(existsSync(place(path)), path);
  });

  test("every room below src is in the table of rooms, and is a folder", () => {
    const rooms = tableAfter(text, "| room |").map(([name = ""]) => name.replaceAll("`", ""));
    for (const room of rooms) assert.ok(existsSync(place(`src/${room}`)), room);
  });

  test("the change log speaks of this version", () => assert.ok(text.includes(`- **${manifest.version}**:`)));
});

describe("commands in the README", () => {
  test("the two commands stand there as they are typed", () => {
    const lines = shell.join("").split("\n");
    for (const line of ["npm ci && npm start", "npm ci && npm test"]) assert.ok(lines.includes(line), line);
  });

  test("every npm script exists", () => {
    const scripts = code.flatMap((span) => [...span.matchAll(/\bnpm (?:run (?:--silent )?)?([\w-]+)/g)].map(([, name]) => name as string));
    for (const script of scripts) assert.ok(["ci", "audit"].includes(script) || script in manifest.scripts, script);
    assert.ok(scripts.length > 8);
  });

  test("every command line of taxgate names a command and options that exist", () => {
    const lines = code.flatMap((span) => [...span.matchAll(/(?<![\w./:-])(?:taxgate|src\/launcher\.cjs|dist\/taxgate\.js) ([a-z]+)([^\n]*)/g)]);
    assert.ok(lines.length > 12);
    for (const [line, name, rest = ""] of lines) {
      if (name === "node") continue;
      const command = COMMANDS.find((one) => `${name}${rest} `.startsWith(`${one.name} `));
      assert.ok(command, line);
      for (const [flag] of rest.matchAll(/--[a-z-]+/g))
        assert.ok(
          command.options.some(({ flags }) => flags.startsWith(flag)),
          line,
        );
    }
  });

  test("every command of taxgate is named", () => {
    for (const { name } of COMMANDS)
      assert.ok(
        code.some((span) => span.includes(`taxgate ${name}`)),
        name,
      );
  });
});

describe("examples in the README", () => {
  const small = "version: 1\nregions: { main: { endpoints: [{ url: https://tax.example }] } }\n";
  const examples = fences(text, "yaml");
  const ownRules = examples.find((example) => example.startsWith("ruleset:")) ?? "";
  const files = { "/run/secrets/leqi-sm4": "0123456789abcdef0123456789abcdef\n", "own-rules.yaml": ownRules, "invoice.schema.json": '{ "type": "object" }', "tls/bank.crt": PEM, "tls/bank.key": PEM };
  const env = { OPS_HASH: "scrypt:16384:8:1:c2FsdHNhbHQ:aGFzaGhhc2hoYXNoaGFzaA", WEBHOOK_SECRET: "a-secret-of-the-webhook" };

  for (const [index, example] of examples.entries()) {
    test(`the YAML example ${index + 1} loads without a problem or a warning`, () => {
      if (example.startsWith("ruleset:")) return;
      const loaded = example.startsWith("profile:") ? loadText("version: 1\nplatform: ./example.yaml\n", env, { "example.yaml": example }) : loadText(example.startsWith("version:") ? example : small + example, env, files);
      assert.deepEqual(loaded.ok ? loaded.warnings : loaded.problems, []);
    });
  }

  test("one of them is a profile of less than sixty lines", () => {
    const [profile = "", ...others] = examples.filter((example) => example.startsWith("profile:"));
    assert.ok(profile.split("\n").length < 60);
    assert.deepEqual(others, []);
  });

  test("the first one has ten lines and journals submissions", () => {
    const [first = ""] = examples;
    assert.equal(first.trimEnd().split("\n").length, 10);
    const loaded = loadText(first);
    assert.ok(loaded.ok && loaded.config.sites[0]?.routes.some((route) => route.submission !== undefined));
  });

  test("the access line has the members of a real one, in their order", () => {
    const [example = ""] = fences(text, "json");
    let line = "";
    const sink = {
      write: (one: string) => {
        line = one;
      },
      flush: () => undefined,
      dropped: () => 0,
      stop: () => Promise.resolve(),
    };
    const log = createAccessLog({ enabled: true, query: "drop", identifiers: "hash" }, { clock: manualClock(), sink, phases: TEST_PHASES, identifierKey: "key" });
    log.write(summary({ reason: "forwarded", traceId: null }));
    assert.deepEqual(Object.keys(JSON.parse(example) as object), Object.keys(JSON.parse(line) as object));
  });

  test("the place for measured figures is marked once", () => assert.equal(text.match(/<!-- bench:begin -->\n[^]+?<!-- bench:end -->/g)?.length, 1));
});
