import { defineConfig, type OxlintOverride } from "oxlint";

// The house rules, each with the reason beside it. A rule that is switched off carries its reason too.

const capabilities = ["identity", "waf", "limits", "cache", "journal", "upstream", "platforms", "certs", "audit"];
const folders = [...capabilities, "redis", "app", "cli", "server", "pipeline", "observe", "admin", "console", "sandbox", "document", "http", "config", "base"];

/** What the files of a folder may import: `values` are folders, or files of folders; from `types` only `import type`. */
interface Row {
  readonly values: readonly string[];
  readonly types?: readonly string[];
}

const capability: Row = { values: ["document", "http", "observe", "redis", "base"], types: capabilities };

/** Who may import whom; what does not stand here is refused. `main` is src/main.ts; `app` is src/app.ts with its parts in src/app/. */
const importTable: Readonly<Record<string, Row>> = {
  main: { values: ["cli"] },
  app: { values: ["app.ts", ...folders.filter((folder) => folder !== "cli")] },
  cli: { values: ["app.ts", "app/try-request.ts", "config", "admin", "http", "base", ...capabilities] },
  server: { values: ["pipeline", "observe", "http", "base"], types: ["certs", "upstream"] },
  pipeline: { values: ["observe", "http", "base", "*/options.ts", ...capabilities.map((room) => `${room}/${room}.ts`)], types: capabilities },
  ...Object.fromEntries(capabilities.map((room) => [room, capability])),
  // What a platform allows is said beside how it is reached.
  upstream: { ...capability, values: [...capability.values, "limits/pace/options.ts", "limits/concurrency/options.ts"] },
  admin: { values: ["observe", "http", "base"], types: capabilities },
  sandbox: { values: ["document", "http", "base"], types: ["platforms"] },
  console: { values: [] },
  config: { values: ["document", "base", "*/options.ts"] },
  redis: { values: ["base"] },
  document: { values: ["base"] },
  observe: { values: ["base"] },
  http: { values: ["base"] },
  base: { values: [] },
};

/** Modules that have a place of their own: `where` names folders and files below src/. */
interface Place {
  readonly modules: string;
  readonly where: readonly string[];
  readonly why: string;
}

const transport = ["server", "upstream", "certs", "sandbox", "cli/admin-client.ts"];
const places: readonly Place[] = [
  {
    modules: "(node:)?(http|https|http2|tls|net|dgram|dns|dns/promises)|undici(/.*)?",
    where: transport,
    why: "the transport stays in its own folders, so that it can be replaced without touching a phase",
  },
  { modules: "http-proxy(/.*)?", where: ["server/upgrade.ts"], why: "its request path is unfit for invoices: it carries upgrades alone" },
  { modules: "(node:)?fs(/promises)?", where: ["base/files.ts", "base/shared-files.ts", "base/replace-files.ts", "base/file-owners.ts", "journal/sqlite/**"], why: "modes, atomic writes and locks are decided once, in base/files.ts" },
  { modules: "(node:)?child_process", where: ["base/run-command.ts"], why: "programs are run in one place, without a shell and within bounds" },
  { modules: "(node:)?timers(/promises)?", where: ["base", "console"], why: "time is handed in: take a clock" },
  { modules: "(node:)?perf_hooks", where: ["base", "observe/process-metrics.ts"], why: "time is handed in: take a clock; the event loop is measured in one place" },
  { modules: "(node:)?process", where: [], why: "lint watches the global, not the module" },
];

const clock = "time is handed in: take a clock, so that tests and replays are exact";
const chance = "randomness is handed in, so that tests and replays are exact";
const oneWay = "it hides the globals that are banned by name";
const oneEnd = "only main.ts ends the process: return an exit code";
const network = "undici in upstream/ carries every call";

const bannedGlobals = [
  ...["Date", "Temporal", "performance", "setTimeout", "setInterval", "clearTimeout", "clearInterval"].map((name) => ({ name, message: clock })),
  ...["globalThis", "global", "eval"].map((name) => ({ name, message: oneWay })),
  ...["fetch", "WebSocket", "EventSource"].map((name) => ({ name, message: network })),
];

const exits = ["exit", "abort", "reallyExit", "exitCode", "kill"].map((property) => ({ object: "process", property, message: oneEnd }));
const bannedProperties = [
  { object: "Math", property: "random", message: chance },
  { object: "AbortSignal", property: "timeout", message: clock },
  { object: "process", property: "hrtime", message: clock },
  ...exits,
];

/** The import patterns that are refused in `folder`, or in one of its files that has a place of its own. */
function refusedImports(folder: string, { values, types = [] }: Row, file = folder): object[] {
  const others = folders.filter((name) => name !== folder && !values.includes(name));
  const exceptions = values.filter((value) => value.includes("/")).map((value) => `!**/${value}`);
  const group = (names: readonly string[]): string[] => [...names.map((name) => `**/${name}/**`), ...exceptions];
  const files = ["main.ts", "app.ts"].filter((name) => !values.includes(name)).map((name) => `**/${name}`);
  const elsewhere = places.filter(({ where }) => !where.includes(folder) && !where.includes(file));
  return [
    {
      group: [...files, ...group(others.filter((name) => !types.includes(name)))],
      message: `${folder} may not import this: see the import table in the lint configuration`,
    },
    { group: group(others.filter((name) => types.includes(name))), allowTypeImports: true, message: `${folder} may import only types from here: app hands in what runs` },
    ...elsewhere.map(({ modules, why }) => ({ regex: `^(${modules})$`, message: why })),
  ].filter((pattern) => !("group" in pattern) || pattern.group.length > 0);
}

function restrictImports(files: string, folder: string, row: Row, file?: string): OxlintOverride {
  return { files: [files], rules: { "no-restricted-imports": ["error", { patterns: refusedImports(folder, row, file) }] } };
}

const single: Readonly<Record<string, string>> = { main: "src/main.ts", app: "src/{app.ts,app/**}" };
const importRules = Object.entries(importTable).map(([folder, row]) => restrictImports(single[folder] ?? `src/${folder}/**`, folder, row));
const filesWithPlaces = [...new Set(places.flatMap(({ where }) => where.filter((name) => name.includes("/"))))];
const placeRules = filesWithPlaces.map((file) => {
  const folder = file.slice(0, file.indexOf("/"));
  return restrictImports(`src/${file}`, folder, importTable[folder] ?? { values: [] }, file);
});

export default defineConfig({
  plugins: ["eslint", "typescript", "import", "unicorn", "oxc", "node", "promise"],
  categories: { correctness: "error", suspicious: "error" },
  rules: {
    "import/no-cycle": "error",
    "import/no-default-export": "error",
    // fast-check asks to be used as `fc.property`; its default export holds the named ones.
    "import/no-named-as-default-member": "off",
    "max-lines": ["error", { max: 300 }],
    // Functions stop at 50 lines; a factory counts with the closures that it returns.
    "max-lines-per-function": ["error", { max: 80, skipBlankLines: true, skipComments: true }],
    // Control characters are what this program judges.
    "no-control-regex": "off",
    // A metric of prom-client registers itself by being made.
    "no-new": "off",
    // In a closure the short name is often right twice, and the types tell the two apart.
    "no-shadow": "off",
    // The compiler's noImplicitReturns says the same, and knows what never returns.
    "typescript/consistent-return": "off",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/no-misused-promises": "error",
    // Texts and buffers are narrowed after checks that the compiler cannot follow; `any` stays banned.
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/only-throw-error": "error",
    "typescript/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    // Closures first: a method here is a function without `this`, and may be handed on.
    "typescript/unbound-method": "off",
    // Closures first: a helper stands beside what uses it.
    "unicorn/consistent-function-scoping": "off",
  },
  overrides: [
    {
      files: ["src/**"],
      rules: {
        "no-restricted-globals": ["error", ...bannedGlobals],
        "no-restricted-properties": ["error", ...bannedProperties],
      },
    },
    // The clock and the sources of chance are made here; the console lives in a browser.
    { files: ["src/base/**", "src/console/**"], rules: { "no-restricted-globals": "off", "no-restricted-properties": ["error", ...exits] } },
    { files: ["src/main.ts"], rules: { "no-restricted-properties": ["error", ...bannedProperties.filter((ban) => !exits.includes(ban))] } },
    ...importRules,
    ...placeRules,
    {
      // Plain JavaScript that runs before the right Node is found: it is a process of its own, and starts another.
      files: ["src/launcher.cjs"],
      rules: { "no-restricted-globals": "off", "no-restricted-properties": "off", "no-restricted-imports": "off" },
    },
    {
      files: ["test/**"],
      rules: {
        // A `describe` is as long as its cases; a test's promise is awaited by the runner.
        "max-lines-per-function": "off",
        "typescript/no-floating-promises": [
          "error",
          {
            allowForKnownSafeCalls: [{ from: "package", name: ["test", "it", "describe", "suite", "before", "after", "beforeEach", "afterEach"], package: "node:test" }],
          },
        ],
      },
    },
    // The tools that read it ask for a default export.
    { files: ["*.config.ts"], rules: { "import/no-default-export": "off" } },
  ],
});
