import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { jsonAnswer } from "../../src/sandbox/answer.ts";
import type { CounterReport } from "../../src/sandbox/counters.ts";
import type { FaultSet } from "../../src/sandbox/faults.ts";
import type { PlatformKind } from "../../src/sandbox/kind.ts";
import { kindMistakes } from "../../src/sandbox/routes.ts";
import { settingOf } from "../../src/sandbox/world.ts";
import { eventually } from "./raw-client.ts";
import { type Started, started } from "./started.ts";

const SETTINGS = { greeting: "hello", slow: false };

/** A platform that tells what the engine handed to it. */
const PARROT: PlatformKind = {
  name: "parrot",
  settings: SETTINGS,
  operations: [
    { name: "issue", methods: ["POST"], path: /^\/ws$/, bound: 100, body: (bytes) => bytes.includes("issue"), limit: "calls" },
    { name: "cancel", methods: ["POST"], path: /^\/ws$/, bound: 20, body: (bytes) => bytes.includes("cancel"), limit: "calls" },
    { name: "slowed", methods: ["GET"], path: /^\/slowed$/, limit: "patience" },
    { name: "status", methods: ["GET"], path: /^\/(?<year>[0-9]{4})\/(?<number>[^/]+)$/ },
  ],
  limits: [
    { name: "calls", windows: [{ count: 2, ms: 2500 }], scope: ({ headers, address }) => `${String(headers.token)} ${address}` },
    { name: "patience", windows: [{ count: 1, ms: 1000 }], scope: () => "", refuses: false },
  ],
  open: (world) => ({
    counts: () => ({ parrots: 2 }),
    answer: ({ operation, method, path, query, variables, body, address, overLimitMs }) => {
      if (operation === "slowed") return { ...jsonAnswer(200, { overLimitMs }), delayMs: overLimitMs * 2 };
      const said = { operation, method, path, query: query.toString(), variables: { ...variables }, body: body.bytes.toString(), address };
      return jsonAnswer(200, { ...said, greeting: settingOf(world, SETTINGS, "greeting") });
    },
    refuse: (name, retryAfterMs, { operation, method, path, allow }) => jsonAnswer(400, { name, retryAfterMs, operation, method, path, allow }),
  }),
};

async function parrot(t: TestContext, faults: FaultSet = {}): Promise<{ sandbox: Started; ask: (path: string, post?: string, token?: string) => Promise<[number, unknown]> }> {
  const sandbox = await started(t, faults, { kind: PARROT });
  const ask = async (path: string, post?: string, token = "a"): Promise<[number, unknown]> => {
    const answer = await fetch(sandbox.origin + path, post === undefined ? { headers: { token } } : { method: "POST", body: post, headers: { token } });
    return [answer.status, await answer.json()];
  };
  return { sandbox, ask };
}

const SAID: readonly (readonly [path: string, post: string | undefined, said: object])[] = [
  ["/2026/F%2F1?full=yes", undefined, { operation: "status", method: "GET", query: "full=yes", variables: { year: "2026", number: "F%2F1" }, body: "" }],
  ["/ws", "please issue", { operation: "issue", method: "POST", query: "", variables: {}, body: "please issue" }],
  ["/ws", "please cancel", { operation: "cancel", method: "POST", query: "", variables: {}, body: "please cancel" }],
];

for (const [path, post, said] of SAID) {
  test(`a request for "${path}" with ${post ?? "nothing"} comes to its operation`, async (t) => {
    const { ask } = await parrot(t);
    const [target = ""] = path.split("?");
    assert.deepEqual(await ask(path, post), [200, { path: target, address: "127.0.0.1", greeting: "hello", ...said }]);
  });
}

const REFUSED: readonly (readonly [faults: FaultSet, path: string, post: string | undefined, refusal: object])[] = [
  [{}, "/ws", "neither", { name: "no-such-operation", operation: "unknown", method: "POST", allow: ["POST"] }],
  [{}, "/ws", undefined, { name: "no-such-operation", operation: "unknown", method: "GET", allow: ["POST"] }],
  [{}, "/nothing", undefined, { name: "no-such-operation", operation: "unknown", method: "GET", allow: [] }],
  [{}, "/ws", `cancel ${"x".repeat(20)}`, { name: "too-large", operation: "cancel", method: "POST", allow: ["POST"] }],
  [{}, "/ws", "x".repeat(101), { name: "too-large", operation: "issue", method: "POST", allow: ["POST"] }],
  [{ unauthorized: { on: ["cancel"] } }, "/ws", "cancel", { name: "unauthorized", operation: "cancel", method: "POST", allow: ["POST"] }],
  [{ errorBefore: {} }, "/2026/1", undefined, { name: "not-executed", operation: "status", method: "GET", allow: ["GET"] }],
  [{ errorAfter: { as: "504" } }, "/ws", "issue", { name: "unknown-outcome", operation: "issue", method: "POST", allow: ["POST"] }],
];

for (const [faults, path, post, refusal] of REFUSED) {
  test(`under ${JSON.stringify(faults)} "${path}" with ${post?.slice(0, 10) ?? "nothing"} is refused in the kind's form`, async (t) => {
    const { ask } = await parrot(t, faults);
    assert.deepEqual(await ask(path, post), [400, { path, ...refusal }]);
  });
}

test("a fault for one operation of a path spares the other, though only the body tells them apart", async (t) => {
  const { ask, sandbox } = await parrot(t, { errorBefore: { on: ["cancel"] } });
  assert.deepEqual([(await ask("/ws", "issue"))[0], (await ask("/ws", "cancel"))[0]], [200, 400]);
  const report = (await (await fetch(`${sandbox.controlOrigin}/_sandbox/requests`)).json()) as CounterReport & { readonly kind: string; readonly own: unknown };
  assert.deepEqual([report.kind, report.own, report.total, report.byOperation], ["parrot", { parrots: 2 }, 2, { issue: 1, cancel: 1, slowed: 0, status: 0, unknown: 0 }]);
});

test("a limit is shared by the operations that name it, kept per scope, told with its wait, and reported", async (t) => {
  const { ask, sandbox } = await parrot(t);
  const statuses = async (...posts: readonly (readonly [post: string, token?: string])[]): Promise<number[]> => {
    const seen: number[] = [];
    for (const [post, token] of posts) seen.push((await ask("/ws", post, token))[0]);
    return seen;
  };
  assert.deepEqual(await statuses(["issue"], ["cancel"], ["issue"], ["issue", "b"]), [200, 200, 400, 200]);
  sandbox.clock.advance(1000);
  const [, refusal] = await ask("/ws", "cancel");
  assert.deepEqual(refusal, { name: "limited", retryAfterMs: 1500, operation: "cancel", method: "POST", path: "/ws", allow: ["POST"] });
  assert.deepEqual([await ask("/2026/1").then(([status]) => status), sandbox.ledger.totals().issued], [200, 0]);
  sandbox.clock.advance(1500);
  assert.deepEqual(await statuses(["issue"]), [200]);
  const limits = [{ name: "calls", exceeded: 2, windows: [{ count: 2, ms: 2500, exceeded: 2, highest: 3 }] }];
  assert.deepEqual(sandbox.limits().slice(0, 1), limits);
  const shown = await (await fetch(`${sandbox.controlOrigin}/_sandbox/limits`)).json();
  assert.deepEqual(shown, { name: "beijing", kind: "parrot", enforced: true, limits: sandbox.limits() });
});

test("a limit that does not refuse tells the kind, which may hold its answer back", async (t) => {
  const { ask, sandbox } = await parrot(t);
  assert.deepEqual(await ask("/slowed"), [200, { overLimitMs: 0 }]);
  sandbox.clock.advance(400);
  const second = ask("/slowed");
  await eventually(() => sandbox.clock.pending() === 1, "the answer is held back");
  sandbox.clock.advance(1199);
  assert.equal(sandbox.clock.pending(), 1);
  sandbox.clock.advance(1);
  assert.deepEqual(await second, [200, { overLimitMs: 600 }]);
  assert.deepEqual(sandbox.limits()[1], { name: "patience", exceeded: 1, windows: [{ count: 1, ms: 1000, exceeded: 1, highest: 2 }] });
});

test("limits that are not enforced let requests pass", async (t) => {
  const { ask, sandbox } = await parrot(t, { limits: { enforce: false } });
  for (let i = 0; i < 5; i += 1) assert.equal((await ask("/ws", "issue"))[0], 200);
  assert.deepEqual(sandbox.limits()[0]?.windows[0], { count: 2, ms: 2500, exceeded: 3, highest: 5 });
});

test("a full queue is refused as not executed, with the time after which to come again", async (t) => {
  const { ask, sandbox } = await parrot(t, { capacity: { concurrent: 1, queue: 0 }, latency: { minMs: 10, maxMs: 10, on: ["status"] } });
  const first = ask("/2026/1");
  await eventually(() => sandbox.clock.pending() === 1, "the first is worked on");
  const [, refusal] = await ask("/2026/2");
  sandbox.clock.advance(10);
  assert.equal((await first)[0], 200);
  assert.deepEqual(refusal, { name: "not-executed", retryAfterMs: 1000, operation: "status", method: "GET", path: "/2026/2", allow: ["GET"] });
});

test("a kind's settings are changed by faults, and checked against the kind", async (t) => {
  const { ask, sandbox } = await parrot(t, { settings: { greeting: "salut" } });
  const [, said] = await ask("/2026/1");
  assert.equal((said as { readonly greeting: string }).greeting, "salut");
  await assert.rejects(sandbox.faults.set({ settings: { greeting: 1, slow: true } }), /settings.greeting: got "1", want a string$/);
  await assert.rejects(sandbox.faults.set({ halfOpen: { on: ["query"] } }), /want a list of issue, cancel, slowed, status, unknown$/);
});

test("mistakes in a kind are named", () => {
  const [issue] = PARROT.operations;
  assert.ok(issue);
  const { bound: _bound, ...unbounded } = issue;
  const wrong: PlatformKind = {
    ...PARROT, operations: [unbounded, { ...issue, limit: "none", path: /x/g }, { ...issue, name: "unknown" }], limits: [...PARROT.limits, { name: "empty", windows: [], scope: () => "" }],
  };
  assert.deepEqual(kindMistakes(PARROT), []);
  assert.deepEqual(kindMistakes(wrong), [
    'operation "issue" stands twice', 'operation "unknown" stands twice', 'operation "issue" looks at the body and has no bound',
    'operation "issue" has the unknown limit "none"', 'operation "issue" has a path with the flag g or y', 'limit "empty" has no window, or one of nothing',
  ]);
});
