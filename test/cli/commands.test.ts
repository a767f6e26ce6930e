import assert from "node:assert/strict";
import { test } from "node:test";
import { OperatorError } from "../../src/base/errors.ts";
import { nameInToken } from "../../src/base/token.ts";
import { realWorld } from "../../src/cli/world.ts";
import { MISTAKE, run, VIEW } from "./console.ts";

const good = (warnings = [] as (typeof MISTAKE)[]) => () => Promise.resolve({ ok: true as const, config: VIEW, warnings });
const bad = () => Promise.resolve({ ok: false as const, problems: [MISTAKE, { ...MISTAKE, line: 9 }] });

test("check says ok with what it counted", async () => {
  assert.deepEqual(await run("check", { loadConfig: good() }), { code: 0, out: "ok: 1 listener, 1 site, 2 regions, 1 route\n", err: "" });
});

test("check prints warnings and is content with them", async () => {
  assert.deepEqual(await run("check f.yaml", { loadConfig: good([{ ...MISTAKE, message: "can never act" }]) }), {
    code: 0,
    out: "ok: 1 listener, 1 site, 2 regions, 1 route, 1 warning\n",
    err: "bad.yaml:3:7: drain.max: warning: can never act\n",
  });
});

test("check prints every problem on a line of its own", async () => {
  assert.deepEqual(await run("check bad.yaml", { loadConfig: bad }), {
    code: 2,
    out: "",
    err: "bad.yaml:3:7: drain.max: got 30, want a duration with its unit\nbad.yaml:9:7: drain.max: got 30, want a duration with its unit\n2 problems\n",
  });
});

test("check reads config/taxgate.yaml unless told otherwise", async () => {
  const asked: string[] = [];
  const loadConfig = (file: string) => {
    asked.push(file);
    return good()();
  };
  await run("check", { loadConfig });
  await run("check other.yaml", { loadConfig });
  assert.deepEqual(asked, ["config/taxgate.yaml", "other.yaml"]);
});

const colour = { tty: true, env: { TERM: "xterm" } };
for (const [name, io, coloured] of [
  ["on a terminal", colour, true],
  ["on a terminal where NO_COLOR is set", { tty: true, env: { NO_COLOR: "1" } }, false],
  ["on a terminal where NO_COLOR is empty", { tty: true, env: { NO_COLOR: "" } }, true],
  ["on a terminal that knows none", { tty: true, env: { TERM: "dumb" } }, false],
  ["in a pipe", { tty: false, env: { TERM: "xterm" } }, false],
] as const) {
  test(`there is ${coloured ? "" : "no "}colour ${name}`, async () => {
    assert.equal((await run("check", { loadConfig: good() }, io)).out.startsWith("\u001b[32mok\u001b[0m"), coloured);
  });
}

test("diff lists what changes and what waits for a restart", async () => {
  const changes = [
    { path: "log.level", before: "info", after: "debug", needsRestart: false },
    { path: "listeners[plain].bind", before: null, after: "127.0.0.1:8081", needsRestart: true },
    { path: "health", before: "{}", after: null, needsRestart: true },
  ];
  assert.deepEqual(await run("diff a.yaml b.yaml", { compareConfigs: () => Promise.resolve({ ok: true, changes }) }), {
    code: 0,
    out: "log.level: info → debug\nlisteners[plain].bind: added 127.0.0.1:8081 (needs a restart)\nhealth: removed {} (needs a restart)\n3 changed, 2 of them only after a restart\n",
    err: "",
  });
  assert.equal((await run("diff a b", { compareConfigs: () => Promise.resolve({ ok: true, changes: [] }) })).out, "nothing would change\n");
  assert.equal((await run("diff a b", { compareConfigs: bad })).code, 2);
});

test("schema prints JSON", async () => {
  const { code, out } = await run("schema", { configSchema: () => Promise.resolve({ type: "object" }) });
  assert.deepEqual([code, JSON.parse(out)], [0, { type: "object" }]);
});

test("token prints the token alone on its output, and the line to admit it beside", async () => {
  const { code, out, err } = await run("token ops --role operator", { makeToken: (name) => realWorld.makeToken(name) });
  assert.equal(code, 0);
  assert.equal(nameInToken(out.trimEnd()), "ops");
  assert.match(err, /- \{ name: "ops", role: operator, hash: "scrypt:16384:8:1:[\w-]{22}:[\w-]{43}" \}\n/);
  assert.match(err, /'proxy\.users'.*:\n {4}- \{ name: "ops", hash: "scrypt:16384:8:1:[\w-]{22}:[\w-]{43}" \}\n$/);
  assert.ok(!err.includes(out.trimEnd()));
  assert.deepEqual(await run("token a/b --role viewer"), { code: 2, out: "", err: `making a token: got "a/b", want a name of letters, digits, '.', '-' and '_', at most 64 long\n` });
});

for (const [name, startApp, code, err] of [
  ["ends well when the app does", () => Promise.resolve({ finished: Promise.resolve(0) }), 0, /^$/],
  ["ends with a fault when the app does", () => Promise.resolve({ finished: Promise.resolve(1) }), 1, /^$/],
  ["prints an operator's mistake without a stack", () => Promise.reject(new OperatorError("listening on 'x': in use")), 2, /^taxgate: listening on 'x': in use\n$/],
  ["prints a fault with its stack", () => Promise.reject(new TypeError("oops")), 1, /^taxgate: a fault: TypeError: oops\n\s+at /],
] as const) {
  test(`run ${name}`, async () => {
    const said = await run("run", { startApp });
    assert.equal(said.code, code);
    assert.match(said.err, err);
  });
}
