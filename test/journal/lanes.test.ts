import assert from "node:assert/strict";
import { test } from "node:test";
import { answered, ISSUED, LOST, NOT_SENT, scripted, turn, type Call, type Scripted } from "./scripted-journal.ts";

const SERIAL = { serialBy: [{ json: "/shop" }] };
const QUERY = { query: { path: "/q?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s", every: "1s" };
const orderOf = ({ body }: Call): string => (JSON.parse(body) as { orderNo: string }).orderNo;
const sent = ({ calls }: Scripted): string[] => calls.filter(({ kind }) => kind === "submit").map(orderOf);
const open = ({ calls }: Scripted, order: string): Call => calls.find((call) => call.kind === "submit" && orderOf(call) === order) ?? assert.fail(`order ${order} was not sent`);

/** What a caller heard, as a word. */
function hearing(life: Scripted, order: Readonly<Record<string, unknown>>): Promise<string> {
  return life.hear(order).then((got) => (typeof got === "string" ? got : got.kind));
}

test("submissions of one lane are sent one at a time in the order of their claims, others beside them", async () => {
  const life = scripted(SERIAL);
  life.script = () => null;
  const heard = ["A1", "B1", "A2", "A3"].map((orderNo) => hearing(life, { orderNo, shop: orderNo[0] }));
  await life.pass(200);
  assert.deepEqual(sent(life), ["A1", "B1"]);
  for (const next of ["A1", "A2", "A3"]) {
    assert.equal(sent(life).at(-1) === next || next === "A1", true);
    open(life, next).answer(ISSUED);
    await life.pass(100);
  }
  open(life, "B1").answer(ISSUED);
  await life.pass(100);
  assert.deepEqual(await Promise.all(heard), ["answered", "answered", "answered", "answered"]);
  assert.deepEqual(sent(life), ["A1", "B1", "A2", "A3"]);
  assert.equal(life.journal.stats().flights, 0);
});

for (const [what, answer, kind] of [["a final no", answered(400), "answered"], ["a platform that did nothing", answered(429), "answered"], ["a platform that cannot be reached", NOT_SENT, "unsent"]] as const) {
  test(`after ${what} the next one of the lane is sent`, async () => {
    const life = scripted({ ...SERIAL, onOutage: "refuse" });
    life.script = () => null;
    const first = hearing(life, { orderNo: "A1", shop: "A" });
    const second = hearing(life, { orderNo: "A2", shop: "A" });
    await life.pass(100);
    open(life, "A1").answer(answer);
    await life.pass(100);
    assert.equal(await first, kind);
    open(life, "A2").answer(ISSUED);
    assert.equal(await second, "answered");
  });
}

test("while the head of a lane is in doubt the others wait, and go on once it is known", async () => {
  const life = scripted({ ...SERIAL, resolve: [QUERY] });
  let shown = 500;
  life.script = (call) => (call.kind === "poll" ? answered(shown) : orderOf(call) === "A1" ? LOST : ISSUED);
  const heard = ["A1", "A2"].map((orderNo) => hearing(life, { orderNo, shop: "A" }));
  await life.pass(8000);
  assert.deepEqual(sent(life), ["A1"]);
  assert.deepEqual(await life.states(), { A1: "in-doubt", A2: "unsent" });
  shown = 200;
  await life.pass(9000);
  assert.deepEqual(await Promise.all(heard), ["answered", "answered"]);
  assert.deepEqual(sent(life), ["A1", "A2"]);
});

test("one whose caller's patience ends before its turn stays unsent, and is not sent when its turn comes", async () => {
  const life = scripted(SERIAL);
  life.script = () => null;
  void hearing(life, { orderNo: "A1", shop: "A" });
  await turn();
  const heard = hearing(life, { orderNo: "A2", shop: "A" });
  await life.pass(2000);
  const kept = hearing(life, { orderNo: "A3", shop: "A" });
  await life.pass(18_500);
  assert.equal(await heard, "patience");
  assert.equal(life.journal.stats().flights, 2, "it takes the place of others");
  open(life, "A1").answer(ISSUED);
  await life.pass(200);
  assert.deepEqual(sent(life), ["A1", "A3"]);
  assert.equal((await life.entry("A2")).state.kind, "unsent");
  open(life, "A3").answer(ISSUED);
  assert.equal(await kept, "answered");
  life.script = () => ISSUED;
  const again = hearing(life, { orderNo: "A2", shop: "A" });
  await life.pass(100);
  assert.equal(await again, "answered");
});

test("with 'resendUnsent' it keeps its place and is sent without its caller, while that lasts", async () => {
  const life = scripted({ ...SERIAL, resendUnsent: "1min" });
  life.script = () => null;
  void hearing(life, { orderNo: "A1", shop: "A" });
  await turn();
  const heard = hearing(life, { orderNo: "A2", shop: "A" });
  await life.pass(21_000);
  assert.equal(await heard, "patience");
  open(life, "A1").answer(ISSUED);
  await life.pass(200);
  assert.deepEqual(sent(life), ["A1", "A2"]);
});

test("once 'resendUnsent' is over its turn passes by", async () => {
  const life = scripted({ ...SERIAL, resendUnsent: "30s" });
  life.script = () => null;
  void hearing(life, { orderNo: "A1", shop: "A" });
  await turn();
  void hearing(life, { orderNo: "A2", shop: "A" });
  await life.pass(35_000);
  open(life, "A1").answer(ISSUED);
  await life.pass(200);
  assert.deepEqual(sent(life), ["A1"]);
  assert.deepEqual([await life.states(), life.journal.stats().flights], [{ A1: "accepted", A2: "unsent" }, 0]);
});

test("tries of one that waits for its turn join it, and all get its answer; another content is a conflict", async () => {
  const life = scripted(SERIAL);
  life.script = () => null;
  void hearing(life, { orderNo: "A1", shop: "A" });
  await turn();
  const heard = [1, 2, 3].map(() => hearing(life, { orderNo: "A2", shop: "A" }));
  await life.pass(100);
  assert.equal(await hearing(life, { orderNo: "A2", shop: "A", amount: 2 }), "conflict");
  open(life, "A1").answer(ISSUED);
  await life.pass(100);
  open(life, "A2").answer(ISSUED);
  assert.deepEqual(await Promise.all(heard), ["answered", "answered", "answered"]);
  assert.deepEqual(sent(life), ["A1", "A2"]);
});

test("one whose first caller has gone is sent for those that joined it", async () => {
  const life = scripted(SERIAL);
  life.script = () => null;
  void hearing(life, { orderNo: "A1", shop: "A" });
  await turn();
  const first = hearing(life, { orderNo: "A2", shop: "A" });
  await life.pass(10_000);
  const second = hearing(life, { orderNo: "A2", shop: "A" });
  await life.pass(11_000);
  assert.equal(await first, "patience");
  open(life, "A1").answer(ISSUED);
  await life.pass(100);
  open(life, "A2").answer(ISSUED);
  assert.equal(await second, "answered");
});

test("one that is held stops its lane: those that wait and those that come are told so, and nothing of them is claimed or sent", async () => {
  const life = scripted({ ...SERIAL, resolve: ["hold"] });
  life.script = (call) => (orderOf(call) === "A1" ? null : ISSUED);
  const first = hearing(life, { orderNo: "A1", shop: "A" });
  const second = life.hear({ orderNo: "A2", shop: "A" });
  await life.pass(100);
  open(life, "A1").answer(LOST);
  await life.pass(200);
  assert.equal(await first, "told");
  const ending = await second;
  assert.ok(typeof ending !== "string" && ending.kind === "behind");
  assert.deepEqual(ending.head.key, ["A1"]);
  assert.equal(await hearing(life, { orderNo: "A3", shop: "A" }), "behind");
  assert.equal(await hearing(life, { orderNo: "A1", shop: "A" }), "told");
  assert.deepEqual(await life.states(), { A1: "held", A2: "unsent" });
  assert.deepEqual(sent(life), ["A1"]);
  const { id, revision } = await life.entry("A1");
  await life.journal.decide({ id, revision, to: "expired", reference: null, answer: null, reason: "cancelled by the shop", by: "tester" });
  assert.equal(await hearing(life, { orderNo: "A3", shop: "A" }), "answered");
});

test("a replay takes no lane with it, though its lane is free or held", async () => {
  const life = scripted({ ...SERIAL, resolve: ["hold"] });
  life.script = (call) => (orderOf(call) === "A2" ? LOST : ISSUED);
  assert.equal(await hearing(life, { orderNo: "A1", shop: "A" }), "answered");
  assert.equal(await hearing(life, { orderNo: "A1", shop: "A" }), "replay");
  assert.equal(await hearing(life, { orderNo: "A2", shop: "A" }), "told");
  assert.equal(await hearing(life, { orderNo: "A1", shop: "A" }), "replay");
  assert.equal(await hearing(life, { orderNo: "B1", shop: "B" }), "answered");
});

test("a claim that is given back before it is sent gives its lane back", async () => {
  const life = scripted(SERIAL);
  const source = (orderNo: string) => {
    const body = Buffer.from(JSON.stringify({ orderNo, shop: "A" }));
    return { source: { headers: [], pathVariables: {}, query: "", body, contentType: "application/json" }, request: { method: "POST", target: "/i", headers: [], body }, taxpayer: null, region: "beijing", principal: null, changing: new Set<string>(), entitled: null };
  };
  for (const orderNo of ["A1", "A2"]) {
    const entered = await life.journal.enter(life.policy, source(orderNo));
    assert.equal(entered.kind, "mine");
    if (entered.kind === "mine") await life.journal.withdraw(entered.flight, "forbidden");
  }
  assert.equal(await hearing(life, { orderNo: "A3", shop: "A" }), "answered");
});

test("a lane takes no more than a thousand that wait, and others are told to come later", async () => {
  const life = scripted(SERIAL);
  life.script = () => null;
  const heard = Array.from({ length: 1001 }, (_, index) => hearing(life, { orderNo: `A${index}`, shop: "A" }));
  await life.pass(100);
  assert.equal(await hearing(life, { orderNo: "late", shop: "A" }), "overloaded");
  life.script = () => ISSUED;
  open(life, "A0").answer(ISSUED);
  await life.pass(200);
  assert.deepEqual(new Set(await Promise.all(heard)), new Set(["answered"]));
  assert.deepEqual(sent(life), Array.from({ length: 1001 }, (_, index) => `A${index}`));
});

test("a store that fails in the middle of a claim leaves no lane taken", async () => {
  const life = scripted(SERIAL);
  life.storeFault = () => new Error("disk");
  const failed = life.hear({ orderNo: "A1", shop: "A" });
  await life.pass(50);
  const got = await failed;
  assert.ok(typeof got !== "string" && got.kind === "unavailable");
  life.storeFault = null;
  assert.equal(await hearing(life, { orderNo: "A2", shop: "A" }), "answered");
});

for (const started of [true, false]) {
  test(`after a crash a lane waits for what was left open in it, ${started ? "taken up by then" : "found by the first that comes"}`, async () => {
    const before = scripted({ ...SERIAL, resolve: [QUERY] });
    before.script = () => null;
    for (const orderNo of ["A1", "A2"]) void before.hear({ orderNo, shop: "A" });
    await before.pass(100);
    const life = before.crash();
    let shown = 500;
    life.script = ({ kind }) => (kind === "poll" ? answered(shown) : ISSUED);
    if (started) life.journal.start();
    if (started) await life.pass(100);
    const heard = hearing(life, { orderNo: "A3", shop: "A" });
    await life.pass(100);
    if (!started) life.journal.start();
    await life.pass(3000);
    assert.deepEqual(sent(life), []);
    assert.deepEqual(await life.states(), { A1: "in-doubt", A2: "unsent", A3: "unsent" });
    shown = 200;
    await life.pass(9000);
    assert.equal(await heard, "answered");
    assert.deepEqual(sent(life), ["A3"]);
  });
}

test("after a crash a held one still stops its lane", async () => {
  const before = scripted({ ...SERIAL, resolve: ["hold"] });
  before.script = () => LOST;
  assert.equal(await hearing(before, { orderNo: "A1", shop: "A" }), "told");
  const life = before.crash();
  assert.equal(await hearing(life, { orderNo: "A2", shop: "A" }), "behind");
  assert.equal(await hearing(life, { orderNo: "B1", shop: "B" }), "answered");
});

test("while the journal is distrusted each of a lane is asked about in its turn", async () => {
  const life = scripted({ ...SERIAL, resolve: [QUERY] });
  life.journal.distrust();
  life.script = ({ kind }) => (kind === "poll" ? answered(404) : ISSUED);
  const heard = ["A1", "A2"].map((orderNo) => hearing(life, { orderNo, shop: "A" }));
  await life.pass(9000);
  assert.deepEqual(await Promise.all(heard), ["answered", "answered"]);
  const asked = life.calls.map((call) => (call.kind === "poll" ? `?${call.target.slice(-2)}` : orderOf(call)));
  assert.deepEqual([...new Set(asked)], ["?A1", "A1", "?A2", "A2"]);
});

test("with deferral those that wait behind one that is put off are put off behind it, in their order", async () => {
  const life = scripted({ ...SERIAL, onOutage: "defer", defer: { pace: "1000/s" } });
  life.script = () => null;
  const heard = ["A1", "A2", "A3"].map((orderNo) => hearing(life, { orderNo, shop: "A" }));
  await life.pass(100);
  life.script = () => ISSUED;
  open(life, "A1").answer(NOT_SENT);
  await turn();
  await life.pass(10_000);
  assert.deepEqual(await Promise.all(heard), ["told", "told", "told"]);
  assert.deepEqual(sent(life), ["A1", "A1", "A2", "A3"]);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "accepted", A3: "accepted" });
});

test("whoever waits behind another caller's held one is not told its number", async () => {
  const life = scripted(SERIAL);
  life.script = () => LOST;
  const of = (seller: string) => ({ taxpayer: seller, principal: `certificate:${seller}` });
  void life.hear({ orderNo: "A1", shop: "1", seller: "a" }, of("a"));
  await life.pass(200);
  const waits = life.hear({ orderNo: "B1", shop: "1", seller: "b" }, of("b"));
  await life.pass(30_000, 200);
  const comes = await life.hear({ orderNo: "B2", shop: "1", seller: "b" }, of("b"));
  const own = await life.hear({ orderNo: "A2", shop: "1", seller: "a" }, of("a"));
  const keys = [await waits, comes, own].map((got) => (typeof got !== "string" && got.kind === "behind" ? got.head.key : got));
  assert.deepEqual(keys, [[], [], ["A1"]]);
});

test("two taxpayers whose devices have the same number do not wait for one another", async () => {
  const life = scripted({ ...SERIAL, scope: [{ json: "/seller" }] });
  life.script = () => LOST;
  void life.hear({ orderNo: "A1", shop: "1", seller: "a" });
  await life.pass(200);
  life.script = () => ISSUED;
  const other = life.hear({ orderNo: "B1", shop: "1", seller: "b" });
  await life.pass(200);
  await other;
  assert.deepEqual((await life.states())["B1"], "accepted");
});
