import assert from "node:assert/strict";
import { test } from "node:test";
import { StoreFault } from "../../src/journal/store.ts";
import { answered, ISSUED, LOST, NOT_SENT, REFUSED, scripted, type Call, type Scripted } from "./scripted-journal.ts";

const DEFER = { onOutage: "defer", defer: { pace: "1000/s" } };
const SERIAL = { onOutage: "defer", serialBy: [{ json: "/shop" }], defer: { pace: "1000/s" } };
const QUERY = { query: { path: "/q?orderNo={key}" }, found: { status: 200 }, absent: { status: 404 }, notFoundValidAfter: "1s" };
const orderOf = ({ body }: Call): string => (JSON.parse(body) as { orderNo: string }).orderNo;
const sent = ({ calls }: Scripted): string[] => calls.filter(({ kind }) => kind === "submit").map(orderOf);

/** A life whose platform is down, with these orders accepted for later. */
async function queueOf(options: Readonly<Record<string, unknown>>, ...orders: readonly Readonly<Record<string, unknown>>[]): Promise<Scripted> {
  const life = scripted(options);
  life.script = () => REFUSED;
  for (const order of orders) assert.equal((await heard(life, order)).kind, "told");
  life.calls.length = 0;
  return life;
}

async function heard(life: Scripted, order: Readonly<Record<string, unknown>>): Promise<{ readonly kind: string }> {
  const hearing = life.hear(order);
  await life.pass(50);
  const got = await hearing;
  return typeof got === "string" ? { kind: got } : got;
}

for (const [what, outage] of [["the breaker is open", REFUSED], ["nobody answers a connection", NOT_SENT]] as const) {
  test(`an order that comes while ${what} is queued, and its try is told so`, async () => {
    const life = scripted(DEFER);
    life.script = () => outage;
    assert.equal((await heard(life, { orderNo: "A" })).kind, "told");
    assert.deepEqual(await life.states(), { A: "queued" });
    assert.equal(life.journal.stats().queued, 1);
  });
}

test("what the platform refused, for good or for now, or may have taken is not queued", async () => {
  const life = scripted({ ...DEFER, resolve: ["hold"] });
  life.script = (call) => ({ A: answered(400), B: LOST, C: answered(429) })[orderOf(call)] ?? null;
  assert.equal((await heard(life, { orderNo: "A" })).kind, "answered");
  assert.equal((await heard(life, { orderNo: "B" })).kind, "told");
  assert.equal((await heard(life, { orderNo: "C" })).kind, "answered");
  assert.deepEqual(await life.states(), { A: "rejected", B: "held", C: "unsent" });
  assert.equal(life.journal.stats().queued, 0);
});

test("orders without a lane are delivered when the platform is back, each once", async () => {
  const life = await queueOf(DEFER, { orderNo: "A" }, { orderNo: "B" }, { orderNo: "C" });
  life.script = () => ISSUED;
  await life.pass(5000);
  assert.deepEqual(sent(life).toSorted(), ["A", "B", "C"]);
  assert.deepEqual(await life.states(), { A: "accepted", B: "accepted", C: "accepted" });
  assert.equal(life.journal.stats().queued, 0);
  assert.equal(life.journal.stats().flights, 0);
});

for (const { pace, least, most } of [{ pace: "5/s", least: 9, most: 11 }, { pace: "40/s", least: 76, most: 82 }]) {
  test(`a queue goes at its pace of ${pace}: neither slower nor faster`, async () => {
    const orders = Array.from({ length: 120 }, (_, index) => ({ orderNo: `O${index}` }));
    // A restart, because none of them rests then after the platform refused it.
    const life = (await queueOf({ onOutage: "defer", defer: { pace } }, ...orders)).crash();
    life.script = () => ISSUED;
    life.journal.start();
    await life.pass(500, 5);
    const before = sent(life).length;
    await life.pass(2000, 5);
    const delivered = sent(life).length - before;
    assert.ok(delivered >= least && delivered <= most, `${delivered} in two seconds`);
  });
}

test("orders of one lane go one at a time in the order of their acceptance, others beside them", async () => {
  const life = await queueOf(SERIAL, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" }, { orderNo: "B1", shop: "B" }, { orderNo: "A3", shop: "A" });
  life.script = () => null;
  await life.pass(2500);
  assert.deepEqual(sent(life).toSorted(), ["A1", "B1"]);
  for (const next of ["A1", "A2", "A3"]) {
    life.calls.find((call) => orderOf(call) === next)?.answer(ISSUED);
    await life.pass(1000);
  }
  assert.deepEqual(sent(life).filter((order) => order.startsWith("A")), ["A1", "A2", "A3"]);
});

test("a new order of a lane that waits is queued behind it, though the platform is back", async () => {
  const life = await queueOf(SERIAL, { orderNo: "A1", shop: "A" });
  life.script = () => null;
  assert.equal((await heard(life, { orderNo: "A2", shop: "A" })).kind, "told");
  life.script = () => ISSUED;
  for (const call of life.calls) call.answer(ISSUED);
  await life.pass(5000);
  assert.deepEqual(sent(life), ["A1", "A2"]);
});

test("an order that cannot be delivered keeps its place, and is tried again after growing pauses", async () => {
  const life = await queueOf(SERIAL, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  await life.pass(20_000);
  const times = life.calls.map(({ at }) => at);
  assert.deepEqual([...new Set(sent(life))], ["A1"]);
  assert.ok(times.length >= 4 && times.length <= 7, `tried ${times.length} times in 20 s`);
  const pauses = times.slice(1).map((at, index) => at - (times[index] as number));
  assert.ok(pauses.every((pause, index) => index === 0 || pause > (pauses[index - 1] as number)), pauses.join(" "));
});

test("a later try of a queued order is told that it is queued, and does not send it", async () => {
  const life = await queueOf(DEFER, { orderNo: "A" });
  assert.equal((await heard(life, { orderNo: "A" })).kind, "told");
  assert.equal((await heard(life, { orderNo: "A", amount: 2 })).kind, "conflict");
  assert.deepEqual(await life.states(), { A: "queued" });
});

test("a queue that is full takes no more, and says that nothing was executed", async () => {
  const life = await queueOf({ onOutage: "defer", defer: { maxQueued: 1 } }, { orderNo: "A" });
  assert.equal((await heard(life, { orderNo: "B" })).kind, "unsent");
  assert.deepEqual(await life.states(), { A: "queued", B: "unsent" });
});

test("a lane that is full takes no more either", async () => {
  const life = await queueOf({ onOutage: "defer", serialBy: [{ json: "/shop" }], defer: { maxQueued: 1 } }, { orderNo: "A1", shop: "A" });
  assert.notEqual((await heard(life, { orderNo: "A2", shop: "A" })).kind, "told");
  assert.notEqual((await life.states())["A2"], "queued");
});

test("an order is not sent after its time in the queue, and free for its next try", async () => {
  const life = await queueOf({ onOutage: "defer", defer: { maxQueueAge: "10s" } }, { orderNo: "A" });
  await life.pass(9000);
  life.calls.length = 0;
  await life.pass(31_000, 100);
  life.script = () => ISSUED;
  await life.pass(60_000, 500);
  assert.deepEqual(life.calls.filter(({ at }) => at >= 10_050), []);
  assert.deepEqual(await life.states(), { A: "unsent" });
  assert.equal((await heard(life, { orderNo: "A" })).kind, "answered");
});

test("an order is not sent past midnight, whatever its age", async () => {
  const life = await queueOf({ onOutage: "defer", notPast: "midnight UTC", defer: { maxQueueAge: "30d" } }, { orderNo: "A" });
  const { state } = await life.entry("A");
  const midnight = Math.ceil(life.clock.wall() / 86_400_000) * 86_400_000;
  assert.deepEqual(state, { kind: "queued", until: midnight });
  life.clock.stepWall(midnight - life.clock.wall());
  life.script = () => ISSUED;
  await life.pass(31_000, 500);
  assert.deepEqual(sent(life), []);
  assert.deepEqual(await life.states(), { A: "unsent" });
});

test("an order whose answer is lost is led out of doubt, and its lane waits for that", async () => {
  const life = await queueOf({ ...SERIAL, resolve: [QUERY] }, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  let known = false;
  life.script = ({ kind }) => (kind === "poll" ? answered(known ? 200 : 500) : LOST);
  await life.pass(5000);
  assert.deepEqual(sent(life), ["A1"]);
  known = true;
  life.script = ({ kind }) => (kind === "poll" ? answered(200) : ISSUED);
  await life.pass(20_000);
  assert.deepEqual(sent(life), ["A1", "A2"]);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "accepted" });
});

test("a lane stands while a person has to decide about its head, and goes on after it", async () => {
  const life = await queueOf({ ...SERIAL, linger: "0ms" }, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  life.script = (call) => (orderOf(call) === "A1" ? LOST : ISSUED);
  await life.pass(10_000);
  assert.deepEqual(await life.states(), { A1: "held", A2: "queued" });
  const { id, revision } = await life.entry("A1");
  const decided = await life.journal.decide({ id, revision, to: "accepted", reference: null, answer: null, reason: "asked the platform", by: "tester" });
  assert.equal(decided.kind, "done");
  await life.pass(5000);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "accepted" });
});

test("a person's word about one in the middle of a lane moves nothing before its time", async () => {
  const life = await queueOf(SERIAL, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" }, { orderNo: "A3", shop: "A" });
  life.script = () => null;
  await life.pass(2500);
  const { id, revision } = await life.entry("A2");
  await life.journal.decide({ id, revision, to: "expired", reference: null, answer: null, reason: "cancelled by the shop", by: "tester" });
  await life.pass(5000);
  assert.deepEqual(sent(life), ["A1"]);
  life.script = () => ISSUED;
  life.calls[0]?.answer(REFUSED);
  await life.pass(40_000, 500);
  assert.deepEqual(sent(life), ["A1", "A1", "A3"]);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "expired", A3: "accepted" });
});

test("an order whose route is gone stays queued, and is delivered when the route is back", async () => {
  const life = await queueOf(DEFER, { orderNo: "A" });
  life.hasRoute = false;
  life.script = () => ISSUED;
  await life.pass(20_000, 100);
  assert.deepEqual(sent(life), []);
  assert.deepEqual(await life.states(), { A: "queued" });
  life.hasRoute = true;
  await life.pass(40_000, 500);
  assert.deepEqual(await life.states(), { A: "accepted" });
});

test("nobody is told that an order is queued where that cannot be written", async () => {
  const life = scripted(DEFER);
  life.script = () => {
    life.storeFault = () => new StoreFault("full", "no room");
    return REFUSED;
  };
  const { kind } = await heard(life, { orderNo: "A" });
  assert.notEqual(kind, "told");
});

test("a fault of the store holds a lane up for its time, and no longer", async () => {
  const life = await queueOf(SERIAL, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  life.script = (call) => {
    if (orderOf(call) === "A1" && life.calls.length === 1) {
      life.storeFault = () => new StoreFault("busy", "for a moment");
      return answered(429);
    }
    return ISSUED;
  };
  await life.pass(5000);
  life.storeFault = null;
  await life.pass(60_000, 500);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "accepted" });
});

test("what was queued before a crash is delivered after it, in its order", async () => {
  const before = await queueOf(SERIAL, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  const life = before.crash();
  life.journal.start();
  await life.pass(5000);
  assert.deepEqual(sent(life), ["A1", "A2"]);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "accepted" });
});

test("an order that a crash caught on its way is delivered, once the platform says that it is not there", async () => {
  const before = await queueOf({ ...SERIAL, resolve: [QUERY] }, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  before.script = () => null;
  await before.pass(2500);
  assert.deepEqual(sent(before), ["A1"]);
  const life = before.crash();
  life.script = ({ kind }) => (kind === "poll" ? answered(404) : ISSUED);
  life.journal.start();
  await life.pass(40_000, 500);
  assert.deepEqual(sent(life), ["A1", "A2"]);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "accepted" });
});

test("a lane stands after a crash too while a person has to decide about its head", async () => {
  const before = await queueOf({ ...SERIAL, linger: "0ms" }, { orderNo: "A1", shop: "A" }, { orderNo: "A2", shop: "A" });
  before.script = () => LOST;
  await before.pass(10_000);
  const life = before.crash();
  life.journal.start();
  await life.pass(10_000);
  assert.deepEqual(await life.states(), { A1: "held", A2: "queued" });
  const { id, revision } = await life.entry("A1");
  await life.journal.decide({ id, revision, to: "expired", reference: null, answer: null, reason: "cancelled by the shop", by: "tester" });
  await life.pass(5000);
  assert.deepEqual(sent(life), ["A2"]);
});

test("a new order waits for what a crash left in doubt in its lane, and what had not been sent by then is nobody's promise", async () => {
  const before = scripted({ ...SERIAL, resolve: [QUERY] });
  before.script = () => null;
  for (const orderNo of ["A1", "A2"]) void before.hear({ orderNo, shop: "A" });
  await before.pass(100);
  assert.deepEqual(sent(before), ["A1"]);
  const life = before.crash();
  let shown = 500;
  life.script = ({ kind }) => (kind === "submit" ? ISSUED : answered(shown));
  life.journal.start();
  await life.pass(500);
  assert.equal((await heard(life, { orderNo: "A3", shop: "A" })).kind, "told");
  await life.pass(10_000);
  assert.deepEqual(await life.states(), { A1: "in-doubt", A2: "unsent", A3: "queued" });
  shown = 200;
  await life.pass(20_000);
  assert.deepEqual(sent(life), ["A3"]);
  assert.deepEqual(await life.states(), { A1: "accepted", A2: "unsent", A3: "accepted" });
});

test("the end of a queued order is told once, with its outcome", async () => {
  const webhook = { url: "https://erp.example/taxgate", secret: "0123456789abcdef" };
  const life = await queueOf({ onOutage: "defer", reference: { json: "/invoiceNo" }, defer: { webhook } }, { orderNo: "A" });
  assert.equal(life.notices.length, 0);
  life.script = () => ISSUED;
  await life.pass(5000);
  assert.equal(life.notices.length, 1);
  const { state, reference, key } = JSON.parse(life.notices[0]?.body ?? "") as Record<string, unknown>;
  assert.deepEqual({ state, reference, key }, { state: "accepted", reference: "N1", key: ["A"] });
});

test("an order that ran out of time in the queue is told too", async () => {
  const webhook = { url: "https://erp.example/taxgate", secret: "0123456789abcdef" };
  const life = await queueOf({ onOutage: "defer", defer: { maxQueueAge: "10s", webhook } }, { orderNo: "A" });
  await life.pass(45_000, 500);
  assert.deepEqual(life.notices.map(({ body }) => (JSON.parse(body) as { readonly state: string }).state), ["unsent"]);
});
