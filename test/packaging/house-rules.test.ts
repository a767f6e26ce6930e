import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** One file with one breach, and the rule that finds it; no rule where the same thing is allowed. */
interface Planted {
  readonly file: string;
  readonly source: string;
  readonly rule?: string;
}

const importing = (what: string): string => `import { value } from '${what}';\nexport const taken = value;\n`;
const importingType = (what: string): string => `import type { Shape } from '${what}';\nexport const taken: Shape = { size: 1 };\n`;
const using = (expression: string): string => `export const taken = ${expression};\n`;

const imports = "eslint(no-restricted-imports)";
const globals = "eslint(no-restricted-globals)";
const properties = "eslint(no-restricted-properties)";

const planted: readonly Planted[] = [
  { file: "src/base/up.ts", source: importing("../http/value.ts"), rule: imports },
  { file: "src/http/down.ts", source: importing("../base/value.ts") },
  { file: "src/http/sideways.ts", source: importing("../document/value.ts"), rule: imports },
  { file: "src/document/types-too.ts", source: importingType("../http/value.ts"), rule: imports },
  { file: "src/observe/up.ts", source: importing("../pipeline/value.ts"), rule: imports },
  { file: "src/waf/other-value.ts", source: importing("../limits/value.ts"), rule: imports },
  { file: "src/waf/other-type.ts", source: importingType("../limits/value.ts") },
  { file: "src/waf/deeper/other-value.ts", source: importing("../../limits/value.ts"), rule: imports },
  { file: "src/waf/re-export.ts", source: "export { value } from '../limits/value.ts';\n", rule: imports },
  { file: "src/waf/up.ts", source: importingType("../pipeline/value.ts"), rule: imports },
  { file: "src/waf/dynamic.ts", source: "export const taken = async (): Promise<unknown> => import('../pipeline/value.ts');\n", rule: imports },
  { file: "src/waf/redis.ts", source: importing("../redis/value.ts") },
  { file: "src/pipeline/redis.ts", source: importing("../redis/value.ts"), rule: imports },
  { file: "src/redis/up.ts", source: importingType("../limits/value.ts"), rule: imports },
  { file: "src/pipeline/room.ts", source: importing("../waf/waf.ts") },
  { file: "src/pipeline/inside-a-room.ts", source: importing("../waf/value.ts"), rule: imports },
  { file: "src/pipeline/type-inside.ts", source: importingType("../waf/value.ts") },
  { file: "src/pipeline/transport.ts", source: importing("../server/value.ts"), rule: imports },
  { file: "src/server/pipeline.ts", source: importing("../pipeline/value.ts") },
  { file: "src/server/certs-value.ts", source: importing("../certs/value.ts"), rule: imports },
  { file: "src/server/certs-type.ts", source: importingType("../certs/value.ts") },
  { file: "src/config/options.ts", source: importing("../waf/options.ts") },
  { file: "src/config/behaviour.ts", source: importing("../waf/value.ts"), rule: imports },
  { file: "src/admin/view.ts", source: importing("../journal/value.ts"), rule: imports },
  { file: "src/sandbox/pipeline.ts", source: importing("../pipeline/value.ts"), rule: imports },
  { file: "src/console/base.ts", source: importing("../base/value.ts"), rule: imports },
  { file: "src/cli/app.ts", source: importing("../app.ts") },
  { file: "src/cli/admin.ts", source: importing("../admin/value.ts") },
  { file: "src/cli/server.ts", source: importing("../server/value.ts"), rule: imports },
  { file: "src/server/app.ts", source: importing("../app.ts"), rule: imports },
  { file: "src/app.ts", source: `${importing("./app/value.ts")}export { value } from './waf/value.ts';\n` },
  { file: "src/app/part.ts", source: importing("../server/value.ts") },
  { file: "src/app/wrong.ts", source: importing("../cli/value.ts"), rule: imports },
  { file: "src/cli/app-part.ts", source: importing("../app/value.ts"), rule: imports },
  { file: "src/main.ts", source: `${importing("./cli/value.ts")}process.exit(0);\n` },

  { file: "src/base/cycle-one.ts", source: "import { two } from './cycle-two.ts';\nexport const one = (): number => two();\n", rule: "import(no-cycle)" },
  { file: "src/base/cycle-two.ts", source: "import { one } from './cycle-one.ts';\nexport const two = (): number => one();\n", rule: "import(no-cycle)" },

  ...[
    "node:http",
    "http",
    "node:http2",
    "node:tls",
    "node:net",
    "node:dns",
    "node:dns/promises",
    "undici",
    "http-proxy",
    "node:fs",
    "node:fs/promises",
    "fs",
    "node:timers/promises",
    "node:perf_hooks",
    "node:process",
  ].map((name) => ({
    file: `src/pipeline/module-${name.replaceAll(/[:/]/g, "-")}.ts`,
    source: `import * as taken from '${name}';\nexport const all = taken;\n`,
    rule: imports,
  })),
  { file: "src/server/listener.ts", source: "import * as http from 'node:http';\nexport const all = http;\n" },
  { file: "src/server/not-upgrade.ts", source: "import * as proxy from 'http-proxy';\nexport const all = proxy;\n", rule: imports },
  { file: "src/server/upgrade.ts", source: "import * as proxy from 'http-proxy';\nexport const all = proxy;\n" },
  { file: "src/cli/admin-client.ts", source: "import * as http from 'node:http';\nexport const all = http;\n" },
  { file: "src/cli/not-the-client.ts", source: "import * as http from 'node:http';\nexport const all = http;\n", rule: imports },
  { file: "src/base/files.ts", source: "import * as fs from 'node:fs';\nexport const all = fs;\n" },
  { file: "src/base/not-files.ts", source: "import * as fs from 'node:fs';\nexport const all = fs;\n", rule: imports },

  { file: "src/waf/date.ts", source: using("Date.now()"), rule: globals },
  { file: "src/waf/new-date.ts", source: using("new Date()"), rule: globals },
  { file: "src/waf/hidden-date.ts", source: using("globalThis['Date'].now()"), rule: globals },
  { file: "src/waf/temporal.ts", source: using("Temporal.Now.instant()"), rule: globals },
  { file: "src/waf/performance.ts", source: using("performance.now()"), rule: globals },
  { file: "src/waf/timeout.ts", source: using("setTimeout(String, 1)"), rule: globals },
  { file: "src/waf/interval.ts", source: using("setInterval(String, 1)"), rule: globals },
  { file: "src/waf/immediate.ts", source: using("setImmediate(String)") },
  { file: "src/observe/process-metrics.ts", source: "import * as hooks from 'node:perf_hooks';\nexport const all = hooks;\n" },
  { file: "src/waf/fetch.ts", source: using("(): Promise<Response> => fetch('/')"), rule: globals },
  { file: "src/waf/signal.ts", source: using("AbortSignal.timeout(1)"), rule: properties },
  { file: "src/waf/random.ts", source: using("Math.random()"), rule: properties },
  { file: "src/waf/taken-apart.ts", source: "export const { random } = Math;\n", rule: properties },
  { file: "src/waf/exit.ts", source: "process.exit(1);\nexport const taken = 1;\n", rule: properties },
  { file: "src/base/clock.ts", source: using("[Date.now(), performance.now(), Math.random(), setTimeout(String, 1)]") },
  { file: "src/base/exit.ts", source: "process.exit(1);\nexport const taken = 1;\n", rule: properties },

  { file: "src/waf/floating.ts", source: "async function later(): Promise<void> {}\nlater();\nexport const taken = 1;\n", rule: "typescript(no-floating-promises)" },
  {
    file: "src/waf/misused.ts",
    source: "export const taken = (list: number[]): void => list.forEach(async (n) => { await Promise.resolve(n); });\n",
    rule: "typescript(no-misused-promises)",
  },
  { file: "src/waf/any.ts", source: "export const taken = (given: any): unknown => given;\n", rule: "typescript(no-explicit-any)" },
  { file: "src/waf/default.ts", source: "export default 1;\n", rule: "import(no-default-export)" },
  { file: "src/waf/thrown.ts", source: "export const taken = (): never => { throw 'text'; };\n", rule: "typescript(only-throw-error)" },
  {
    file: "src/waf/switch.ts",
    source: "export const taken = (kind: 'one' | 'two'): number => { switch (kind) { case 'one': return 1; } return 2; };\n",
    rule: "typescript(switch-exhaustiveness-check)",
  },
  { file: "src/waf/long.ts", source: `${"\n".repeat(300)}export const last = 1;\n`, rule: "eslint(max-lines)" },
  { file: "src/waf/long-function.ts", source: `export function long(): void {\n${"  console.log('step');\n".repeat(81)}}\n`, rule: "eslint(max-lines-per-function)" },

  { file: "test/runner.test.ts", source: "import { test } from 'node:test';\ntest('a name', () => {});\n" },
  { file: "test/floating.test.ts", source: "import { once } from 'node:events';\nonce(process, 'exit');\n", rule: "typescript(no-floating-promises)" },
];

const shared = "export interface Shape { readonly size: number }\nexport const value = 1;\n";
const imported = ["base", "http", "pipeline", "limits", "waf", "redis", "server", "certs", "journal", "cli", "document", "admin", "app"].map((folder) => ({
  file: `src/${folder}/value.ts`,
  source: shared,
}));
const all: readonly Planted[] = [...planted, ...imported, { file: "src/waf/waf.ts", source: shared }, { file: "src/waf/options.ts", source: shared }];

let folder: string;
let found: Map<string, Set<string>>;

function plant(): void {
  for (const { file, source } of all) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), source);
  }
  for (const file of ["oxlint.config.ts", "tsconfig.json", "package.json"]) copyFileSync(join(root, file), join(folder, file));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
}

interface Report {
  readonly diagnostics: readonly { readonly code: string; readonly filename: string }[];
}

function lint(): Map<string, Set<string>> {
  const command = [join(root, "node_modules/oxlint/bin/oxlint"), "--type-aware", "--format", "json", "src", "test"];
  const { stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: "utf8" });
  assert.ok(stdout.startsWith("{"), stdout + stderr);
  const byFile = new Map<string, Set<string>>();
  for (const { code, filename } of (JSON.parse(stdout) as Report).diagnostics) {
    byFile.set(filename, (byFile.get(filename) ?? new Set()).add(code));
  }
  return byFile;
}

before(() => {
  folder = mkdtempSync(join(tmpdir(), "taxgate-lint-"));
  plant();
  found = lint();
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe("the lint configuration", () => {
  for (const { file, rule } of planted) {
    test(rule === undefined ? `lets ${file} pass` : `finds ${rule} in ${file}`, () => {
      assert.deepEqual([...(found.get(file) ?? [])].toSorted(), rule === undefined ? [] : [rule]);
    });
  }
});
