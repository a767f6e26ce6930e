import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, ISSUED, LOST, scripted, type Call, type Scripted } from "./scripted-journal.ts";

const WITHIN = { within: [{ json: "/session" }], fingerprint: { over: "fields", fields: [{ json: "/amount" }] }, reference: { json: "/invoiceNo" } };
const QUERY = { query: { path: "/sessions/{remember.session}/invoices?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s", every: "1s" };
const A = { orderNo: "1", session: "A", amount: 5 };
const B = { ...A, session: "B" };
const sent = ({ calls }: Scripted): Call[] => calls.filter(({ kind }) => kind === "submit");

async function got(life: Scripted, order: Readonly<Record<string, unknown>>, ms = 100): Promise<{ readonly kind: string; readonly where?: readonly string[] | null; readonly reference?: string | null }> {
  const hearing = life.hear(order);
  await life.pass(ms);
  const heard = await hearing;
  if (typeof heard === "string") return { kind: heard };
  if (heard.kind !== "elsewhere") return { kind: heard.kind };
  const { state } = heard.entry;
  return { kind: heard.kind, where: heard.recalled?.within ?? null, reference: state.kind === "accepted" ? state.reference : null };
}

test("what was accepted in one session is not replayed in another, where it is told of the first", async () => {
  const life = scripted(WITHIN);
  assert.equal((await got(life, A)).kind, "answered");
  assert.equal((await got(life, A)).kind, "replay");
  assert.deepEqual(await got(life, B), { kind: "elsewhere", where: ["A"], reference: "N1" });
  assert.equal((await got(life.crash(), A)).kind, "replay");
  assert.deepEqual(await got(life.crash(), B), { kind: "elsewhere", where: ["A"], reference: "N1" });
  assert.equal(sent(life).length, 1);
});

test("a try elsewhere joins nothing and changes no credentials of what is under way", async () => {
  const life = scripted(WITHIN);
  life.script = () => null;
  const first = life.hear(A);
  await life.pass(50);
  assert.deepEqual(await got(life, B), { kind: "elsewhere", where: ["A"], reference: null });
  const joined = life.hear(A);
  sent(life)[0]?.answer(ISSUED);
  await life.pass(50);
  for (const heard of [await first, await joined]) assert.ok(typeof heard !== "string" && heard.kind === "answered");
});

test("what a crash left in doubt is resolved where it was sent, and only told of elsewhere", async () => {
  const before = scripted({ ...WITHIN, remember: { session: { json: "/session" } }, resolve: [QUERY] });
  before.script = () => null;
  void before.hear(A);
  await before.pass(50);
  const life = before.crash();
  life.script = () => answered(500);
  const told = await got(life, B, 2000);
  assert.deepEqual([told.kind, told.where], ["elsewhere", ["A"]]);
  const heard = life.hear(A);
  await life.pass(100);
  life.script = () => ISSUED;
  await life.pass(9000);
  const ending = await heard;
  assert.ok(typeof ending !== "string" && ending.kind === "answered");
  assert.deepEqual(new Set(life.calls.map(({ target }) => target)), new Set(["/sessions/A/invoices?orderNo=1"]));
});

for (const [what, script] of [["held", LOST], ["queued", null]] as const) {
  test(`one that is ${what} is told of elsewhere only`, async () => {
    const life = scripted({ ...WITHIN, resolve: ["hold"], ...(what === "queued" ? { onOutage: "defer" } : {}) });
    life.script = () => script ?? { kind: "refused", cause: "breaker-open", detail: "down", retryAfter: 1 };
    assert.equal((await got(life, A)).kind, "told");
    assert.equal((await got(life, A)).kind, "told");
    assert.equal((await got(life, B)).kind, "elsewhere");
  });
}

test("what was certainly not executed is sent where it comes next, and belongs there from then on", async () => {
  const life = scripted(WITHIN);
  life.script = () => answered(429);
  assert.equal((await got(life, A)).kind, "answered");
  life.script = () => ISSUED;
  assert.equal((await got(life, B)).kind, "answered");
  assert.equal((await got(life, B)).kind, "replay");
  assert.deepEqual((await got(life, A)).where, ["B"]);
  assert.equal(sent(life).length, 2);
});

test("a no of one session is none of another: it is sent there as the next revision", async () => {
  const life = scripted(WITHIN);
  life.script = () => answered(400);
  await got(life, A);
  assert.equal((await got(life, A)).kind, "replay");
  life.script = () => ISSUED;
  assert.equal((await got(life, B)).kind, "answered");
  assert.deepEqual(await life.states(), { 1: "rejected", "1/2": "accepted" });
});

test("another content stays a conflict, wherever it comes", async () => {
  const life = scripted(WITHIN);
  await got(life, A);
  assert.equal((await got(life, { ...B, amount: 6 })).kind, "conflict");
});

test("where the request is not kept any more, every try is told that it was elsewhere", async () => {
  const life = scripted(WITHIN);
  await got(life, A);
  life.store.request = () => Promise.resolve(null);
  assert.deepEqual(await got(life, A), { kind: "elsewhere", where: null, reference: "N1" });
});

test("a store that cannot be read is no reason to say that it was elsewhere", async () => {
  const life = scripted(WITHIN);
  await got(life, A);
  life.store.request = () => Promise.reject(new Error("disk"));
  assert.equal((await got(life, A)).kind, "unavailable");
});

test("a submission that does not say where it is has no place that equals it", async () => {
  const life = scripted(WITHIN);
  await got(life, A);
  assert.equal((await got(life, { orderNo: "1", amount: 5 })).kind, "elsewhere");
});

test("where neither its request nor its answer is kept any more, a try is not told that it was sent elsewhere", async () => {
  const life = scripted(WITHIN);
  assert.equal((await got(life, A)).kind, "answered");
  const { store } = life as { store: { -readonly [K in "request" | "insert"]: typeof life.store[K] } };
  const { insert } = life.store;
  let isAnswerKept = true;
  store.request = () => Promise.resolve(null);
  store.insert = async (claim) => {
    const inserted = await insert(claim);
    return inserted.kind !== "known" || isAnswerKept ? inserted : { kind: "known", entries: inserted.entries.map((entry) => ({ ...entry, answer: null })) };
  };
  assert.equal((await got(life, A)).kind, "elsewhere", "an answer that may belong to another session is not replayed");
  isAnswerKept = false;
  for (const order of [A, B]) assert.equal((await got(life, order)).kind, "replay", "which says that it was accepted, and its number");
});
