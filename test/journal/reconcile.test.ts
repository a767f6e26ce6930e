import assert from "node:assert/strict";
import { test } from "node:test";
import { manualClock } from "../../src/base/clock.ts";
import type { AttemptResult } from "../../src/upstream/result.ts";
import type { UpstreamCall } from "../../src/upstream/call.ts";
import type { RegionUpstream } from "../../src/upstream/region-upstream.ts";
import { createQuestions } from "../../src/journal/ask.ts";
import type { EntryState } from "../../src/journal/entry.ts";
import { submissionOptions } from "../../src/journal/options.ts";
import { compilePolicy, type SubmissionPolicy } from "../../src/journal/policy.ts";
import { reconcile, type Span } from "../../src/journal/reconcile.ts";
import { openMemoryStore } from "./memory-store.ts";
import { newEntry } from "./sample-entry.ts";
import { turn } from "./scripted-journal.ts";

const QUERY = { query: { path: "/api/invoices?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "10s" };
const policyWith = (resolve: readonly unknown[]): SubmissionPolicy =>
  compilePolicy(submissionOptions.parse({ key: [{ json: "/orderNo" }], reference: { json: "/invoiceNo" }, resolve, resolvePace: "1000/s" }), "china", "issue");
const POLICY = policyWith([{ wait: "1s" }, QUERY, "hold"]);

/** What the platform says of an order: a status with a body, or no answer at all. */
type Script = Readonly<Record<string, readonly [number, object] | "lost" | "refused">>;

const ACCEPTED: EntryState = { kind: "accepted", how: "answered", reference: "N1" };
const issued = (orderNo: string, invoiceNo?: string): readonly [number, object] => [200, { orderNo, invoiceNo }];

function setUp(script: Script, policy: SubmissionPolicy | null = POLICY) {
  const clock = manualClock();
  const store = openMemoryStore({ now: clock.wall });
  const calls: UpstreamCall[] = [];
  let during = (): Promise<void> => Promise.resolve();
  async function call(asked: UpstreamCall): Promise<AttemptResult> {
    calls.push(asked);
    await during();
    const said = script[new URL(asked.target, "http://x").searchParams.get("orderNo") ?? ""] ?? [404, {}];
    if (said === "lost") return { kind: "in-doubt", cause: "reset", detail: "closed", endpoint: "e", bodyFault: null };
    if (said === "refused") return { kind: "refused", cause: "breaker-open", detail: "", retryAfter: 1 };
    const body = { kind: "bytes", bytes: Buffer.from(JSON.stringify(said[1])) } as const;
    return { kind: "answered", cause: "answer", answer: { status: said[0], headers: ["content-type", "application/json"], body }, endpoint: "e", region: "beijing" };
  }
  const region = { call, responseTimeout: 1000 } as unknown as RegionUpstream;
  const questions = createQuestions({ clock, store, ways: () => ({ policy, response: null, total: null, fresh: false, region: (name) => (name === "beijing" ? region : null), paced: () => null }), decode: () => Promise.resolve(null) });
  const env = { clock, store, questions, policyOf: () => Promise.resolve(policy) };
  const SPAN: Span = { from: 0, to: Infinity, filter: {}, after: 0, limit: 1000, headers: [] };
  return {
    clock, store, calls,
    async put(name: string, state: EntryState, changes: object = {}) {
      await store.insert({ ...newEntry(name), key: [name], state, ...changes });
    },
    /** What happens while the platform is asked. */
    meanwhile: (run: () => Promise<void>) => void (during = run),
    async compare(span: Partial<Span> = {}) {
      const comparing = reconcile(env, { ...SPAN, ...span });
      const isOver = (): Promise<boolean> => Promise.race([comparing.then(() => true), turn().then(() => false)]);
      // A question waits for its turn in the pace of the route.
      while (!(await isOver())) clock.advance(1);
      return comparing;
    },
  };
}

const LATER = 20_000;
const CASES: readonly (readonly [string, EntryState, Script[string] | null, string])[] = [
  ["accepted, and the platform has it", ACCEPTED, issued("one", "N1"), "same"],
  ["accepted, and the platform shows no number", ACCEPTED, issued("one"), "same"],
  ["accepted without a number", { ...ACCEPTED, reference: null }, issued("one", "N1"), "same"],
  ["accepted, under another number", ACCEPTED, issued("one", "N2"), "other-reference N2"],
  ["accepted, and the platform does not know it", ACCEPTED, null, "not-there"],
  ["accepted, and the platform shows another one", ACCEPTED, issued("two", "N1"), "another"],
  ["accepted, and the answer is lost", ACCEPTED, "lost", "cannot-tell"],
  ["accepted, and the platform is away", ACCEPTED, "refused", "cannot-tell"],
  ["accepted, and the answer says neither", ACCEPTED, [401, {}], "cannot-tell"],
  ["unsent, and the platform has it", { kind: "unsent", why: "" }, issued("one", "N1"), "only-there N1"],
  ["rejected, and the platform has it", { kind: "rejected", until: 1 }, issued("one", "N1"), "only-there N1"],
  ["released, and the platform has it", { kind: "released", why: "" }, issued("one", "N1"), "only-there N1"],
  ["expired, and the platform has it", { kind: "expired", why: "" }, issued("one", "N1"), "only-there N1"],
  ["held, and the platform has it", { kind: "held", why: "", until: 1 }, issued("one", "N1"), "only-there N1"],
  ["in doubt, and the platform has it", { kind: "in-doubt", cause: "crash", why: "" }, issued("one", "N1"), "only-there N1"],
  ["released, and the platform does not know it", { kind: "released", why: "" }, null, "same"],
  ["held, and the platform does not know it", { kind: "held", why: "", until: 1 }, null, "same"],
  ["released, and the answer says neither", { kind: "released", why: "" }, [500, {}], "cannot-tell"],
  ["queued", { kind: "queued", until: null }, issued("one", "N1"), "passed"],
  ["being sent", { kind: "sending" }, issued("one", "N1"), "passed"],
];

for (const [name, state, said, wanted] of CASES) {
  test(`${name}: ${wanted}`, async () => {
    const { put, compare, clock, store } = setUp(said === null ? {} : { one: said });
    await put("one", state);
    clock.advance(LATER);
    const { asked, same, passed, differences, next } = await compare();
    const shown = differences.map(({ kind, reference }) => `${kind}${reference === null ? "" : ` ${reference}`}`);
    assert.deepEqual([same === 1 ? ["same"] : passed === 1 ? ["passed"] : shown, asked, next], [[wanted], wanted === "passed" ? 0 : 1, null]);
    assert.deepEqual(store.peek().map((entry) => [entry.state, entry.fence]), [[state, 1]], "nothing is changed");
  });
}

test("an absence counts only after the platform had time to show it", async () => {
  const { put, compare, clock } = setUp({});
  await put("one", ACCEPTED);
  clock.advance(9999);
  assert.deepEqual((await compare()).differences.map(({ kind, why }) => [kind, why]), [["cannot-tell", "the platform does not know it yet, and may still show it"]]);
  clock.advance(1);
  assert.equal((await compare()).differences[0]?.kind, "not-there");
});

test("a revision that another one followed is passed over: the platform shows the newest", async () => {
  const { put, compare } = setUp({ one: issued("one", "N1") });
  await put("one", { kind: "rejected", until: 1 });
  await put("one", ACCEPTED, { revision: 2 });
  const { asked, same, passed, differences } = await compare();
  assert.deepEqual([asked, same, passed, differences], [1, 1, 1, []]);
});

test("what is learnt while the platform is asked is no difference", async () => {
  const { put, compare, store, meanwhile } = setUp({ one: issued("one", "N1") });
  await put("one", { kind: "in-doubt", cause: "crash", why: "" });
  const [entry] = store.peek();
  meanwhile(async () => void (await store.update({ id: entry?.id ?? "", revision: 1, fence: 1, state: ACCEPTED })));
  const { same, differences } = await compare();
  assert.deepEqual([same, differences], [1, []]);
});

for (const [name, policy, region, why] of [
  ["a route without a query", policyWith(["hold"]), "beijing", "its route has no query under 'resolve'"],
  ["a route that nobody knows", null, "beijing", "its route is not known any more"],
  ["a region that is gone", POLICY, "nowhere", "no way leads to region 'nowhere'"],
] as const) {
  test(`of ${name} nobody can tell`, async () => {
    const { put, compare } = setUp({}, policy);
    await put("one", ACCEPTED, { region });
    assert.deepEqual((await compare()).differences.map((one) => [one.kind, one.why]), [["cannot-tell", why]]);
  });
}

test("it is asked with the kept fields, and with those that are given in their place", async () => {
  const { put, compare, calls } = setUp({});
  await put("one", { kind: "released", why: "" });
  await compare();
  await compare({ headers: ["authorization", "Bearer new"] });
  assert.deepEqual(calls.map(({ class: kind, method, target }) => [kind, method, target]), Array.from({ length: 2 }, () => ["poll", "GET", "/api/invoices?orderNo=one"]));
  assert.deepEqual(calls.map(({ headers }) => headers), [["authorization", "Bearer secret", "x-note", "ü"], ["x-note", "ü", "authorization", "Bearer new"]]);
});

test("a span is compared a piece at a time, to its end and no further", async () => {
  const { put, compare, clock, calls } = setUp({});
  for (let index = 0; index < 40; index += 1) await put(`order-${index}`, { kind: "released", why: "" });
  const first = await compare({ limit: 25 });
  const second = await compare({ limit: 25, after: first.next ?? 0 });
  assert.deepEqual([first.asked, first.next, second.asked, second.next, new Set(calls.map(({ target }) => target)).size], [25, 25, 15, null, 40]);
  const start = clock.wall();
  clock.advance(1000);
  await put("late", { kind: "released", why: "" });
  assert.deepEqual([(await compare({ to: start + 1 })).asked, (await compare({ from: start + 1 })).asked], [40, 1]);
});

test("a piece ends in time where the platform is slow, and goes on where it stopped", async () => {
  const { put, compare, clock, meanwhile } = setUp({});
  for (let index = 0; index < 40; index += 1) await put(`order-${index}`, { kind: "released", why: "" });
  meanwhile(() => Promise.resolve(clock.advance(1000)));
  const { asked, next } = await compare();
  assert.deepEqual([asked, next], [16, 16]);
  meanwhile(() => Promise.resolve());
  assert.equal((await compare({ after: next ?? 0 })).asked, 24);
});
