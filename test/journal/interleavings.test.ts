import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreFault } from "../../src/journal/store.ts";
import { answered, ISSUED, LOST, REFUSED, scripted, turn, type Scripted } from "./scripted-journal.ts";

/*
 * Moments at which two things happen to one submission. Each of these once told a caller something wrong, sent twice, or
 * stood for ever.
 */

const QUERY = { query: { path: "/q?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s" };
const submits = ({ calls }: Scripted): number => calls.filter(({ kind }) => kind === "submit").length;
const full = (): Error => new StoreFault("full", "no room");

/** Fails some of the store's groups of work, counted from the first after now. */
function onlyAt(first: number, last: number): () => StoreFault | null {
  let group = 0;
  return () => (++group >= first && group <= last ? new StoreFault("busy", "for a moment") : null);
}

async function heard(life: Scripted, order: Readonly<Record<string, unknown>>, ms = 500): Promise<{ readonly kind: string }> {
  const hearing = life.hear(order);
  await life.pass(ms);
  const got = await hearing;
  return typeof got === "string" ? { kind: got } : got;
}

test("an answer that comes after our own deadline counts, on a route whose plan is a person", async () => {
  const life = scripted({});
  life.script = () => null;
  void life.hear({ orderNo: "A" });
  await life.pass(4000);
  assert.deepEqual(await life.states(), { A: "in-doubt" });
  life.calls[0]?.answer(ISSUED);
  await life.pass(100);
  assert.deepEqual(await life.states(), { A: "accepted" });
  assert.equal((await heard(life, { orderNo: "A" })).kind, "replay");
});

test("where no answer comes in the time for late ones either, a person decides", async () => {
  const life = scripted({ linger: "5s" });
  life.script = () => null;
  void life.hear({ orderNo: "A" });
  await life.pass(7000);
  assert.deepEqual(await life.states(), { A: "in-doubt" });
  await life.pass(2000);
  assert.deepEqual(await life.states(), { A: "held" });
  assert.equal(life.journal.stats().flights, 0);
});

test("a doubt that could not be written does not come back over the outcome that was", async () => {
  const life = scripted({});
  life.script = () => null;
  void life.hear({ orderNo: "A" });
  await life.pass(2950);
  life.storeFault = full;
  await life.pass(100);
  assert.equal(life.journal.stats().unsettled, 1);
  life.storeFault = null;
  life.calls[0]?.answer(ISSUED);
  await turn();
  await life.pass(3000);
  assert.deepEqual(await life.states(), { A: "accepted" });
  assert.equal(life.journal.stats().unsettled, 0);
});

test("what is settled stands under another fence than what was sent, so that nothing older can change it", async () => {
  const life = scripted({});
  life.script = () => null;
  void life.hear({ orderNo: "A" });
  await life.pass(100);
  const { fence } = await life.entry("A");
  life.calls[0]?.answer(ISSUED);
  await life.pass(100);
  assert.equal((await life.entry("A")).fence, fence + 1);
});

test("an outcome that could not be written is told, and written when it can be", async () => {
  const life = scripted({});
  life.script = () => {
    life.storeFault = full;
    return ISSUED;
  };
  assert.equal((await heard(life, { orderNo: "A" })).kind, "answered");
  assert.equal(life.journal.stats().unsettled, 1);
  assert.equal((await heard(life, { orderNo: "A" })).kind, "answered");
  life.storeFault = null;
  await life.pass(1000);
  assert.deepEqual(await life.states(), { A: "accepted" });
  assert.equal(life.journal.stats().flights, 0);
  assert.equal(submits(life), 1);
});

test("another content is told to come later, and at once, while an outcome waits to be written", async () => {
  const life = scripted({});
  life.script = () => {
    life.storeFault = full;
    return answered(400);
  };
  assert.equal((await heard(life, { orderNo: "A" })).kind, "answered");
  assert.equal((await heard(life, { orderNo: "A", amount: 2 })).kind, "overloaded");
  life.storeFault = null;
  await life.pass(1000);
  life.script = () => ISSUED;
  assert.equal((await heard(life, { orderNo: "A", amount: 2 })).kind, "answered");
});

test("the issued content is replayed though a wrong one asks at the same moment", async () => {
  const life = scripted({});
  assert.equal((await heard(life, { orderNo: "A" })).kind, "answered");
  const [wrong, right] = await Promise.all([life.enter({ orderNo: "A", amount: 2 }), life.enter({ orderNo: "A" })]);
  assert.deepEqual([wrong.kind, right.kind], ["conflict", "replay"]);
});

test("of many tries at the same moment one is sent, and all hear the same", async () => {
  const life = scripted({});
  const hearing = Promise.all(Array.from({ length: 20 }, () => life.hear({ orderNo: "A" })));
  await life.pass(500);
  const kinds = (await hearing).map((got) => (typeof got === "string" ? got : got.kind));
  assert.equal(submits(life), 1);
  assert.ok(kinds.every((kind) => kind === "answered" || kind === "replay"), kinds.join(" "));
});

test("a late 'not executed' does not speak for the same bytes that were sent meanwhile", async () => {
  const life = scripted({ resolve: [{ resend: { window: "1h" } }], linger: "60s", notExecuted: [{ status: 503 }] });
  life.script = () => null;
  void life.hear({ orderNo: "A" });
  await life.pass(4000);
  life.calls[0]?.answer(answered(503));
  await life.pass(1000);
  for (const call of life.calls) call.answer(ISSUED);
  await life.pass(2000);
  const states = await life.states();
  assert.ok(states["A"] === "accepted" || (states["A"] === "unsent" && submits(life) === 1), `${states["A"]} after ${submits(life)} sendings`);
});

test("the same bytes are not sent again once the platform has forgotten them, though the wall's clock went back", async () => {
  const life = scripted({ resolve: [{ wait: "50min" }, { resend: { window: "40min" } }] });
  life.script = () => LOST;
  void life.hear({ orderNo: "A" });
  await life.pass(1000);
  life.clock.stepWall(-3_600_000);
  await life.pass(3_100_000, 10_000);
  assert.equal(submits(life), 1);
  assert.deepEqual(await life.states(), { A: "held" });
});

test("a submission that is sent by ourselves long after its caller's time has the whole time for an answer", async () => {
  const life = scripted({ resendUnsent: "30min", notExecuted: [{ status: 503 }], resolve: ["hold"], linger: "0ms" });
  life.script = () => answered(503);
  void life.hear({ orderNo: "A" });
  await life.pass(30_000);
  life.script = () => null;
  await life.pass(1000);
  const last = life.calls.at(-1);
  await life.pass(1500);
  last?.answer(ISSUED);
  await life.pass(500);
  assert.deepEqual(await life.states(), { A: "accepted" });
});

test("a try that waits for a queued order under way is not told that nothing was executed", async () => {
  const life = scripted({ onOutage: "defer", defer: { pace: "1000/s" }, notExecuted: [{ status: 503 }] });
  life.script = () => REFUSED;
  assert.equal((await heard(life, { orderNo: "A" })).kind, "told");
  life.script = () => null;
  await life.pass(3000);
  const call = life.calls.at(-1);
  const hearing = heard(life, { orderNo: "A" });
  await turn();
  call?.answer(answered(503));
  assert.equal((await hearing).kind, "told");
  assert.deepEqual(await life.states(), { A: "queued" });
});

for (const [what, first] of [["was not executed", answered(429)], ["was refused for good", answered(400)]] as const) {
  test(`after a backup was restored, what ${what} by its books is asked about before it is sent`, async () => {
    const before = scripted({ resolve: [QUERY], rejectedFor: "1s" });
    before.script = () => first;
    await heard(before, { orderNo: "A" });
    await before.pass(2000);
    const life = before.crash(before.clock.wall() + 86_400_000);
    life.script = ({ kind }) => (kind === "poll" ? answered(200) : ISSUED);
    life.journal.start();
    assert.equal((await heard(life, { orderNo: "A" }, 3000)).kind, "answered");
    assert.equal(submits(life), 0);
    assert.equal(life.calls.length, 1);
  });
}

test("after a backup was restored, what is queued by its books is asked about before it is delivered", async () => {
  const before = scripted({ onOutage: "defer", resolve: [QUERY] });
  before.script = () => REFUSED;
  await heard(before, { orderNo: "A" });
  await heard(before, { orderNo: "B" });
  const life = before.crash(before.clock.wall() + 86_400_000);
  life.script = ({ kind, target }) => (kind === "submit" ? ISSUED : answered(target.includes("=A") ? 200 : 404));
  life.journal.start();
  await life.pass(20_000);
  assert.deepEqual(life.calls.filter(({ kind }) => kind === "submit").map(({ body }) => body), ['{"orderNo":"B"}']);
  assert.deepEqual(await life.states(), { A: "accepted", B: "accepted" });
});

test("a fault of the store while an old doubt is taken up strands nobody", async () => {
  const before = scripted({ resolve: [QUERY] });
  before.script = () => null;
  void before.hear({ orderNo: "A" });
  await before.pass(100);
  const life = before.crash();
  life.script = ({ kind }) => (kind === "poll" ? answered(200) : ISSUED);
  // The route's options, the claim, and then the change that takes the old entry over.
  life.storeFault = onlyAt(3, 3);
  void life.hear({ orderNo: "A" });
  await life.pass(100);
  assert.deepEqual(life.calls, []);
  assert.equal((await heard(life, { orderNo: "A" }, 3000)).kind, "answered");
  assert.deepEqual(await life.states(), { A: "accepted" });
});

for (const [what, first, last] of [["from the first moment", 1, 3], ["when entries are taken up", 3, 5]] as const) {
  test(`recovery goes on after a fault of the store ${what}`, async () => {
    const before = scripted({ resolve: [QUERY] });
    before.script = () => null;
    for (const orderNo of ["A", "B", "C"]) void before.hear({ orderNo });
    await before.pass(100);
    const life = before.crash();
    life.script = () => answered(200);
    life.storeFault = onlyAt(first, last);
    life.journal.start();
    await life.pass(60_000, 500);
    assert.ok(life.faults.length > 0);
    assert.deepEqual(await life.states(), { A: "accepted", B: "accepted", C: "accepted" });
    assert.equal(life.journal.stats().flights, 0);
  });
}

test("a question that cannot be put ends with a person", async () => {
  const life = scripted({ resolve: [{ ...QUERY, query: { path: "/invoices/{key}" } }], linger: "0ms" });
  life.script = () => LOST;
  void life.hear({ orderNo: ".." });
  await life.pass(5000);
  assert.equal(life.calls.length, 1);
  assert.deepEqual(await life.states(), { "..": "held" });
});

test("a page that says 404 does not send anything again", async () => {
  const life = scripted({ resolve: [QUERY] });
  life.script = ({ kind }) => (kind === "poll" ? answered(404, "<html>no such page</html>", "text/html") : LOST);
  void life.hear({ orderNo: "A" });
  await life.pass(15_000);
  assert.equal(submits(life), 1);
  assert.deepEqual(await life.states(), { A: "in-doubt" });
});

test("what is not there counts only when it has been still for long enough, and is then sent for who waits", async () => {
  const life = scripted({ resolve: [{ ...QUERY, notFoundValidAfter: "3s" }] });
  life.script = ({ kind }) => (kind === "poll" ? answered(404) : LOST);
  const hearing = life.hear({ orderNo: "A" });
  await life.pass(2900);
  assert.equal(submits(life), 1);
  life.script = ({ kind }) => (kind === "poll" ? answered(404) : ISSUED);
  await life.pass(2500);
  const got = await hearing;
  assert.equal(typeof got === "string" ? got : got.kind, "answered");
  assert.equal(submits(life), 2);
});
